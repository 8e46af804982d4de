package poller

import (
	"fmt"

	"example.com/jobwatch/poller/api"
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/stack"
)

// PanicError is a panic inside of polling. Neither its text nor its stack holds a
// job's ID: arguments, which a usual stack trace shows, are left out.
type PanicError struct {
	What  string // what was panicked with
	Stack string // functions and lines, innermost first
}

func (e *PanicError) Error() string { return "polling stopped: " + e.What }

// panicked makes an error of what recover returned, called by the function that
// called recover.
func panicked(v any) *PanicError {
	where := stack.Here(2)
	if bug, ok := v.(*api.PanicError); ok { // from another goroutine
		v, where = bug.Value, bug.Stack
	}
	return &PanicError{What: job.Shorten(fmt.Sprint(v)), Stack: where}
}
