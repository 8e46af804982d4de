package terminal

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/charmbracelet/x/ansi"

	"example.com/jobwatch/poller/panics"
)

// Screen shows frames on a terminal. It sends only the cells that differ from the previous
// frame, at once, and does nothing while nothing changes.
//
// Bubble Tea's own renderer sends each changed row whole, at its next tick, and ticks all
// the time. So frames bypass it, by [Screen.Show]. It is still given the Screen
// (tea.WithOutput) for its sequences, which it sends by WriteString; what it sends by Write
// are frames, and those are dropped.
type Screen struct {
	*Output
	env Env

	mu            sync.Mutex
	frame         []string // the newest, as rows
	shown         []string // what the terminal shows; nil if unknown
	cursor        Cursor   // of the newest frame
	placed        Cursor   // the terminal's, if shown is known
	width, height int      // 0 until known
	alternate     bool     // the alternate screen is on
	paint         painter

	paid    time.Time // until when the frames that were sent use up the frame rate
	waiting bool      // for the frame rate, with a timer
}

// At most 20 frames are sent in any second: 16 evenly, and four at once after a
// quiet time, so that the answer to a key need not wait for another frame.
const (
	framePeriod = time.Second / 16
	frameBurst  = 3 * framePeriod
)

// NewScreen returns the Screen of an Output, and takes over its OnCaughtUp.
func NewScreen(out *Output, env Env) *Screen {
	s := &Screen{Output: out, env: env}
	out.OnCaughtUp(func(lost bool) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if lost {
			s.shown = nil
		}
		s.update()
	})
	return s
}

// Cursor is the position of the terminal's own cursor in a frame, in cells from the top
// left. The zero Cursor is hidden.
type Cursor struct {
	X, Y  int
	Shown bool
}

// Show shows a frame, which is lines joined by newlines, and the cursor. If the terminal is
// not ready for it, the next frame replaces it.
func (s *Screen) Show(frame string, cursor Cursor) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.frame, s.cursor = strings.Split(frame, "\n"), cursor
	s.update()
}

// Redraw sends the whole of the newest frame, as other programs may have written on the
// screen.
func (s *Screen) Redraw() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shown = nil
	s.update()
}

// Resize sets the terminal's size, in cells. The next frame is drawn whole: terminals
// differ in what they do to their contents when the size changes.
func (s *Screen) Resize(width, height int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.width, s.height = width, height
	s.shown, s.frame = nil, nil // the frame is for another size
}

// Write drops Bubble Tea's frames.
func (s *Screen) Write(p []byte) (int, error) { return len(p), nil }

// WriteString passes a sequence on to the terminal, and tracks its effect on the screen.
func (s *Screen) WriteString(sequence string) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case strings.Contains(sequence, ansi.SetModeAltScreenSaveCursor):
		s.alternate, s.shown = true, nil
		if s.env.ignoresUnknown() {
			sequence += pushKeys
		}
	case strings.Contains(sequence, ansi.ResetModeAltScreenSaveCursor):
		s.alternate = false
		if s.env.ignoresUnknown() {
			s.Send(popKeys)
		}
		// Terminals without an alternate screen continue below ours.
		s.Send(ansi.CursorPosition(1, s.height))
	case strings.Contains(sequence, ansi.EraseEntireScreen), strings.Contains(sequence, ansi.EraseEntireLine):
		s.shown = nil
	}
	return s.Output.WriteString(sequence)
}

// update sends the newest frame as soon as the frame rate and the terminal allow it. s.mu
// must be held.
func (s *Screen) update() {
	if !s.alternate || s.width == 0 || s.frame == nil || s.waiting || slices.Equal(s.frame, s.shown) && s.cursor == s.placed {
		return
	}
	now := time.Now()
	if wait := s.paid.Add(-frameBurst).Sub(now); wait > 0 {
		s.waiting = true
		time.AfterFunc(wait, func() {
			defer panics.Into(func(e *panics.Error) { s.onPanic(e) })
			s.mu.Lock()
			defer s.mu.Unlock()
			s.waiting = false
			s.update()
		})
		return
	}
	if s.Behind() {
		return // OnCaughtUp calls again
	}
	if s.paid.Before(now) {
		s.paid = now
	}
	s.paid = s.paid.Add(framePeriod)
	s.send()
}

// send turns what the terminal shows into the newest frame.
func (s *Screen) send() {
	p := &s.paint
	p.width, p.row, p.x, p.pen = s.width, 0, -1, ""
	p.buf = p.buf[:0]
	whole := s.shown == nil
	if whole {
		p.buf = append(p.buf, ansi.ResetStyle...)
	}
	if !s.cursor.Shown && (whole || s.placed.Shown) {
		p.buf = append(p.buf, ansi.HideCursor...)
	}
	rows := s.frame[max(len(s.frame)-s.height, 0):]
	for i, row := range rows {
		if i >= len(s.shown) {
			p.draw(i, row)
		} else if s.shown[i] != row {
			p.change(i, s.shown[i], row)
		}
	}
	p.flush()
	if whole || len(s.shown) > len(rows) {
		p.clearBelow(len(rows), s.height)
	}
	p.use("")
	if s.cursor.Shown {
		p.moveTo(max(s.cursor.Y-(len(s.frame)-len(rows)), 0), min(s.cursor.X, s.width-1))
		if whole || !s.placed.Shown {
			p.buf = append(p.buf, ansi.ShowCursor...)
		}
	}
	s.shown, s.placed = rows, s.cursor
	_, _ = s.Output.Write(p.buf)
}
