//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package e2e

import (
	"testing"
	"time"

	"example.com/jobwatch/ui/terminal/termtest"
)

// hold holds a key down as the fastest keyboards repeat it. Slow first repeats have a
// story with a fake clock: a loaded machine makes them slower still.
func hold(tm *termtest.Terminal, key string) {
	tick := time.NewTicker(30 * time.Millisecond)
	defer tick.Stop()
	for range 30 {
		tm.Send(key)
		<-tick.C
	}
}

// Somebody leans on x, on a batch's row.
func TestAHeldKeyRemovesNoBatch(t *testing.T) {
	s := newStage(t)
	tm := s.open("--rate", "100")
	tm.Paste(lines(s.jobs(40, 0)))
	tm.Sees("40 done")
	hold(tm, "x")
	tm.Sees("Remove 40 jobs of pasted", "40 done")
	<-time.After(600 * time.Millisecond)
	tm.Send("x")
	tm.Sees("Nothing tracked yet.")
	tm.Send("q")
	tm.Left(0)
}
