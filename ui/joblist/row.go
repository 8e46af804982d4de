package joblist

import (
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/ui/session"
)

// StaleAfter is how long after its last answer a live job's row is stale even if
// nothing is known to be wrong: twice the longest silence that the poller allows
// itself within its budget (60 s, package poller).
const StaleAfter = 2 * time.Minute

// Row is one tracked job: what is known of it, which is the session's, and how it stands
// on the list.
type Row struct {
	*session.Record
	Moved time.Time // when its progress last changed; zero if it did not since the start

	Selected bool
	Stalled  bool // as [List.SetStalled] or [List.Study] was told

	progress job.Progress // as the list was last told
	drawn    job.Progress // the most that its bar has shown; see [Row.Drawn]
	idBytes  uint8        // the first bytes of the ID that tell it apart
}

func newRow(r *session.Record) Row { return Row{Record: r, progress: r.Answer.Progress} }

// State returns the state of the job.
func (r *Row) State() State { return StateOf(r.Answer.Status, r.End) }

// Progress is the job's progress as far as it is known; a Done job is complete.
func (r *Row) Progress() job.Progress {
	if r.State() == Done {
		return 1
	}
	return r.Answer.Progress
}

// Stale reports whether what is shown of a live job is old: its last poll failed,
// or its last answer (if none, its adding) is more than [StaleAfter] ago. A job whose
// status nobody knows is asked rarely: it is as long after its next poll was due.
func (r *Row) Stale(now time.Time) bool {
	if r.End.Finished() {
		return false
	}
	if r.Problem != nil {
		return true
	}
	since := r.Answered
	if since.IsZero() {
		since = r.Added
	}
	if r.State() == Other && r.Next.After(since) {
		since = r.Next // it is not meant to be asked before
	}
	return now.Sub(since) > StaleAfter
}

// Changed is when the job's status last changed, as far as is known.
func (r *Row) Changed() time.Time {
	at := r.Added
	if n := len(r.History); n > 0 && r.History[n-1].At.After(at) {
		at = r.History[n-1].At
	}
	if r.Ended.After(at) {
		at = r.Ended
	}
	return at
}

// ShortID is the beginning of the ID that tells the job apart from all others in
// the list: 8 digits, or more groups of them where two collide.
func (r *Row) ShortID() string {
	var buf [36]byte
	return string(r.AppendShortID(buf[:0]))
}

// AppendShortID appends [Row.ShortID] to b.
func (r *Row) AppendShortID(b []byte) []byte {
	start := len(b)
	b, _ = r.ID.AppendText(b) // never fails
	return b[:start+r.ShortLen()]
}

// ShortLen is how many bytes [Row.ShortID] has, 8 to 36.
func (r *Row) ShortLen() int { return textLen(int(r.idBytes)) }
