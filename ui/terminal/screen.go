package terminal

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/charmbracelet/x/ansi"

	"example.com/jobwatch/poller/panics"
)

// Screen shows frames on a terminal: of each, only the cells that differ from the
// one before are sent, at once, and nothing is ever done while nothing changes.
//
// Bubble Tea's own renderer sends each row whole in which anything has changed, at
// its next tick, and ticks all the time. So frames go around it, by [Screen.Show]. It is
// still given the Screen (tea.WithOutput) for all else that it does to the terminal, which
// it sends by WriteString; what it sends by Write are frames, and those are dropped.
type Screen struct {
	*Output

	mu            sync.Mutex
	frame         []string // the newest, as rows
	shown         []string // what the terminal shows; nil where that is not known
	cursor        Cursor   // of the newest frame
	placed        Cursor   // the terminal's, where shown is known
	width, height int      // 0 until told
	ours          bool     // the terminal's alternate screen is on
	paint         painter
	push, pop     string // what is sent after and before our time on the alternate screen

	paid  time.Time   // up to when the frames that were sent use up the rate
	later *time.Timer // paints when the rate allows it; nil when nothing waits for that

	onPanic func(*panics.Error)
}

// At most 20 frames are sent in any second: 16 evenly, and four at once after a
// quiet time, so that a key's answer need not wait for the frame of some news.
const (
	framePeriod = time.Second / 16
	frameBurst  = 3 * framePeriod
)

// NewScreen returns the Screen of an Output, which nobody else should have told
// what to do when it has caught up.
func NewScreen(out *Output, env Env) *Screen {
	s := &Screen{Output: out}
	if env.obeys() {
		s.push, s.pop = pushKeys, popKeys
	}
	out.OnCaughtUp(func(lost bool) {
		defer panics.Into(s.onPanic)
		s.mu.Lock()
		defer s.mu.Unlock()
		if lost {
			s.shown = nil
		}
		s.update()
	})
	return s
}

// OnPanic sets a function that is called with a panic in a goroutine of the Screen or
// its Output, by that goroutine. It must be called before anything is shown.
func (s *Screen) OnPanic(report func(*panics.Error)) {
	s.onPanic = report
	s.Output.mu.Lock()
	defer s.Output.mu.Unlock()
	s.Output.onPanic = report
}

// Cursor is where a frame has the terminal's own cursor, in cells from its top left.
// The zero Cursor is hidden.
type Cursor struct {
	X, Y  int
	Shown bool
}

// Show has the terminal show a frame: lines joined by newlines, and the cursor. A frame
// that the terminal is not ready for is replaced by the next.
func (s *Screen) Show(frame string, cursor Cursor) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.frame, s.cursor = strings.Split(frame, "\n"), cursor
	s.update()
}

// Redraw sends the whole of the newest frame, whatever the terminal shows: others may
// have written on it.
func (s *Screen) Redraw() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shown = nil
	s.update()
}

// Resize tells the terminal's size, in cells. The next frame is drawn whole, as
// nobody knows what a terminal does to its contents when its size changes.
func (s *Screen) Resize(width, height int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.width, s.height = width, height
	s.shown, s.frame = nil, nil // the frame is for another size
}

// Write drops Bubble Tea's frames.
func (s *Screen) Write(p []byte) (int, error) { return len(p), nil }

// WriteString passes a sequence on to the terminal, and sees what becomes of the
// screen.
func (s *Screen) WriteString(sequence string) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case strings.Contains(sequence, ansi.SetModeAltScreenSaveCursor):
		s.ours, s.shown = true, nil
		sequence += s.push
	case strings.Contains(sequence, ansi.ResetModeAltScreenSaveCursor):
		s.ours = false
		// Terminals without another screen go on below ours.
		s.Send(s.pop + ansi.CursorPosition(1, s.height))
	case strings.Contains(sequence, ansi.EraseEntireScreen), strings.Contains(sequence, ansi.EraseEntireLine):
		s.shown = nil
	}
	return s.Output.WriteString(sequence)
}

// update sends what is new, as soon as the rate and the terminal allow it. s.mu is held.
func (s *Screen) update() {
	if !s.ours || s.width == 0 || s.frame == nil || s.later != nil || slices.Equal(s.frame, s.shown) && s.cursor == s.placed {
		return
	}
	now := time.Now()
	if free := s.paid.Add(-frameBurst); free.After(now) {
		wait := free.Sub(now)
		s.later = time.AfterFunc(wait, func() {
			defer panics.Into(s.onPanic)
			s.mu.Lock()
			defer s.mu.Unlock()
			s.later = nil
			s.update()
		})
		return
	}
	if s.Behind() {
		return // it is told when the terminal has caught up
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
	if s.shown == nil {
		p.buf = append(p.buf, ansi.ResetStyle...)
	}
	if !s.cursor.Shown && (s.shown == nil || s.placed.Shown) {
		p.buf = append(p.buf, ansi.HideCursor...)
	}
	rows := s.frame[max(len(s.frame)-s.height, 0):]
	for i, row := range rows {
		switch {
		case s.shown == nil:
			p.draw(i, row)
		case i >= len(s.shown):
			p.draw(i, row)
		case s.shown[i] != row:
			p.change(i, s.shown[i], row)
		}
	}
	p.flush()
	if s.shown == nil || len(s.shown) > len(rows) {
		p.clearBelow(len(rows), s.height)
	}
	p.use("")
	if s.cursor.Shown {
		p.moveTo(max(s.cursor.Y-(len(s.frame)-len(rows)), 0), min(s.cursor.X, s.width-1))
		if s.shown == nil || !s.placed.Shown {
			p.buf = append(p.buf, ansi.ShowCursor...)
		}
	}
	s.shown, s.placed = rows, s.cursor
	_, _ = s.Output.Write(p.buf)
}
