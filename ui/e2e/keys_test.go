//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package e2e

import (
	"regexp"
	"strings"
	"testing"
	"time"
)

// The terminal doesn't bracket pastes, as GNU screen and serial lines: letters of the
// text would rename the batch.
func TestTextAndIDsWithoutPasteBrackets(t *testing.T) {
	s := newStage(t)
	tm := s.watching(3)
	// More than a terminal's line holds at a time, which is 4 KiB.
	tm.Send("invoices of June\r" + strings.ReplaceAll(lines(s.jobs(300, 0)), "\n", "\r"))
	tm.Sees("added 300 jobs", "303 jobs")
	if state := s.state(); strings.Contains(state, "of June") || strings.Count(state, `"op":"batch"`) != 2 {
		t.Errorf("the text did more than that:\n%.1000s", state)
	}
	tm.Quit()
}

// A heading, a word, a few letters: undo, quit and forget are among them.
func TestWordsWithoutPasteBrackets(t *testing.T) {
	s := newStage(t)
	tm := s.watching(3)
	tm.Send("quick list:")
	tm.Sees("no job IDs in the pasted text", "3 done")
	tm.Send("quit\r")
	tm.Sees("not run: q u i t enter", "3 done")
	tm.Send("xu")
	tm.Sees("not run: x u", "3 done")
	tm.Send("jcq")
	tm.Sees("not run: c q", "3 done")
	tm.Quit()
}

// In a prompt, such text is text; what an enter behind it would accept was not seen yet.
func TestWordsWithoutPasteBracketsInAPrompt(t *testing.T) {
	s := newStage(t)
	tm := s.watching(3)
	tm.Send("n")
	tm.Sees("name of the batch")
	tm.Send("\x15") // an empty line
	tm.Send("june\r")
	tm.Sees("name of the batch: june")
	tm.Type("!", "\r")
	tm.Sees("june!", "? help")
	tm.Quit()
}

// A slow line brings at once what a held key sent, and then another.
func TestHeldKeysOverASlowLine(t *testing.T) {
	s := newStage(t)
	tm := s.watching(60)
	var copies []string
	for _, keys := range []string{
		strings.Repeat("\x1b[B", 20), // arrows are always keys
		strings.Repeat("j", 30) + strings.Repeat("k", 10),
	} {
		tm.Type("\x1b[H"+keys, "y")
		tm.Until("for a copy", func() bool {
			found := regexp.MustCompile(`\x1b\]52;c;[^\a]+`).FindAllString(tm.Raw(), -1)
			if len(found) == len(copies) {
				return false
			}
			copies = found
			return true
		})
	}
	if copies[0] != copies[1] {
		t.Errorf("arrows led to %q, letters to %q", copies[0], copies[1])
	}
	tm.Quit()
}

// vim was killed, and left the keypad sending letters; something else left the mouse
// reporting in a form of old, and asks for the window's title. None of them pauses,
// undoes or quits.
func TestKeysAfterAKilledEditor(t *testing.T) {
	s := newStage(t)
	tm := s.watching(3)
	tm.Send("\x1bOp\x1bOu\x1bOx\x1bOq\x1bOn\x1bO5q\x1b[M`qu\x1b[M q\xff\x1b]lquick\x1b\\\x1b[99;1X")
	tm.Send("\x1b[M")
	tm.Send("quq")
	tm.Send("\x1b]Lqu")
	tm.Send("quit\x1b\\")
	tm.Send("\x1bOo") // the keypad's /
	tm.Sees("such as status:error", "3 done")
	tm.Send("\x1bOq")
	tm.Sees("/1")
	tm.Send("\x1b[27u") // kitty's esc
	tm.Sees("? help")
	tm.Send("\x1b[47:63;2u") // its question mark
	tm.Sees("remove finished jobs")
	tm.Send("\x1b[113;1:3u\x1b[113u") // its q, let go and pressed
	tm.Sees("3 done")
	tm.Send("\x1b[27;5;99~") // xterm's ctrl+c
	tm.Left(0)
	raw := tm.Raw()
	for _, order := range [][2]string{
		{"\x1b[?1049h", "\x1b[>0u"}, {"\x1b[>0u", "\x1b[<u"}, {"\x1b[<u", "\x1b[?1049l"}, {"\x1b[?1049h", "\x1b[>4;0m"},
	} {
		if first, then := strings.Index(raw, order[0]), strings.Index(raw, order[1]); first < 0 || first > then {
			t.Errorf("%q does not come before %q", order[0], order[1])
		}
	}
}

// Somebody leans on x, on a batch's row, as the fastest keyboards repeat it. Slow first
// repeats have a story with a fake clock: a loaded machine makes them slower still.
func TestAHeldKeyRemovesNoBatch(t *testing.T) {
	s := newStage(t)
	tm := s.watching(40)
	tick := time.NewTicker(30 * time.Millisecond)
	defer tick.Stop()
	for range 30 {
		tm.Send("x")
		<-tick.C
	}
	tm.Sees("Remove 40 jobs of pasted", "40 done")
	<-time.After(600 * time.Millisecond)
	tm.Send("x")
	tm.Sees("Nothing tracked yet.")
	tm.Quit()
}
