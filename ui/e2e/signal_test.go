//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package e2e

import (
	"syscall"
	"testing"
)

func TestSignalsEndItInOrder(t *testing.T) {
	for signal, status := range map[syscall.Signal]int{
		syscall.SIGTERM: 143, syscall.SIGHUP: 129, syscall.SIGINT: 130,
	} {
		t.Run(signal.String(), func(t *testing.T) {
			s := newStage(t)
			ids := s.jobs(2, 0)
			tm := s.open()
			tm.Paste(lines(ids))
			tm.Sees("added 2 jobs")
			tm.Signal(signal)
			tm.Signal(signal) // somebody impatient
			tm.Left(status)
		})
	}
}

func TestAClosedWindowEndsIt(t *testing.T) {
	s := newStage(t)
	tm := s.open()
	tm.Paste(lines(s.jobs(2, 0)))
	tm.Sees("added 2 jobs")
	tm.HangUp()
	if got := tm.Wait(); got != 129 {
		t.Errorf("exit status %d", got)
	}
}
