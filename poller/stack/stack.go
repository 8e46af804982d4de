// Package stack says where a panic came from, without the arguments that a usual
// stack trace shows, which may hold job IDs.
package stack

import (
	"fmt"
	"runtime"
	"strings"
)

// Here is the functions and lines that are being run, innermost first, without the
// innermost skip of them: 0 begins with the caller's.
func Here(skip int) string {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(skip+2, pcs)])
	var text strings.Builder
	for {
		f, more := frames.Next()
		fmt.Fprintf(&text, "%s\n\t%s:%d\n", f.Function, f.File, f.Line)
		if !more {
			return text.String()
		}
	}
}
