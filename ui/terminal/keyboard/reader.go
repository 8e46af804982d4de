// Package keyboard reads a terminal's keys for Bubble Tea: it takes out pastes and the
// terminal's replies, and passes on only keys that Bubble Tea knows.
package keyboard

import (
	"os"
	"slices"
	"sync"
	"time"

	"example.com/jobwatch/ui/terminal"
)

// Reader is the keyboard without pastes. Give it to tea.WithInput in place of the terminal:
// Bubble Tea takes 9 to 15 s for 100,000 pasted job IDs.
//
// In place of a paste, bracketed or not, and of what the terminal reports, Reader leaves the key
// [EventKey], in their order; [Reader.Take] returns what it stands for. Replies to queries of
// others, such as an editor that ran before, leave nothing.
//
// Bubble Tea waits for the terminal's descriptor before it reads, and takes the end of a read
// for the end of a key. So Reader never reads more than it can pass on in the same call, and
// keeps only a paste or reply in progress and half a key. What may be a key, such as esc, is
// passed on if nothing follows for a moment.
type Reader struct {
	*os.File // the terminal, for raw mode, its size, and for waiting

	mu     sync.Mutex // of filter, as Take is called by another goroutine than Read
	filter filter
}

// NewReader returns the Reader of a terminal that is open for reading.
func NewReader(tty *os.File) *Reader { return &Reader{File: tty, filter: filter{limit: maxPaste}} }

// EventKey is Bubble Tea's name of the key that stands for an event. Reader drops it if
// somebody presses it.
const EventKey = "alt+ctrl+@"

// Event is what an [EventKey] stands for: a Paste, Burst, Escape, Focus or Background.
type Event any

// Paste is one whole paste.
type Paste struct {
	Text       []byte // as it came, at most 64 MiB
	Typed      int    // how many bytes of Text were passed on as keys before it was recognized
	Truncated  bool   // there was more than 64 MiB
	Unfinished bool   // its end marker never came
}

// Burst is characters and line ends that came at once, at most 4 KiB, too few for a paste.
type Burst struct{ Text []byte }

// Escape is the key esc, if keys follow that Bubble Tea would read as alt and a letter.
type Escape struct{}

// Focus says that the window has received or lost the focus, also amid keys.
type Focus struct{ In bool }

// Background is the terminal's reply to the query for its background colour.
type Background struct{ Dark bool }

// Take returns what an [EventKey] stands for, nil for none; or, given its runes, a tea.KeyMsg
// with Paste set. It must be called once for each such message, in order.
func (r *Reader) Take(runes []rune) Event {
	if len(runes) > 0 {
		return Paste{Text: []byte(string(runes))} // it bypassed Read
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.filter.events) == 0 {
		return nil
	}
	event := r.filter.events[0]
	r.filter.events = slices.Delete(r.filter.events, 0, 1)
	return event
}

const (
	overhead = 32 // bytes by which the keys of one call may exceed what it read: some tokens, a mouse report
	maxReads = 64 // in one call: Bubble Tea can cancel between calls
)

// Read waits for the terminal and fills p, of far more than overhead bytes, with keys, except
// for its last byte: Bubble Tea takes the end of a full buffer for half a key. It may return
// none, without an error, while a paste is in progress.
func (r *Reader) Read(p []byte) (int, error) {
	keys, err := r.readKeys(p[:0], len(p)-1)
	if err != nil && len(keys) == 0 {
		return 0, err // else the next call gets the error again
	}
	return copy(p, keys), nil
}

// readKeys appends the keys of one call to keys, at most size of them. It reads again only
// while something is in progress and its rest does not make it wait, except for a moment.
func (r *Reader) readKeys(keys []byte, size int) ([]byte, error) {
	var scratch [256]byte
	for range maxReads {
		room := size - len(keys) - overhead
		if len(keys) > 0 && room < 1 {
			break
		}
		read := scratch[:min(max(1, room), len(scratch))]
		n, err := r.File.Read(read)
		r.mu.Lock()
		keys = r.filter.feed(keys, read[:n], time.Now())
		wait := r.filter.wait()
		r.mu.Unlock()
		switch {
		case err == nil && wait < 0:
			return keys, nil
		case err != nil || !terminal.Ready(r.File, wait):
			r.mu.Lock()
			defer r.mu.Unlock()
			return r.filter.release(keys), err
		}
	}
	return keys, nil // the rest is there and wakes the next call
}
