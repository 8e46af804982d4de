package poller

import (
	"fmt"
	"regexp"
	"runtime"
	"strings"
)

// PanicError is a panic inside of polling. Neither its text nor its stack holds a
// job's ID: arguments, which a usual stack trace shows, are left out.
type PanicError struct {
	What  string // what was panicked with
	Stack string // functions and lines, innermost first
}

func (e *PanicError) Error() string { return "polling stopped: " + e.What }

// panicked makes an error of a recovered panic.
func panicked(v any) *PanicError {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	var stack strings.Builder
	for {
		f, more := frames.Next()
		fmt.Fprintf(&stack, "%s\n\t%s:%d\n", f.Function, f.File, f.Line)
		if !more {
			break
		}
	}
	return &PanicError{What: withoutIDs(fmt.Sprint(v)), Stack: stack.String()}
}

// withoutIDs cuts whatever looks like a job's ID down to its first digits.
func withoutIDs(s string) string {
	id := regexp.MustCompile(`(?i)([0-9a-f]{8})-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}`)
	return id.ReplaceAllString(s, "$1…")
}
