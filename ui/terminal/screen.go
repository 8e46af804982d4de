package terminal

import (
	"errors"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/charmbracelet/x/ansi"

	"example.com/jobwatch/poller/panics"
)

// Screen shows frames on a terminal, and writes sequences between them. It sends only the
// cells that differ from the previous frame. So frames bypass Bubble Tea's renderer, which is
// given the Screen for its sequences.
//
// No method waits for the terminal, which may take nothing for minutes and so block Update and
// all saves: a goroutine writes. Frames wait until the terminal has taken everything, and then
// skip all that happened meanwhile.
type Screen struct {
	*os.File
	// OnError is called with ErrGone or a panic of a goroutine of the Screen, by that goroutine.
	OnError func(error)

	env   Env
	mu    sync.Mutex
	queue []byte        // to be written
	idle  chan struct{} // closed when everything is written; nil while nothing is being written

	frame         []string // the newest; nil if there is none for this size
	cursor        Cursor   // of the newest frame
	shown         []line   // what the terminal shows; nil if unknown
	placed        Cursor   // the terminal's, if shown is known
	width, height int      // 0 until known
	alternate     bool     // the alternate screen is on

	paid    time.Time // until when the frames that were sent use up the frame rate
	waiting bool      // for the frame rate, with a timer
}

const (
	maxQueued = 1 << 20 // bytes: several times the largest frame or clipboard sequence
	maxWrite  = 4 << 10 // bytes at once: Abandon waits for one write

	// At most 20 frames are sent in any second: 16 evenly, and four at once after a
	// quiet time, so that the answer to a key need not wait for another frame.
	framePeriod = time.Second / 16
	frameBurst  = 3 * framePeriod
)

// ErrGone says that the terminal was closed, whether there was a signal for that or not.
var ErrGone = errors.New("the terminal was closed")

// NewScreen returns the Screen of a terminal.
func NewScreen(terminal *os.File, env Env) *Screen { return &Screen{File: terminal, env: env} }

// Cursor is the position of the terminal's own cursor, in cells from the frame's top left.
type Cursor struct {
	X, Y  int
	Shown bool
}

// Show shows a frame, which is lines joined by newlines, and the cursor; of a frame that is
// too tall, the end. If the terminal is not ready for it, the next frame replaces it.
func (s *Screen) Show(frame string, cursor Cursor) {
	s.mu.Lock()
	defer s.mu.Unlock()
	rows := strings.Split(frame, "\n")
	cut := max(len(rows)-s.height, 0)
	s.frame = rows[cut:]
	s.cursor = Cursor{X: min(cursor.X, s.width-1), Y: max(cursor.Y-cut, 0), Shown: cursor.Shown}
	s.update()
}

// Redraw sends the whole of the newest frame, as others may have written on the screen.
func (s *Screen) Redraw() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shown = nil
	s.update()
}

// Resize sets the terminal's size, in cells. As terminals change their contents in different
// ways, the next frame is drawn whole.
func (s *Screen) Resize(width, height int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.width, s.height = width, height
	s.shown, s.frame = nil, nil
}

// Write drops Bubble Tea's frames.
func (s *Screen) Write(p []byte) (int, error) { return len(p), nil }

// WriteString passes a sequence on to the terminal, and tracks its effect on the screen.
func (s *Screen) WriteString(sequence string) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	length := len(sequence)
	switch {
	case strings.Contains(sequence, ansi.SetModeAltScreenSaveCursor):
		s.alternate, s.shown = true, nil
		sequence += s.env.unlessPrinted(pushKeys)
	case strings.Contains(sequence, ansi.ResetModeAltScreenSaveCursor):
		s.alternate = false
		// Terminals without an alternate screen continue below ours.
		sequence = s.env.unlessPrinted(popKeys) + ansi.CursorPosition(1, s.height) + sequence
	case strings.Contains(sequence, ansi.EraseEntireScreen), strings.Contains(sequence, ansi.EraseEntireLine):
		s.shown = nil
	}
	s.send(sequence)
	return length, nil
}

// Send writes a sequence between two frames.
func (s *Screen) Send(sequence string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.send(sequence)
}

