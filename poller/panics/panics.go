// Package panics turns a panic into an error that says where it happened and that may be
// logged: it holds no job ID and no URL.
package panics

import (
	"fmt"
	"runtime"
	"strings"

	"example.com/jobwatch/poller/job"
)

// Error is a recovered panic.
type Error struct {
	What  string // the value of the panic, without job IDs and URLs
	Stack string // functions and lines, innermost first; not their arguments, which may be IDs
}

func (e *Error) Error() string { return "jobwatch crashed: " + e.What }

// Into recovers from a panic and passes it to report. It must be deferred itself.
//
// A goroutine of a library has nobody to report to, so its caller panics with the Error
// again. That Error is then reported as it is, with the stack of the first panic.
func Into(report func(*Error)) {
	switch v := recover().(type) {
	case nil:
	case *Error:
		report(v)
	default:
		report(&Error{What: job.Scrub(fmt.Sprint(v)), Stack: stack()})
	}
}

// stack returns the functions and lines that led to the panic.
func stack() string {
	pcs := make([]uintptr, 64)
	const ours = 3 // runtime.Callers, stack and Into
	frames := runtime.CallersFrames(pcs[:runtime.Callers(ours, pcs)])
	var text strings.Builder
	for {
		f, more := frames.Next()
		fmt.Fprintf(&text, "%s\n\t%s:%d\n", f.Function, f.File, f.Line)
		if !more {
			return text.String()
		}
	}
}
