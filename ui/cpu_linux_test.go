package ui

import (
	"time"

	"golang.org/x/sys/unix"
)

// cpuTime is the processor time that this thread has used, which tells more than
// the clock does on a machine that others work on.
func cpuTime() time.Duration {
	var t unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t)
	return time.Duration(t.Nano())
}
