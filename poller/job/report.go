// Package job holds the plain values that the rest of jobwatch shares: a job's ID, its
// status, the problem of a failed poll, and the poller's report. It imports only the standard
// library.
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

// Verdict reports whether jobwatch ended the polling, not the API the job: another poll may
// have another result.
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

// FromAPI reports whether such a problem is the API's answer about the one job, so that the
// host is well.
func (k Kind) FromAPI() bool { return k == Rejected || k == NotFound || k == Refused }

// Problem is a failed poll, in words for people.
type Problem struct {
	Kind       Kind
	Code       int           // HTTP status, 0 when there was no HTTP answer
	Reason     string        // one sentence without the job's ID or a full URL; may quote untrusted text
	RetryAfter time.Duration // what the server asked for, 0 when it did not
}

// Pauses reports whether the server wants fewer requests of any kind, also of downloads: 429
// with Retry-After. Other answers to a download concern only that download.
func (p *Problem) Pauses() bool { return p.Code == 429 && p.RetryAfter > 0 }

// Report is all that is known of one job after a poll. Each report replaces the one before,
// so that only the newest of a job matters.
type Report struct {
	ID       ID
	At       time.Time // when the report was made, wall clock
	Answer   Answer    // the last good answer; its Status is "" if there was none
	Answered time.Time // when Answer came; zero if never
	Started  time.Time // when the job was seen or inferred to leave Not Started; zero before, and if it was over at its first poll
	Problem  *Problem  // why the last poll failed; nil when it did not
	Failed   int       // polls that failed in a row; 0 when the last one did not
	Polls    int       // polls made since the job was tracked by this process
	Latency  time.Duration
	Next     time.Time // when the next poll is due; zero when none is planned
	End      End
	Speed    float64       // of the progress, 1/s; 0 if not known, or if its steps are too coarse to draw between
	Stalled  time.Duration // for how long the progress has stood still, if that is long for its speed; else 0
}

// ProgressAt returns what a bar may show at a time after the last answer: the answered
// progress, extrapolated at its speed, but not to the end. A newer answer may be lower than
// what was drawn meanwhile; hold the bar then until it catches up.
func (r *Report) ProgressAt(now time.Time) Progress {
	p := r.Answer.Progress
	since := now.Sub(r.Answered).Seconds()
	if r.Answer.Status != Processing || !p.Known() || r.Speed <= 0 || since <= 0 {
		return p
	}
	return max(p, min(p+Progress(speedShare*r.Speed*since), nearlyDone))
}

// ReachesAt returns when [Report.ProgressAt] reaches p, and false if it needs another answer
// for that.
func (r *Report) ReachesAt(p Progress) (time.Time, bool) {
	if r.Answer.Status != Processing || !r.Answer.Progress.Known() || r.Speed <= 0 || p > nearlyDone {
		return time.Time{}, false
	}
	const longest = 24 * time.Hour // the next poll is long before
	seconds := float64(p-r.Answer.Progress) / (speedShare * r.Speed)
	return r.Answered.Add(time.Duration(min(seconds, longest.Seconds()) * float64(time.Second))), true
}

const (
	nearlyDone = Progress(0.99) // as far as a bar is extrapolated
	speedShare = 0.9            // of the speed: a bar that is a little late need not stand still
)

// Status is the API's word for the state of a job. An unknown word is kept as it came, and the
// job is still polled; it is untrusted text like all the rest.
type Status string

// The four words of the API, exactly. The zero Status means that there is no answer yet.
const (
	NotStarted Status = "Not Started"
	Processing Status = "Processing"
	Done       Status = "Done"
	Error      Status = "Error"
)

// Final reports whether the status will not change any more.
func (s Status) Final() bool { return s == Done || s == Error }

// Known reports whether s is one of the API's four words.
func (s Status) Known() bool {
	return s == NotStarted || s == Processing || s == Done || s == Error
}

// Progress is how much of a job is done, 0 to 1, or [Unknown].
type Progress float64

// Unknown is the progress of a job that reports none: not the same as 0.
const Unknown Progress = -1

// Known reports whether the job reports a progress.
func (p Progress) Known() bool { return p >= 0 }

// Answer holds one answer of the API about a job (JobStatus in package api). Null, absent and
// empty texts are all "". Every text is untrusted: it must go through ui/sanitize before
// it is written to a terminal.
type Answer struct {
	Status      Status
	Description string
	Meta        string // status_meta: the step under way, or the error's cause
	Path        string // when Done, where the output is; relative or absolute
	Progress    Progress
}
