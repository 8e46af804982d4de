//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package e2e

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/jobwatch/ui/terminal/termtest"
)

// stallEnv sets for how long, in seconds, nobody takes what jobwatch draws; no longer
// than it takes by default:
//
//	JOBWATCH_STALL=60 go test -run TakesNothing ./ui/e2e
const stallEnv = "JOBWATCH_STALL"

// memory is what the program has of it now, in bytes; 0 where the system doesn't say.
func memory(tm *termtest.Terminal) int {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/statm", tm.PID()))
	fields := strings.Fields(string(text))
	if len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.Atoi(fields[1])
	return pages * os.Getpagesize()
}

// A line hangs, a window's program is stopped: nobody takes what jobwatch draws.
func TestATerminalThatTakesNothing(t *testing.T) {
	s := newStage(t)
	ids := s.jobs(60, 20*time.Millisecond)
	tm := s.open("--rate", "100")
	tm.Paste(lines(ids[:30]))
	tm.Sees("added 30 jobs")
	tm.Stall()
	s.fill(tm)
	before := memory(tm)
	seconds, _ := strconv.Atoi(os.Getenv(stallEnv))
	for begun := time.Now(); time.Since(begun) < time.Duration(seconds)*time.Second; {
		s.fill(tm)
	}
	tm.Paste(lines(ids[30:])) // keys are acted on, unseen
	s.until("for all jobs to be saved as done", func() bool { return s.saved() == len(ids) })
	if more := memory(tm) - before; more > 48<<20 {
		t.Errorf("it has taken %d MB meanwhile", more>>20)
	} else if seconds > 0 {
		t.Logf("%d KB, and %d KB more after %d s", before>>10, more>>10, seconds)
	}
	tm.Flow()
	tm.Sees("60 done")
	tm.Quit()
	tm.Sees("60 done")
}

// fill has jobwatch draw more than the kernel holds for a terminal that takes
// nothing, which is 64 KB on Linux.
func (s *stage) fill(tm *termtest.Terminal) {
	ticks := time.NewTicker(60 * time.Millisecond) // a frame
	defer ticks.Stop()
	for n := range 14 {
		<-ticks.C
		tm.Resize(299+n%2, 100)
	}
	tm.Resize(100, 30)
}

// It ends all the same, and the terminal is as it was when it comes to life again.
func TestLeavingATerminalThatTakesNothing(t *testing.T) {
	t.Parallel()
	for name, leave := range map[string]struct {
		key    string
		status int
	}{"by q": {"q", 0}, "by SIGTERM": {"", 143}} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			ids := s.jobs(30, 20*time.Millisecond)
			tm := s.open("--rate", "100")
			tm.Paste(lines(ids))
			tm.Sees("added 30 jobs")
			tm.Stall()
			s.fill(tm)
			if leave.key != "" {
				tm.Send(leave.key)
			} else {
				tm.Signal(syscall.SIGTERM)
			}
			if got := tm.Wait(); got != leave.status {
				t.Errorf("exit status %d, want %d", got, leave.status)
			}
			if !tm.Cooked() {
				t.Error("the terminal was left in raw mode")
			}
			if n := strings.Count(s.state(), ids[0].String()); n == 0 {
				t.Error("the state is not saved")
			}
			tm.Flow()
			tm.Gone()
			tm.Restored()
		})
	}
}
