package store

import (
	"slices"
	"time"

	"example.com/jobwatch/poller/job"
)

// progressStep is how far progress moves before that alone is worth a line: twenty
// lines for a whole job.
const progressStep = 0.05

// Observe merges a poller's report into what is known of the job, and says whether
// to save the result, by [Store.Append] of an [Observe] op: each change of status,
// end, description or path at once, progress when it has moved by at least 0.05
// since it was last saved, meta only along with those. It is pure.
//
// A job that has ended lives again when the API says so, by a status that is not
// final, or, where the API never gave it an end (given up, rejected), when the
// poller polls it again.
func (j Job) Observe(r job.Report) (next Job, save bool) {
	if r.ID != j.ID {
		return j, false
	}
	next = j
	// After a failed poll the report's answer is an old one, perhaps older than what
	// another dashboard saw. Else it's new, whatever the clock says.
	answered := r.Answer.Status != "" && (r.Problem == nil || !r.Answered.Before(j.Answered))
	if answered {
		next.Answer, next.Answered = r.Answer, r.Answered
		if r.Answer.Status != j.Answer.Status {
			next.History = append(slices.Clip(j.History), Change{r.Answered, r.Answer.Status})
			next.History = next.History[max(0, len(next.History)-maxHistory):]
		}
	}
	switch {
	case answered && r.Answer.Status == job.NotStarted:
		next.Started = r.Started // put back into the queue
	case j.Started.IsZero():
		next.Started = r.Started // of two observers the first saw it best
	}
	next.observeEnd(r, answered)

	save = next.Answer.Status != j.Answer.Status ||
		next.Answer.Description != j.Answer.Description ||
		next.Answer.Path != j.Answer.Path ||
		!next.Started.Equal(j.Started) ||
		next.End != j.End ||
		moved(j.saved, next.Answer.Progress)
	if save {
		next.saved = next.Answer.Progress
	}
	return next, save
}

func (j *Job) observeEnd(r job.Report, answered bool) {
	switch {
	case r.End == j.End:
	case r.End == job.Live && !j.End.Verdict() && (!answered || r.Answer.Status.Final()):
		// It was asked for again, and what came back says nothing else yet.
	case r.End == job.Live:
		j.End, j.Ended, j.Cause = job.Live, time.Time{}, ""
	default:
		j.End, j.Ended, j.Cause = r.End, r.At, ""
		if r.Problem != nil && r.End.Verdict() {
			j.Cause = r.Problem.Reason
		}
	}
}

// moved reports whether progress got far enough from what was saved of it.
func moved(saved, now job.Progress) bool {
	const slack = 1e-9 // 0.15 - 0.10 is a little less than 0.05
	return saved.Known() != now.Known() || now.Known() && max(now-saved, saved-now) >= progressStep-slack
}
