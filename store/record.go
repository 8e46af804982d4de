// Package store keeps what jobwatch tracks in the state file: a journal on disk,
// one JSON object a line, that any number of dashboards may share.
package store

import (
	"encoding/json"
	"time"

	"example.com/jobwatch/poller/job"
)

// BatchID names a batch for good; its display name may change.
type BatchID string

// Batch is jobs that were added together.
type Batch struct {
	ID    BatchID
	Name  string
	Added time.Time

	Extra map[string]json.RawMessage // fields of a newer version, kept as they came
}

// Change is one status change, as it was seen from here.
type Change struct {
	At     time.Time
	Status job.Status
}

// Job is what the state file knows of one tracked job.
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

	Extra map[string]json.RawMessage // fields of a newer version, kept as they came

	saved job.Progress // Answer.Progress in the last line about it; see [Job.Observe]
}

// Contents is all that a state file holds. Jobs are in the order they were tracked.
type Contents struct {
	Jobs    []Job
	Batches []Batch
}

// Op is one change of the state file.
type Op interface{ op() }

// Track adds a job with all that is known of it: little when it is new, the whole
// record when a forget is undone. Tracking a tracked job changes nothing.
type Track struct{ Job Job }

// Observe replaces what is known of a tracked job, all but its Batch and Added.
// Observing a job that is not tracked does nothing: it was forgotten meanwhile.
type Observe struct{ Job Job }

// Forget removes a job. Forgetting a job that is not tracked does nothing.
type Forget struct{ ID job.ID }

// SetBatch adds a batch, or gives it another name.
type SetBatch struct{ Batch Batch }

func (Track) op()    {}
func (Observe) op()  {}
func (Forget) op()   {}
func (SetBatch) op() {}
