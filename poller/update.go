package poller

import (
	"time"

	"example.com/jobwatch/poller/job"
)

// Update is what came about since the last one: the newest report of each job that
// has any, in no order, and how it stands with the host.
type Update struct {
	Reports []job.Report
	Host    Host
}

// Host tells how polling as a whole is doing. It's calm: figures change at most
// once a second, and only when they change by enough to matter.
type Host struct {
	State   HostState
	Since   time.Time    // when State began, wall clock
	RetryAt time.Time    // when the host will be tried again, or is being tried since; zero when it answers
	Problem *job.Problem // why it eases off; nil otherwise
	Rate    float64      // requests/s, measured over the last 10 s
	Budget  float64      // requests/s that are allowed now; +Inf without a limit
}

// HostState is a connection's state.
type HostState uint8

// The states of polling. After an outage the state is EasingOff, with a zero
// RetryAt, until the rate has grown back to the whole budget.
const (
	Live HostState = iota
	EasingOff
	Paused // by the user
)

// Tracked is a job to be polled, with what is known of it. A new one has an ID only.
type Tracked struct {
	ID       job.ID
	Answer   job.Answer // the last good one; its Status is "" if there was none
	Answered time.Time  // when Answer came; zero if never
	Started  time.Time  // when it was seen or inferred to leave Not Started; zero before
	End      job.End    // if it's not Live, nothing is asked until PollNow does
	Asked    bool       // somebody waits for its answer, as with PollNow
}
