package keyboard

import (
	"bytes"
	"slices"
	"time"
	"unicode/utf8"

	"example.com/jobwatch/ui/ids"
)

// Not every terminal brackets pastes: GNU screen, the Linux console and serial lines
// don't. What tells a paste from keys then is that nobody types so fast.

const (
	// keyPause is how long what follows a key may be in coming before the key is run. It is
	// too short to be noticed, and longer than a serial line of 4,800 baud takes for a byte.
	keyPause = 3 * time.Millisecond
	// maxBurst bounds text that came at once and is no paste, in bytes: a held key's.
	maxBurst = 4 << 10
	// idLen is the length of a job ID, in bytes.
	idLen = 36
	// surelyKeys is how many bytes of text that is no paste yet are not expected to become
	// one: keys that are held need not wait.
	surelyKeys = 32
)

// text is what is gathered of text that came at once, of a paste, or of a reply.
type text struct {
	bytes     []byte
	typed     int  // how many of the bytes were passed on as keys already
	truncated bool // there were more than the limit
}

func (t *text) add(more []byte, limit int) {
	if room := max(limit-len(t.bytes), 0); len(more) > room {
		more, t.truncated = more[:room], true
	}
	t.bytes = append(t.bytes, more...)
}

// unsent returns how many bytes were not passed on yet.
func (t *text) unsent() int { return len(t.bytes) - t.typed }

// wait returns how long what follows may be in coming and still belong to the text, 0 if
// all of it was passed on. A key that is pressed, or held, need not wait.
func (t *text) wait() time.Duration {
	switch {
	case t.unsent() == 0:
		return 0
	case different(t.bytes, 2) < 2, t.unsent() >= surelyKeys && !isPaste(t.bytes[t.typed:]):
		return keyPause
	}
	return pause
}

// addText takes off the text that data begins with.
func (f *filter) addText(keys, data []byte) (out, rest []byte) {
	n := 0
	for n < len(data) && isText(data[n]) {
		n++
	}
	half := 0
	if n == len(data) {
		half = halfRune(data)
		f.tail = bytes.Clone(data[n-half:])
	}
	f.text.add(data[:n-half], f.limit)
	if f.text.unsent() >= maxBurst && !isPaste(f.text.bytes[f.text.typed:]) {
		keys = f.endText(keys)
	}
	return keys, data[n:]
}

// endText passes on the text that came at once: what comes now does not belong to it.
func (f *filter) endText(keys []byte) []byte {
	keys = f.releaseText(keys)
	f.text = text{}
	return keys
}

// releaseText passes on the text that came at once, because nothing followed it. What
// follows a key later than keyPause, but within pause, may turn out to be a paste that the
// key was the beginning of.
func (f *filter) releaseText(keys []byte) []byte {
	all, typed := f.text.bytes, f.text.typed
	unsent := all[typed:]
	switch {
	case len(unsent) == 0:
		return keys
	case isPaste(unsent), len(all) >= idLen && len(ids.Find(all).IDs) > 0:
		keys = f.event(keys, Paste{Text: all, Typed: typed, Truncated: f.text.truncated})
	case utf8.RuneCount(unsent) == 1:
		keys = append(keys, unsent...)
	default:
		keys = f.event(keys, Burst{Text: bytes.Clone(unsent)})
	}
	if different(all, 2) > 1 {
		f.text = text{}
		return keys
	}
	all = all[max(0, len(all)-idLen):]
	f.text = text{bytes: all, typed: len(all)}
	return keys
}

// isPaste reports whether text that came at once is more than keys: six characters or
// more, of over two different ones, or a line's end before other text.
func isPaste(text []byte) bool {
	const many = 6
	if different(text, 3) == 3 && utf8.RuneCount(text[:min(len(text), many*utf8.UTFMax)]) >= many {
		return true
	}
	end := bytes.IndexFunc(text, isLineEnd)
	return end >= 0 && len(bytes.TrimLeftFunc(text[end:], isLineEnd)) > 0
}

// different returns how many different characters text has, most at most.
func different(text []byte, most int) int {
	seen := make([]rune, 0, 3)
	for len(text) > 0 && len(seen) < most {
		r, n := utf8.DecodeRune(text)
		text = text[n:]
		if !slices.Contains(seen, r) {
			seen = append(seen, r)
		}
	}
	return len(seen)
}

func isLineEnd(r rune) bool { return r == '\r' || r == '\n' }

// isText reports whether b is of a character that texts are made of, or ends a line.
func isText(b byte) bool { return b >= ' ' && b != 0x7F || b == '\t' || isLineEnd(rune(b)) }

// halfRune returns the length of what may be the first half of a rune at data's end.
func halfRune(data []byte) int {
	for n := 1; n <= min(utf8.UTFMax-1, len(data)); n++ {
		if last := data[len(data)-n:]; utf8.RuneStart(last[0]) {
			if utf8.FullRune(last) {
				return 0
			}
			return n
		}
	}
	return 0
}