// send queues a sequence as a whole, so that none lands inside another. s.mu must be held.
func (s *Screen) send(sequence string) {
	switch {
	case sequence == "":
	case len(s.queue)+len(sequence) > maxQueued:
		s.shown = nil // as something is lost
	default:
		s.queue = append(s.queue, sequence...)
		if s.idle == nil {
			s.idle = make(chan struct{})
			go s.write()
		}
	}
}

// write writes until nothing is queued.
func (s *Screen) write() {
	defer panics.Into(func(e *panics.Error) { s.OnError(e) })
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.queue) > 0 {
		part := s.queue[:min(len(s.queue), maxWrite)]
		s.queue = s.queue[len(part):]
		s.mu.Unlock()
		_, err := s.File.Write(part)
		if errors.Is(err, syscall.EIO) {
			s.OnError(ErrGone)
		}
		s.mu.Lock()
		if err != nil {
			s.queue = nil
		}
	}
	close(s.idle)
	s.idle, s.queue = nil, nil
	s.update()
}

// Flush waits until the terminal has taken everything, and reports whether it has.
func (s *Screen) Flush(within time.Duration) bool {
	s.mu.Lock()
	idle := s.idle
	s.mu.Unlock()
	if idle == nil {
		return true
	}
	select {
	case <-idle:
		return true
	case <-time.After(within):
		return false
	}
}

// Abandon gives up on a terminal that takes nothing: what is queued, in the kernel too, makes
// room for what restores the terminal if it recovers, and for a last sequence.
func (s *Screen) Abandon(last string) {
	s.mu.Lock()
	s.queue, s.alternate = nil, false
	s.mu.Unlock()
	for range 50 { // the write in progress needs room too
		discard(s.File)
		if s.Flush(10 * time.Millisecond) {
			break
		}
	}
	const cancel = "\x18" // CAN: ends a sequence that was cut off
	s.Send(cancel + s.env.unlessPrinted(popKeys) + release + last)
	s.Leave()
	s.Flush(100 * time.Millisecond)
}

// update sends the newest frame once the frame rate and the terminal allow it. s.mu must be held.
func (s *Screen) update() {
	if !s.alternate || s.width == 0 || s.frame == nil || s.waiting || s.idle != nil {
		return
	}
	now := time.Now()
	if wait := s.paid.Add(-frameBurst).Sub(now); wait > 0 {
		s.waiting = true
		time.AfterFunc(wait, func() {
			defer panics.Into(func(e *panics.Error) { s.OnError(e) })
			s.mu.Lock()
			defer s.mu.Unlock()
			s.waiting = false
			s.update()
		})
		return
	}
	if changes := s.changes(); changes != "" {
		if s.paid.Before(now) {
			s.paid = now
		}
		s.paid = s.paid.Add(framePeriod)
		s.send(changes)
	}
}

// changes returns what turns what the terminal shows into the newest frame.
func (s *Screen) changes() string {
	p := &painter{width: s.width, x: -1}
	whole := s.shown == nil
	if whole {
		p.out.WriteString(ansi.ResetStyle)
		s.placed.Shown = !s.cursor.Shown // for all we know
	}
	if s.placed.Shown && !s.cursor.Shown {
		p.out.WriteString(ansi.HideCursor)
	}
	shown := make([]line, len(s.frame))
	for i, text := range s.frame {
		switch {
		case i >= len(s.shown):
			shown[i] = parse(text, s.width)
			p.rest(i, 0, shown[i].cells)
		case s.shown[i].text == text:
			shown[i] = s.shown[i]
		default:
			shown[i] = parse(text, s.width)
			p.change(i, s.shown[i], shown[i])
		}
	}
	p.flush()
	if len(shown) < s.height && (whole || len(s.shown) > len(shown)) {
		p.erase(len(shown), 0, ansi.EraseScreenBelow)
	}
	p.use("")
	if s.cursor.Shown && (p.out.Len() > 0 || s.cursor != s.placed) {
		p.moveTo(s.cursor.Y, s.cursor.X)
		if !s.placed.Shown {
			p.out.WriteString(ansi.ShowCursor)
		}
	}
	s.shown, s.placed = shown, s.cursor
	return p.out.String()
}
