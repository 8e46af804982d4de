package filter

import (
	"time"

	"example.com/jobwatch/poller/job"
)

// Subject is what a filter may ask of one job.
type Subject struct {
	ID          job.ID
	Description string
	Batch       string // its name, as shown
	Meta        string // status_meta
	Progress    job.Progress
	Age         time.Duration // since the job was added
	State       State
	New         bool // its end has not been looked at yet
	Stale       bool // what is shown of it is old
	Selected    bool
}
