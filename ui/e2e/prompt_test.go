//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package e2e

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/jobwatch/ui/terminal/termtest"
)

// cursorAt wants the terminal's cursor to stand in the last row, or to be hidden: -1.
func cursorAt(tm *termtest.Terminal, column int) {
	tm.Helper()
	tm.Until(fmt.Sprintf("for the cursor in column %d", column), func() bool {
		x, y, shown := tm.Cursor()
		return shown == (column >= 0) && (!shown || x == column && y == strings.Count(tm.Text(), "\n"))
	})
}

// An input method opens at the cursor, so it stands where the next letter goes, whatever
// else moves on the screen; where nothing is typed, it is hidden.
func TestTheCursorStandsInThePrompt(t *testing.T) {
	s := newStage(t)
	tm := s.open("--rate", "100")
	cursorAt(tm, -1)
	tm.Paste(lines(s.jobs(40, 50*time.Millisecond)))
	tm.Sees("added 40 jobs")
	tm.Send("n\x15")
	label := len(" name of the batch: ")
	cursorAt(tm, label)
	tm.Send("漢e\u0301b")
	cursorAt(tm, label+4)
	tm.Sees("40 done") // forty rows and the bars have moved
	cursorAt(tm, label+4)
	tm.Send("\x1b[D\x1b[D")
	cursorAt(tm, label+2)
	tm.Send("\x1bd") // alt+d, to the end
	tm.Send("x")
	cursorAt(tm, label+3)
	tm.Resize(60, 20)
	cursorAt(tm, label+3)
	tm.Send("\r")
	tm.Sees("now called 漢x")
	cursorAt(tm, -1)
	tm.Send("/")
	cursorAt(tm, 2)
	tm.Signal(syscall.SIGTERM) // left with a prompt open
	tm.Left(143)
}

// What wall or cmd+k did to the screen goes at ctrl+l, in prompts as well, and at a resize.
func TestAScreenThatOthersWroteOnIsDrawnAnew(t *testing.T) {
	s := newStage(t)
	tm := s.watching(3)
	width := 100
	for _, c := range []struct {
		open, sees, close string
		again             func()
	}{
		{"", "3 done", "", func() { tm.Send("\x0c") }},
		{"?", "redraw the screen", "?", func() { tm.Send("\x0c") }},
		{"/", "such as status:error", "\r", func() { tm.Send("\x0c") }},
		{"l", "Event log", "l", func() { width++; tm.Resize(width, 30) }},
	} {
		tm.Send(c.open)
		for _, dirt := range []string{"\x1b[5;1HBroadcast message\r\nfrom root\n\n\n", "\x1b[2J\x1b[HBroadcast message"} {
			tm.Sees(c.sees)
			tm.Wall(dirt)
			tm.Sees("Broadcast message")
			c.again()
			tm.Sees("jobwatch", c.sees)
			tm.Until("for the message to go", func() bool { return !strings.Contains(tm.Text(), "Broadcast") })
		}
		tm.Send(c.close)
		tm.Sees("/ filter")
	}
	tm.Sees("? help")
	tm.Quit()
}

// A paste goes into the prompt that is open.
func TestPastingIntoPrompts(t *testing.T) {
	s := newStage(t)
	ids := s.jobs(3, 0)
	tm := s.open()
	tm.Send("a")
	tm.Sees("add job IDs:")
	tm.Paste("no such thing")
	tm.Sees("no job IDs in this text", "add job IDs: no such thing")
	tm.Send("\x15")
	tm.Paste(lines(ids))
	tm.Sees("3 done")
	tm.Send("/")
	tm.Paste(ids[2].String() + "\n")
	tm.Sees("/"+ids[2].String(), "1 of 3 jobs")
	tm.Send("\x1b")
	tm.Sees("? help")
	tm.Send("n\x15")
	tm.Paste("invoices\nof June")
	tm.Send("\r")
	tm.Sees("now called invoices of June")
	tm.Quit()
}
