// Package keyboard reads a terminal's keys for Bubble Tea: it takes out pastes and the
// terminal's replies, and passes on only keys that Bubble Tea knows.
package keyboard

import (
	"os"
	"slices"
	"sync"
	"time"
)

// Reader is the keyboard without pastes. Give it to tea.WithInput in the
// terminal's place: Bubble Tea rescans what it has of a paste at each 256 bytes that
// it reads, which takes 9 to 15 s for 100,000 job IDs.
//
// Reader takes whole pastes out, bracketed or not, and the terminal's reply to the query
// for its background colour, which would show up as typed text. In their place, it leaves
// the key [EventKey] among the keys, so that nothing changes its order, no goroutine is
// needed and nobody can be blocked; [Reader.Take] turns that key into what it stands for.
// Replies to what others asked the terminal, such as an editor that ran before, leave
// nothing. Other keys are passed on in a form that Bubble Tea knows, and at once where
// they are whole.
//
// Bubble Tea waits for the terminal's descriptor before it reads, so that bytes
// which Reader kept would wait for the next key press. It therefore never reads more
// than it can pass on in the same call, and keeps only what can't be a key: a paste or
// reply under way, and half a key. Bubble Tea would take each half for keys of its own,
// as it does in storms of wheel events without Reader. What may be a key or the start of
// more, such as esc or text, is passed on when nothing has followed for a moment.
//
// On Windows consoles, Bubble Tea reads key events past any reader; pastes arrive
// as it makes them, and Take returns them likewise.
type Reader struct {
	*os.File // the terminal, for raw mode, its size, and for waiting

	now     func() time.Time
	read    []byte // scratch: what one read of the terminal brought
	keys    []byte // scratch: what of it are keys
	pending []byte // keys that didn't fit into a caller's very small buffer

	mu     sync.Mutex // of filter: Take is called by another goroutine than Read
	filter filter
}

// NewReader returns the Reader of a terminal that is open for reading.
func NewReader(terminal *os.File) *Reader {
	return &Reader{File: terminal, now: time.Now, filter: filter{limit: maxPaste}}
}

// EventKey is the key that stands in an event's place, by Bubble Tea's name. Reader leaves it
// out where somebody presses it.
const EventKey = "alt+ctrl+@"

// Event is what an [EventKey] stands for.
type Event interface{ event() }

// Paste is one whole paste.
type Paste struct {
	Text       []byte // as it came, at most 64 MiB
	Typed      int    // how many bytes of Text were passed on as keys before it was seen to be a paste
	Truncated  bool   // there was more than 64 MiB
	Unfinished bool   // the terminal never said that it was over; told when keys came 5 s later
}

// Burst is two or more keys that came at once, too few for a paste: printable characters
// and line ends. They are either one key that is held, or several.
type Burst struct {
	Text []byte // at most 4 KiB
}

// Escape is the key esc, where keys follow that Bubble Tea would take for alt and a letter.
type Escape struct{}

// Focus is that the window has got the focus, or lost it. Bubble Tea passes that over if
// keys or a click come with it.
type Focus struct{ In bool }

// Background is the terminal's reply to the query for its background colour.
type Background struct {
	Colour string // such as rgb:1e1e/1e1e/2e2e
}

func (Paste) event()      {}
func (Burst) event()      {}
func (Escape) event()     {}
func (Focus) event()      {}
func (Background) event() {}

// Take returns what an [EventKey] stands for, given no runes, or a tea.KeyMsg with Paste
// set, given its Runes. Call it once for each such message, in their order. It returns nil
// if there is no event.
func (r *Reader) Take(runes []rune) Event {
	if len(runes) > 0 {
		return Paste{Text: []byte(string(runes))} // not by way of Read
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	events := r.filter.events
	if len(events) == 0 {
		return nil
	}
	event := events[0]
	r.filter.events = slices.Delete(events, 0, 1)
	return event
}

// overhead is by how much the keys of one call may exceed what it read: by half a
// sequence, a key and some tokens, of what came in calls before.
const overhead = maxSequence + 4*len(token)

// maxReads is how often one call reads, so that Bubble Tea can cancel between calls
// however long the paste: about 12 KB at a time.
const maxReads = 64

// Read waits for the terminal and fills p with keys, but for its last byte: Bubble Tea
// takes the end of a full buffer for half a key. It may return none, without an error,
// while a paste is under way. It reads once, and again only as long as that doesn't wait,
// but for a moment where what came may be the start of more.
func (r *Reader) Read(p []byte) (int, error) {
	size := max(1, len(p)-1)
	if len(r.pending) == 0 {
		keys, err := r.readKeys(size)
		if err != nil && len(keys) == 0 {
			return 0, err // with keys, they go first: the next call gets the error again
		}
		r.pending = keys
	}
	n := copy(p[:min(size, len(p))], r.pending)
	r.pending = r.pending[n:]
	return n, nil
}

// readKeys returns the keys of one call that wants at most size of them. It reads
// again what is there already where something is under way: Bubble Tea takes the end of
// each call for the end of a key.
func (r *Reader) readKeys(size int) ([]byte, error) {
	keys := r.keys[:0]
	defer func() { r.keys = keys[:0] }()
	for range maxReads {
		room := size - len(keys) - overhead
		if len(keys) > 0 && room < 1 {
			break
		}
		scratch := r.scratch(max(1, room))
		n, err := r.File.Read(scratch)
		var busy bool
		var wait time.Duration
		keys, busy, wait = r.feed(keys, scratch[:n])
		switch {
		case err != nil:
			return r.release(keys), err
		case !busy:
			return keys, nil
		case !ready(r.File, wait):
			return r.release(keys), nil
		}
	}
	return keys, nil // what is ready wakes the next call
}

// feed gives the filter what was read, and reports whether something is under way and how
// long to wait for its rest.
func (r *Reader) feed(keys, read []byte) (_ []byte, busy bool, wait time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	keys = r.filter.feed(keys, read, r.now())
	return keys, r.filter.busy(), r.filter.wait()
}

func (r *Reader) release(keys []byte) []byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.filter.release(keys)
}

// scratch returns a buffer of n bytes, the same at each call.
func (r *Reader) scratch(n int) []byte {
	if cap(r.read) < n {
		r.read = make([]byte, n)
	}
	return r.read[:n]
}
