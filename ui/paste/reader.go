package paste

import (
	"bytes"
	"os"
	"slices"
	"sync"
	"time"
	"unicode/utf8"
)

// Reader is the keyboard without pastes. Give it to tea.WithInput in the
// terminal's place: Bubble Tea rescans what it has of a paste at each 256 bytes that
// it reads, which takes 9 to 15 s for 100,000 job IDs.
//
// Reader takes whole pastes out, and the terminal's reply to the query for its
// background colour, which would show up as typed text. In their place, it leaves a
// tea.KeyMsg with Paste set among the keys, so that nothing changes its order, no
// goroutine is needed and nobody can be blocked; [Reader.Take] turns that message into
// what it stands for. Replies to what others asked the terminal, such as an editor that
// ran before, leave nothing. Keys are passed on unchanged, and at once where they are
// whole.
//
// Bubble Tea waits for the terminal's descriptor before it reads, so that bytes
// which Reader kept would wait for the next key press. It therefore never reads more
// than it can pass on in the same call, and keeps only what can't be a key: a paste or
// reply under way, and half a key. Bubble Tea would take each half for keys of its own,
// as it does in storms of wheel events without Reader. What may be a key or the start of
// another, such as esc, is passed on when nothing has followed for [escPause].
//
// On Windows consoles, Bubble Tea reads key events past any reader; pastes arrive
// as it makes them, and Take returns them likewise.
type Reader struct {
	*os.File // the terminal, for raw mode, its size, and for waiting

	now     func() time.Time
	read    []byte // scratch: what one read of the terminal brought
	keys    []byte // scratch: what of it are keys
	held    []byte // half a key, whose other half has yet to come
	pending []byte // keys that didn't fit into a caller's very small buffer

	mu     sync.Mutex // of filter: Take is called by another goroutine than Read
	filter filter
}

// NewReader returns the Reader of a terminal that is open for reading.
func NewReader(terminal *os.File) *Reader {
	return &Reader{File: terminal, now: time.Now, filter: filter{limit: maxPaste}}
}

// Event is what a message of pasted keys stands for: a [Paste] or a [Background].
type Event interface{ event() }

// Paste is one whole paste.
type Paste struct {
	Text       []byte // as it came, at most 64 MiB
	Truncated  bool   // there was more than that
	Unfinished bool   // the terminal never said that it was over; told when keys came 5 s later
}

// Background is the terminal's reply to the query for its background colour.
type Background struct {
	Colour string // such as rgb:1e1e/1e1e/2e2e
}

func (Paste) event()      {}
func (Background) event() {}

// Take returns what a tea.KeyMsg with Paste set stands for, given its Runes. Call
// it once for each such message, in their order.
func (r *Reader) Take(runes []rune) Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	if events := r.filter.events; len(runes) == 1 && runes[0] == 0 && len(events) > 0 {
		event := events[0]
		r.filter.events = slices.Delete(events, 0, 1)
		return event
	}
	return Paste{Text: []byte(string(runes))} // not by way of Read
}

// overhead is by how much the keys of one call may exceed what it read: by the token
// of a paste and of a reply inside it, or a marker's start that turned out to be none,
// from calls before.
const overhead = 2 * len(token)

// maxReads is how often one call reads, so that Bubble Tea can cancel between calls
// however long the paste: about 16 KB at a time.
const maxReads = 64

// Read waits for the terminal and fills p with keys. It may return none, without an
// error, while a paste is under way. It reads once, and again only as long as that
// doesn't wait, but for a moment after an esc.
func (r *Reader) Read(p []byte) (int, error) {
	if len(r.pending) == 0 {
		keys, err := r.readKeys(len(p))
		if err != nil && len(keys) == 0 {
			return 0, err // with keys, they go first: the next call gets the error again
		}
		r.pending = keys
	}
	n := copy(p, r.pending)
	r.pending = r.pending[n:]
	return n, nil
}

// escPause is how long what follows an esc may be in coming and still belong to it: a
// terminal sends sequences in one go, but what lies between may cut them anywhere. No
// person notices it, as users of Neovim, which waits as long, can tell.
const escPause = 50 * time.Millisecond

// readKeys returns the keys of one call that wants at most size of them. It reads
// again what is there already where something was taken out, or where the last key is
// only half there: Bubble Tea takes the end of each call for the end of a key.
func (r *Reader) readKeys(size int) ([]byte, error) {
	keys := r.keys[:0]
	keys = append(keys, r.held...)
	r.held = r.held[:0]
	defer func() { r.keys = keys[:0] }()
	for reads := range maxReads {
		room := r.room(size - len(keys))
		if reads > 0 && room < 1 {
			break
		}
		scratch := r.scratch(max(1, room))
		n, err := r.File.Read(scratch)
		before := len(keys)
		keys = r.feed(keys, scratch[:n])
		if err != nil {
			return r.release(keys), err
		}
		tail, half := r.unsent(), keys[len(keys)-halfKey(keys):]
		if len(keys) == before+n && len(half) == 0 && !r.busy() {
			return keys, nil
		}
		var wait time.Duration
		if isKey(tail) || isKey(half) {
			wait = escPause
		}
		if ready(r.File, wait) {
			continue
		}
		if isKey(half) || len(tail) > 0 {
			return r.release(keys), nil
		}
		return r.hold(keys), nil
	}
	return r.hold(keys), nil // what is ready wakes the next call
}

// hold keeps half a key for the next call.
func (r *Reader) hold(keys []byte) []byte {
	whole := len(keys) - halfKey(keys)
	r.held = append(r.held, keys[whole:]...)
	return keys[:whole]
}

// isKey reports whether the start of a sequence is a key press, too: esc, or alt and
// one of the letters that sequences begin with.
func isKey(half []byte) bool {
	return len(half) > 0 && len(half) <= 2 && half[0] == '\x1b'
}

// halfKey returns the length of what may be the first half of a key at the end of
// keys: of an escape sequence, or of a rune.
func halfKey(keys []byte) int {
	const longest = 32 // bytes of a sequence
	esc := bytes.LastIndexByte(keys[max(0, len(keys)-longest):], '\x1b')
	if esc >= 0 {
		sequence := keys[max(0, len(keys)-longest)+esc:]
		switch {
		case len(sequence) == 1, string(sequence) == "\x1bO":
			return len(sequence)
		case sequence[1] == '[' && bytes.IndexFunc(sequence[2:], endsCSI) < 0:
			return len(sequence)
		}
	}
	for n := 1; n <= min(utf8.UTFMax-1, len(keys)); n++ {
		if last := keys[len(keys)-n:]; utf8.RuneStart(last[0]) {
			if utf8.FullRune(last) {
				return 0
			}
			return n
		}
	}
	return 0
}

// endsCSI reports whether r can't stand inside a control sequence.
func endsCSI(r rune) bool { return r < 0x20 || r > 0x3F }

// unsent is the start of a marker that has not been passed on.
func (r *Reader) unsent() []byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.filter.unsent()
}

func (r *Reader) busy() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.filter.busy()
}

// room returns how many bytes may be read so that their keys fit into size.
func (r *Reader) room(size int) int {
	if r.busy() {
		return size - overhead
	}
	return size
}

func (r *Reader) feed(keys, read []byte) []byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.filter.feed(keys, read, r.now())
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
