// Package store keeps what jobwatch tracks in the state file: a journal on disk,
// one JSON object a line, that any number of dashboards may share.
package store

import (
	"math"
	"slices"
	"time"

	"example.com/jobwatch/poller/job"
)

// BatchID identifies a batch; its display name may change.
type BatchID string

// Batch is a group of jobs that were added together.
type Batch struct {
	ID    BatchID
	Name  string
	Added time.Time

	Extra Extra
}

// Extra holds unknown fields, written by a newer version, as JSON.
type Extra map[string][]byte

// Change is a change of a job's status, at the time when jobwatch saw it.
type Change struct {
	At     time.Time
	Status job.Status
}

// Job is the record of one tracked job.
type Job struct {
	ID       job.ID
	Batch    BatchID
	Added    time.Time
	Answer   job.Answer
	Answered time.Time // when Answer came; zero if never
	Started  time.Time // when it left Not Started, as seen or inferred; zero before
	Ended    time.Time // when its end was seen; zero while live
	End      job.End
	Cause    string   // of an end that the API did not explain in Answer (rejected, given up)
	File     string   // where its PDF was saved; "" if it was not
	History  []Change // oldest first

	Extra Extra
}

// Contents is all that a state file holds. Jobs are in the order they were tracked.
type Contents struct {
	Jobs    []Job
	Batches []Batch
}

// Op is one change of the state file.
type Op interface{ record() record }

// Track adds a job with all that is known of it: little when it is new, the whole
// record when a removal is undone. Tracking a tracked job changes nothing.
type Track struct{ Job Job }

// Observe replaces what is known of a tracked job, except its Batch and Added.
// Observing a job that is not tracked does nothing: it was removed meanwhile.
type Observe struct{ Job Job }

// Forget removes a job. Removing a job that is not tracked does nothing.
type Forget struct{ ID job.ID }

// SetBatch adds a batch, or gives it another name.
type SetBatch struct{ Batch Batch }

func (o Track) record() record    { return record{op: trackOp, job: o.Job} }
func (o Forget) record() record   { return record{op: forgetOp, job: Job{ID: o.ID}} }
func (o SetBatch) record() record { return record{op: batchOp, batch: o.Batch} }
func (o Observe) record() record {
	o.Job.Batch, o.Job.Added = "", time.Time{} // those of its track line
	return record{op: statusOp, job: o.Job}
}

// progressSteps is how many lines the progress of a whole job is worth.
const progressSteps = 20

// Observe returns the job's record after a poller's report, and whether to save it: at each
// change of status, end, description or path, and when progress passes another twentieth.
//
// An ended job lives again when the API reports a status that is not final, or, if the
// end was not the API's (given up, rejected), when the poller polls it again.
func (j Job) Observe(r job.Report) (next Job, save bool) {
	next = j
	// After a failed poll the report repeats an earlier answer, perhaps one from before
	// another dashboard's. Otherwise the answer is new, whatever the clock says.
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
		step(next.Answer.Progress) != step(j.Answer.Progress)
	return next, save
}

func (j *Job) observeEnd(r job.Report, answered bool) {
	switch {
	case r.End == j.End:
	case r.End == job.Live && !j.End.Verdict() && (!answered || r.Answer.Status.Final()):
		// It was polled again, and nothing contradicts its end yet.
	case r.End == job.Live:
		j.End, j.Ended, j.Cause = job.Live, time.Time{}, ""
	default:
		j.End, j.Ended, j.Cause = r.End, r.At, ""
		if r.Problem != nil && r.End.Verdict() {
			j.Cause = r.Problem.Reason
		}
	}
}

// step returns which part of its progress a job is in, as far as lines are worth it.
func step(p job.Progress) float64 {
	if !p.Known() {
		return -1
	}
	const slack = 1e-9 // 20 times 0.35 is a little less than 7
	return math.Floor(progressSteps*float64(p) + slack)
}
