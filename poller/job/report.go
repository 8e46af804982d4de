// Package job holds the plain values that the rest of jobwatch speaks of: a job's
// ID, its status, what went wrong with a poll, and the report that the poller
// makes of each. It does nothing and imports only the standard library.
package job

import "time"

// End says why a job is not polled any more. The zero value is [Live].
type End uint8

// A job is finished when its End is not Live.
const (
	Live          End = iota // still polled
	EndedDone                // the API said Done
	EndedError               // the API said Error
	EndedGivenUp             // 404 and nothing else for 10 minutes
	EndedRejected            // 422: the API will never take this ID; polled again only when asked
)

// Finished reports whether polling has ended.
func (e End) Finished() bool { return e != Live }

// Verdict reports whether jobwatch ended the polling, not the API the job: the cause may
// be gone when the job is asked for again.
func (e End) Verdict() bool { return e == EndedGivenUp || e == EndedRejected }

// Kind sorts failed polls by what the caller does next.
type Kind uint8

// The kinds of failed polls.
const (
	NoProblem   Kind = iota
	Rejected         // 422: don't ask again
	NotFound         // 404: ask again, ever more rarely, and give up after 10 minutes
	Refused          // another 4xx: ask again later; other jobs may do better
	RateLimited      // 429 or 503, or 403 with Retry-After: the whole host wants a pause
	Trouble          // 5xx or another unexpected HTTP status: ask again later
	Unreachable      // no HTTP answer: DNS, connect, TLS, time-out, reset
	NotAPI           // an answer, but not the API's: content type, not JSON, another ID, too large
)

// FromAPI reports whether such a problem is the API's answer about the one job, which
// says nothing against the host.
func (k Kind) FromAPI() bool { return k == Rejected || k == NotFound || k == Refused }

// Problem is a failed poll, told for people.
type Problem struct {
	Kind       Kind
	Code       int           // HTTP status, 0 when there was no HTTP answer
	Reason     string        // one sentence without the job's ID or a full URL; may quote untrusted text
	RetryAfter time.Duration // what the server asked for, 0 when it did not
	Details    []Detail      // of a 422, may be empty
}

// Pauses reports whether the server wants fewer requests of whatever kind, those of
// downloads included: 429 with Retry-After. Other answers to a download concern it alone.
func (p *Problem) Pauses() bool { return p.Code == 429 && p.RetryAfter > 0 }

// Detail is one validation message of a 422 (HTTPValidationError in package api).
type Detail struct {
	Loc     string // "path.job_id": strings and integers joined by dots
	Message string
	Type    string
}

// Report is all that is known of one job after a poll. Reports are values: each
// one replaces the one before, so that only the newest of a job matters.
type Report struct {
	ID       ID
	At       time.Time // when this report came about, wall clock
	Answer   Answer    // the last good answer; its Status is "" if there was none
	Answered time.Time // when Answer came; zero if never
	Started  time.Time // when the job was seen, or inferred, to leave Not Started; zero before, and if it was over when first heard of
	Problem  *Problem  // why the last poll failed; nil when it did not
	Failed   int       // polls that failed in a row, the last one among them; 0 when it did not
	Polls    int       // polls made since the job was tracked by this process
	Latency  time.Duration
	Next     time.Time // when the next poll is due; zero when none is planned
	End      End

	// Speed is how much progress the job seems to make in a second; 0 when that's not
	// known, or its bar comes in steps too coarse to be drawn in between.
	Speed float64
}

// ProgressAt is what a bar may show at a time after the last answer: the progress
// that came, carried on at its speed, but not to the end. A newer answer may be
// lower than what was drawn meanwhile; hold the bar then until it catches up.
func (r *Report) ProgressAt(now time.Time) Progress {
	p := r.Answer.Progress
	since := now.Sub(r.Answered).Seconds()
	if r.Answer.Status != Processing || !p.Known() || r.Speed <= 0 || since <= 0 {
		return p
	}
	return max(p, min(p+Progress(carried*r.Speed*since), nearlyDone))
}

// ReachesAt is when [Report.ProgressAt] gets to p. It is false if it does not without
// another answer.
func (r *Report) ReachesAt(p Progress) (time.Time, bool) {
	if r.Answer.Status != Processing || !r.Answer.Progress.Known() || r.Speed <= 0 || p > nearlyDone {
		return time.Time{}, false
	}
	const longest = 24 * time.Hour // long before that it is asked again
	seconds := float64(p-r.Answer.Progress) / (carried * r.Speed)
	return r.Answered.Add(time.Duration(min(seconds, longest.Seconds()) * float64(time.Second))), true
}

const (
	nearlyDone = Progress(0.99) // as far as a bar is carried without an answer
	carried    = 0.9            // of its speed: better a little late than to have to stand still
)
