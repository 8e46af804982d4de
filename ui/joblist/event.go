package joblist

import "example.com/jobwatch/poller/job"

// EventKind says what happened.
type EventKind uint8

// The kinds of events.
const (
	JobDone       EventKind = iota // a job is Done
	JobFailed                      // a job ended without a result
	BatchFinished                  // the last live job of a batch ended
)

// Event is something that happened since the start and is worth telling somebody
// who looks elsewhere.
type Event struct {
	Kind  EventKind
	ID    job.ID // zero for BatchFinished
	Batch BatchID
	State State // of the job; zero for BatchFinished
}
