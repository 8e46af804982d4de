// Package crash is what becomes of a panic: an error that says where, and a report
// in a file for those who mend it. Nothing of it shows a job's ID or a URL.
package crash

import (
	"errors"
	"fmt"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/poller/download"
	"example.com/jobwatch/poller/stack"
	"example.com/jobwatch/ui/redact"
)

// Error is a panic. Its stack has functions and lines; arguments, which a usual stack
// trace shows and which may hold IDs, are left out.
type Error struct {
	What  string // what was panicked with
	Stack string // innermost first
}

func (e *Error) Error() string { return "it crashed: " + e.What }

// Recovered makes an Error of what recover returned, called by the function that
// called recover.
func Recovered(v any) *Error {
	return &Error{What: redact.Scrub(fmt.Sprint(v)), Stack: stack.Here(2)}
}

// Into recovers from a panic and hands it over. It must be deferred itself.
func Into(tell func(*Error)) {
	if v := recover(); v != nil {
		tell(Recovered(v))
	}
}

// In finds the panic in an error, polling's and downloading's too.
func In(err error) (*Error, bool) {
	if e, ok := errors.AsType[*Error](err); ok {
		return e, true
	}
	if e, ok := errors.AsType[*poller.PanicError](err); ok {
		return &Error{What: redact.Scrub(e.What), Stack: e.Stack}, true
	}
	if e, ok := errors.AsType[*download.PanicError](err); ok {
		return &Error{What: redact.Scrub(e.What), Stack: e.Stack}, true
	}
	return nil, false
}
