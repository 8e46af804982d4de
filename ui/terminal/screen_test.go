package terminal

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
)

// onScreen is a screen of 20x4 on the fake clock, and the output to its terminal.
type onScreen struct {
	*testing.T
	*Screen
	file string
}

func atScreen(t *testing.T, story func(*onScreen)) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "terminal")
	synctest.Test(t, func(t *testing.T) {
		file, err := os.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		s := &onScreen{t, NewScreen(file, nil), name}
		defer s.Close() //nolint:errcheck // nothing is lost that matters
		_, _ = s.WriteString(ansi.SetModeAltScreenSaveCursor)
		s.Resize(20, 4)
		story(s)
	})
}

// sent returns all output to the terminal so far.
func (s *onScreen) sent() string {
	s.Helper()
	synctest.Wait()
	b, err := os.ReadFile(s.file)
	if err != nil {
		s.Fatal(err)
	}
	return string(b)
}

// sees wants exactly these rows on the terminal.
func (s *onScreen) sees(rows ...string) {
	s.Helper()
	terminal := vt.NewEmulator(20, 4)
	_, _ = terminal.WriteString(s.sent())
	got := strings.Split(strings.TrimRight(terminal.String(), " \n"), "\n")
	for i := range got {
		got[i] = strings.TrimRight(got[i], " ")
	}
	if strings.Join(got, "\n") != strings.Join(rows, "\n") {
		s.Errorf("the terminal shows\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(rows, "\n"))
	}
}

func (s *onScreen) show(rows ...string) { s.Show(strings.Join(rows, "\n"), Cursor{}) }

func TestTheFirstFramesAreShownAtOnceAndThenTwentyASecond(t *testing.T) {
	atScreen(t, func(s *onScreen) {
		s.show("loading")
		s.sees("loading")
		s.show("loaded", "one")
		s.sees("loaded", "one")

		frames, before := 0, s.sent()
		for i := range 1000 {
			s.show(fmt.Sprint("frame ", i))
			if now := s.sent(); now != before {
				frames, before = frames+1, now
			}
			time.Sleep(time.Millisecond) //nolint:forbidigo // fake clock
		}
		if frames > 20 || frames < 15 {
			t.Errorf("%d frames were sent in a second", frames)
		}
		time.Sleep(time.Second) //nolint:forbidigo // fake clock
		s.sees("frame 999")
	})
}

// Bubble Tea writes sequences, and frames of its own, which are empty.
func TestBubbleTeasFramesAreDroppedAndItsSequencesAreNot(t *testing.T) {
	atScreen(t, func(s *onScreen) {
		s.show("one", "two")
		_, _ = s.Write([]byte("\x1b[H \x1b[K"))
		_, _ = s.WriteString(ansi.HideCursor)
		s.sees("one", "two")
		if !strings.Contains(s.sent(), ansi.HideCursor) {
			t.Errorf("the terminal was sent %q", s.sent())
		}
	})
}

func TestAScreenThatWasClearedOrResizedIsRedrawn(t *testing.T) {
	atScreen(t, func(s *onScreen) {
		s.show("one", "two", "three")
		_, _ = s.WriteString(ansi.EraseEntireScreen)
		s.show("one", "two")
		s.sees("one", "two")
		s.Send("\x1b[1;1Hdirt from elsewhere")
		s.Resize(20, 4)
		s.show("one", "two")
		s.sees("one", "two")
	})
}

// What comes after the end belongs to the shell.
func TestNothingIsDrawnOnAScreenThatWasLeft(t *testing.T) {
	atScreen(t, func(s *onScreen) {
		s.show("one")
		_, _ = s.WriteString(ansi.ResetModeAltScreenSaveCursor)
		before := s.sent()
		s.show("two")
		time.Sleep(time.Second) //nolint:forbidigo // fake clock
		if more := s.sent()[len(before):]; more != "" {
			t.Errorf("%q was sent after the end", more)
		}
	})
}

func TestFramesThatAreTallerOrWiderThanTheScreenAreCut(t *testing.T) {
	atScreen(t, func(s *onScreen) {
		s.show("1", "2", "3", "4", "5", strings.Repeat("x", 30))
		s.sees("3", "4", "5", strings.Repeat("x", 20))
		s.show("1", "2", "3", "4", "5", "6")
		s.sees("3", "4", "5", "6")
	})
}

// cursor wants the terminal's own cursor at a position, or hidden.
func (s *onScreen) cursor(want Cursor) {
	s.Helper()
	terminal := vt.NewEmulator(20, 4)
	_, _ = terminal.WriteString(s.sent())
	at := terminal.CursorPosition()
	got := Cursor{at.X, at.Y, !terminal.CursorHidden()}
	if !want.Shown {
		got.X, got.Y = 0, 0
	}
	if got != want {
		s.Errorf("the cursor is %+v, want %+v", got, want)
	}
}

// Whatever else changes on the screen, the cursor returns to its place, and is shown and
// hidden once.
func TestTheCursorIsPartOfTheFrame(t *testing.T) {
	atScreen(t, func(s *onScreen) {
		at := func(c Cursor, rows ...string) {
			t.Helper()
			s.Show(strings.Join(rows, "\n"), c)
			time.Sleep(time.Second) //nolint:forbidigo // fake clock
			s.cursor(c)
		}
		at(Cursor{}, "bar", "footer")
		at(Cursor{3, 1, true}, "bar", "/ab")
		at(Cursor{3, 1, true}, "bar grows", "/ab")
		at(Cursor{2, 1, true}, "bar grows", "/ab")
		at(Cursor{3, 3, true}, "bar", "", "", "/ab")
		s.Redraw()
		s.cursor(Cursor{3, 3, true})
		before := s.sent()
		at(Cursor{3, 3, true}, "bar", "", "", "/ab")
		if more := s.sent()[len(before):]; more != "" {
			t.Errorf("%q was sent for the same cursor", more)
		}
		s.Show("cut off\n1\n2\n3\n/abcdefghijklmnopqrstuvwxyz", Cursor{25, 4, true})
		time.Sleep(time.Second) //nolint:forbidigo // fake clock
		s.cursor(Cursor{19, 3, true})
		at(Cursor{}, "bar", "footer")
		at(Cursor{}, "bar grows", "footer")
		if hidden := strings.Count(s.sent(), ansi.HideCursor); hidden != 2 {
			t.Errorf("the cursor was hidden %d times", hidden)
		}
	})
}

// Text that other programs wrote on the screen is removed, as is the colour that they left.
func TestAScreenIsSentWholeWhenAsked(t *testing.T) {
	atScreen(t, func(s *onScreen) {
		s.show("one", "", "three")
		s.Send("\x1b[2;1H\x1b[41;7mMessage from root\n\n\n\nat noon")
		s.Redraw()
		s.sees("one", "", "three")
		if sent := s.sent(); strings.LastIndex(sent, ansi.ResetStyle) < strings.LastIndex(sent, "noon") {
			t.Error("the colour was not taken back")
		}
	})
}
