//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package e2e

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// logText is a megabyte of a log without IDs.
var logText = strings.Repeat("2025-11-23T10:00:00Z INFO worker 7 rendered page 12 of 40, 83 ms\n", 16<<10)

// Somebody pastes a whole log, 50 MB of it, with a few IDs in it, and types on.
func TestPastingAWholeLog(t *testing.T) {
	s := newStage(t)
	ids := s.jobs(3, 0)
	tm := s.open()
	tm.Send("\x1b[200~")
	for n := range 50 {
		tm.Send(logText[:1<<20])
		if n < len(ids) {
			tm.Send("\n" + ids[n].String() + "\n")
		}
	}
	tm.Send("\x1b[201~?")
	tm.Sees("remove finished jobs") // the help
	tm.Send("?")
	tm.Sees("3 jobs", "3 done")
	tm.Quit()
}

// A slow line brings a paste bit by bit: meanwhile the screen lives, and what comes
// right before and after is taken for the keys that it is.
func TestKeysAroundAPaste(t *testing.T) {
	s := newStage(t)
	tm := s.open("--rate", "100")
	tm.Paste(lines(s.jobs(1, 0)))
	text := lines(s.jobs(40, 0))
	tm.Send("p\x1b[200~" + text[:200])
	tm.Sees("paused")
	tm.Resize(120, 40)                          // the screen follows
	tm.Send("\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\") // a tmux beside it answers, in the middle of an ID
	tm.Send(text[200:900])
	tm.Sees("paused")
	tm.Send(text[900:] + "\x1b[201~p")
	tm.Sees("41 jobs", "41 done")
	tm.Quit()
}

// An editor asked the terminal this and that, and ended before a slow line brought the
// replies. The u of tmux undoes nothing.
func TestLateRepliesAreNotTyped(t *testing.T) {
	s := newStage(t)
	tm := s.open()
	tm.Paste(lines(s.jobs(5, 0)))
	tm.Sees("added 5 jobs")
	tm.Send("\x1bP>|tmux 3.4\x1b\\\x1b]10;rgb:ffff/ffff/ffff\x07")
	tm.Send("\x1bP1+r436f")
	tm.Send("=323536\x1b\\p")
	tm.Sees("paused", "5 jobs")
	tm.Send("p")
	tm.Sees("5 done")
	tm.Quit()
}

// A window's corner is dragged about while everything moves.
func TestAResizeStorm(t *testing.T) {
	s := newStage(t)
	tm := s.open("--rate", "100")
	tm.Paste(lines(s.jobs(100, 10*time.Millisecond)))
	tm.Sees("100 jobs")
	rng := rand.New(rand.NewPCG(1, 1))
	for range 1000 {
		tm.Resize(1+rng.IntN(200), 1+rng.IntN(60))
	}
	tm.Resize(100, 30)
	tm.Sees("100 done")
	tm.Quit()
}

func TestTwentyThousandIDsInOnePaste(t *testing.T) {
	s := newStage(t)
	tm := s.open()
	go tm.Paste(lines(s.quick(20_000))) // the terminal takes it as the program reads it
	tm.Sees("20000 jobs")
	tm.Quit()
}
