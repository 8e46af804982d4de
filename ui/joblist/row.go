package joblist

import (
	"cmp"
	"slices"
	"time"

	"github.com/tidwall/btree"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/ui/session"
)

// State is the state of a job as the user sees it: the API's word for it together with
// how polling ended.
type State uint8

// The states. A job in one of the last four is finished.
const (
	Unheard  State  = iota // the API has not said anything about it yet
	Queued                 // Not Started
	Running                // Processing
	Other                  // a word that jobwatch doesn't know; polled on
	Done                   // Done
	Error                  // Error
	Rejected               // 422
	GivenUp                // 404 for 10 minutes
	States   = iota        // how many there are
)

// StateOf returns the State of a job with that status and end.
func StateOf(s job.Status, e job.End) State {
	switch {
	case e == job.EndedRejected:
		return Rejected
	case e == job.EndedGivenUp:
		return GivenUp
	case e == job.EndedDone, e == job.Live && s == job.Done:
		return Done
	case e == job.EndedError, s == job.Error:
		return Error
	case s == "":
		return Unheard
	case s == job.NotStarted:
		return Queued
	case s == job.Processing:
		return Running
	default:
		return Other
	}
}

// Finished reports whether nothing more is expected of the job.
func (s State) Finished() bool { return s >= Done }

// Failed reports whether the job finished without a result.
func (s State) Failed() bool { return s >= Error }

// String returns the filter's word for s.
func (s State) String() string {
	return [...]string{"checking", "queued", "running", "other", "done", "error", "rejected", "givenup"}[s]
}

// StaleAfter is how long after its last answer a live job's row is stale: twice the longest
// time between two polls within the budget.
const StaleAfter = 2 * time.Minute

// Row is one tracked job: what is known of it, which is the session's, and how it stands
// on the list.
type Row struct {
	*session.Record
	Selected bool

	viewed bool         // it stopped being new because the cursor is on it
	drawn  job.Progress // the most that its bar has shown; see [Row.Drawn]

	short      string // as [Row.ShortID] returned it
	shortSince int    // the changes of the idIndex that short is for

	batch *Batch
	key   uint64 // place in its batch; see rowKey
	tally tally  // what it adds to the counts
}

// shown reports whether the filter shows the row, and the list still has it.
func (r *Row) shown() bool {
	found, _ := r.batch.shown.Get(r.key)
	return found == r
}

// State returns the state of the job.
func (r *Row) State() State { return StateOf(r.Answer.Status, r.End) }

// Progress returns the job's progress as far as it is known; a Done job is complete.
func (r *Row) Progress() job.Progress {
	if r.State() == Done {
		return 1
	}
	return r.Answer.Progress
}

// Stale reports whether what is shown of a live job is old: its last poll failed, or its last
// answer or its adding is more than [StaleAfter] ago. A job whose status jobwatch doesn't know
// is polled rarely: for it, time counts from its next poll.
func (r *Row) Stale(now time.Time) bool {
	if r.End.Finished() {
		return false
	}
	if r.Problem != nil {
		return true
	}
	since := cmp.Or(r.Answered, r.Added)
	if r.State() == Other && r.Next.After(since) {
		since = r.Next
	}
	return now.Sub(since) > StaleAfter
}

// Changed returns when the job's status last changed, as far as is known.
func (r *Row) Changed() time.Time {
	at := []time.Time{r.Added, r.Ended}
	if n := len(r.History); n > 0 {
		at = append(at, r.History[n-1].At)
	}
	return slices.MaxFunc(at, time.Time.Compare)
}

const (
	almost      = 0.999 // the most that is drawn of a job that is complete, but not Done
	restartDrop = 0.05  // a larger drop in progress means that the job restarted
)

// Drawn returns the progress that the row's bar shows: that of the last answer, or more if
// [List.Carry] moved it on. All else keeps to the answers. It goes back only when the job
// restarted, and is complete only when the job is Done.
func (r *Row) Drawn() job.Progress {
	p := r.Progress()
	if r.State() == Done || !p.Known() {
		return p
	}
	if !r.End.Finished() {
		p = max(p, r.drawn)
	}
	return min(p, almost)
}

// Carry moves the bars in view, and the current row's, on to where they may be at a time. A
// speed from before since, such as the end of an outage, means nothing.
func (l *List) Carry(at, since time.Time) {
	for _, line := range append(l.Lines(), Line{Row: l.cursor.row}) {
		if r := line.Row; r != nil && r.moves(at, since) {
			r.drawn = max(r.drawn, r.report().ProgressAt(at))
		}
	}
}

// Reaches returns when [List.Carry] will have moved the row's bar to p. It is false if it
// won't without another answer.
func (r *Row) Reaches(p job.Progress, now, since time.Time) (time.Time, bool) {
	if !r.moves(now, since) {
		return time.Time{}, false
	}
	return r.report().ReachesAt(p)
}

// moves reports whether the row's bar moves on without another answer.
func (r *Row) moves(now, since time.Time) bool {
	return r.Speed > 0 && r.State() == Running && !r.Stale(now) && r.Answered.After(since)
}

func (r *Row) report() *job.Report {
	return &job.Report{Answer: r.Answer, Answered: r.Answered, Speed: r.Speed}
}

// progressed carries the bar over to what is known of the row's job now.
func (r *Row) progressed() {
	was, is := r.tally.progress, r.Answer.Progress
	r.drawn = max(r.drawn, was)
	revived := r.tally.state.Finished() && !r.End.Finished()
	if revived || r.Answer.Status == job.NotStarted || !is.Known() || is < was-restartDrop {
		r.drawn = 0
	}
}

// idIndex is the IDs of all rows in order: those that begin like an ID are beside it.
type idIndex struct {
	*btree.BTreeG[job.ID]
	changes int // how many IDs were added and removed
}

// ShortID returns the beginning of the ID that tells the job apart from all others in the list.
func (r *Row) ShortID() string {
	ids := r.batch.ids
	if r.shortSince == ids.changes {
		return r.short
	}
	var beside []job.ID
	nearest := func(other job.ID) bool {
		beside = append(beside, other)
		return other == r.ID
	}
	ids.Ascend(r.ID, nearest)
	ids.Descend(r.ID, nearest)
	r.short, r.shortSince = r.ID.Apart(beside...), ids.changes
	return r.short
}
