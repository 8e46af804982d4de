package keyboard

import (
	"bytes"
	"slices"
	"time"
	"unicode/utf8"

	"example.com/jobwatch/ui/ids"
)

// Not every terminal brackets pastes: GNU screen, the Linux console and serial lines
// don't. There, a paste differs from keys in that nobody types so fast.

const (
	// keyPause is how long a key waits for what follows it. It is too short to be noticed,
	// and longer than a serial line of 4,800 baud takes for a byte.
	keyPause = 3 * time.Millisecond
	// maxBurst bounds a burst, in bytes: a held key's.
	maxBurst = 4 << 10
	// surelyKeys is the length in bytes from which text that is no paste yet is not expected
	// to become one: held keys need not wait.
	surelyKeys = 32
	// idLen is the length of a job ID, in bytes.
	idLen = 36
)

// addText takes text from the start of data.
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
	if unsent := f.text.bytes[f.text.typed:]; len(unsent) >= maxBurst && !isPaste(unsent) {
		keys = f.endText(keys)
	}
	return keys, data[n:]
}

// endText passes on the text that came at once, because what comes now does not belong to it.
func (f *filter) endText(keys []byte) []byte {
	keys = f.releaseText(keys)
	f.text = text{}
	return keys
}

// releaseText passes on the text that came at once, because nothing followed it. What
// follows a key after keyPause, but within pause, may turn out to be a paste that the key
// was the beginning of.
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

// isPaste reports whether text that came at once is more than keys: six or more characters,
// over two of them different, or a line end before other text.
func isPaste(text []byte) bool {
	const many = 6
	if different(text, 3) == 3 && utf8.RuneCount(text[:min(len(text), many*utf8.UTFMax)]) >= many {
		return true
	}
	end := bytes.IndexFunc(text, isLineEnd)
	return end >= 0 && len(bytes.TrimLeftFunc(text[end:], isLineEnd)) > 0
}

// different returns how many different characters text has, at most most.
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

// isText reports whether b is part of a printable character, a tab or a line end.
func isText(b byte) bool { return b >= ' ' && b != 0x7F || b == '\t' || isLineEnd(rune(b)) }

// halfRune returns the length of an incomplete rune at the end of data, 0 if there is none.
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
