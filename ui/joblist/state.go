package joblist

import "example.com/jobwatch/poller/job"

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
	switch e {
	case job.EndedDone:
		return Done
	case job.EndedError:
		return Error
	case job.EndedRejected:
		return Rejected
	case job.EndedGivenUp:
		return GivenUp
	default:
	}
	switch s {
	case "":
		return Unheard
	case job.NotStarted:
		return Queued
	case job.Processing:
		return Running
	case job.Done:
		return Done
	case job.Error:
		return Error
	default:
		return Other
	}
}

// Finished reports whether nothing more is expected of the job.
func (s State) Finished() bool { return s >= Done && s < States }

// Failed reports whether the job finished without a result.
func (s State) Failed() bool { return s >= Error && s < States }

// String returns the filter's word for s.
func (s State) String() string {
	switch s {
	case Unheard:
		return "checking"
	case Queued:
		return "queued"
	case Running:
		return "running"
	case Done:
		return "done"
	case Error:
		return "error"
	case Rejected:
		return "rejected"
	case GivenUp:
		return "givenup"
	default:
		return "other"
	}
}
