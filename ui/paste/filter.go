package paste

import (
	"bytes"
	"slices"
	"time"
)

// What the filter looks for in the keyboard's bytes.
const (
	pasteStart = "\x1b[200~"
	pasteEnd   = "\x1b[201~"
)

// token stands in the keys for an event that was taken out there: for Bubble Tea,
// a paste of one zero byte. No event is shorter than its token.
const token = pasteStart + "\x00" + pasteEnd

const (
	// maxPaste is how much of one paste is kept, in bytes: 1.8 million job IDs.
	maxPaste = 64 << 20
	// silence is how long nothing must have come inside a paste for the next key press
	// to end it: its end marker was lost.
	silence = 5 * time.Second
	// maxKeyPress is how many bytes may come at once and still be a key press rather
	// than the rest of a paste or of a reply.
	maxKeyPress = 16
)

// filter takes pastes and replies out of the keyboard's bytes, whichever way reads
// cut them up. It is pure: no I/O, no clock.
type filter struct {
	in        state
	tail      []byte // what came last, if it may be the start of a marker
	sent      int    // how much of tail was passed on as keys already
	body      []byte // of the paste or the reply under way
	limit     int    // how many bytes of one paste are kept
	truncated bool   // body lacks what was beyond limit
	last      time.Time
	events    []Event // taken out, oldest first
}

type state uint8

const (
	inKeys state = iota
	inPaste
	inReply
)

// feed takes what was read at a time, and appends to keys what are keys, with a
// token in the place of each event; that of the last reply inside a paste
// comes before the paste's. It appends at most len(read), the unsent tail and two tokens.
func (f *filter) feed(keys, read []byte, now time.Time) []byte {
	if len(read) == 0 {
		return keys
	}
	if f.wasCutOff(read, now) {
		keys = f.giveUp(keys)
	}
	f.last = now
	data, sent := read, f.sent
	if len(f.tail) > 0 {
		data = slices.Concat(f.tail, read)
		f.tail, f.sent = nil, 0
	}
	for len(data) > 0 {
		switch f.in {
		case inKeys:
			keys, data = f.keys(keys, data, sent)
			sent = 0
		case inPaste:
			keys, data = f.paste(keys, data)
		case inReply:
			keys, data = f.reply(keys, data)
		}
	}
	return keys
}

// keys passes data on up to the first marker, but for its first sent bytes, and
// returns what comes after the marker.
func (f *filter) keys(keys, data []byte, sent int) (out, rest []byte) {
	for at := 0; ; at++ {
		next := bytes.IndexByte(data[at:], '\x1b')
		if next < 0 {
			return append(keys, data[sent:]...), nil
		}
		at += next
		rest := data[at:]
		what, n, half := marker(rest)
		if what == inKeys && !half {
			continue
		}
		keys = append(keys, data[min(sent, at):at]...)
		if half {
			f.tail, f.sent = bytes.Clone(rest), max(0, sent-at)
			return keys, nil
		}
		f.in = what
		if what == inReply {
			f.body = bytes.Clone(rest[:n])
		}
		return keys, rest[n:]
	}
}

// marker tells what begins with data's first n bytes, or that they may be half of what
// something begins with.
func marker(data []byte) (what state, n int, half bool) {
	if bytes.HasPrefix(data, []byte(pasteStart)) {
		return inPaste, len(pasteStart), false
	}
	n, half = replyStart(data)
	if n > 0 {
		return inReply, n, false
	}
	return inKeys, 0, half || startsMarker(data, pasteStart)
}

// release is called when nothing has followed for long enough: it passes on a tail
// that is a key, esc or alt and what markers go on with, and the keys after such a
// one. Should the rest of a marker follow, it is still known as such. Longer tails that
// came at a time are never keys.
func (f *filter) release(keys []byte) []byte {
	if tail := f.unsent(); len(tail) > 0 && (len(f.tail) <= 2 || f.sent >= 2) {
		keys = append(keys, tail...)
		f.sent = len(f.tail)
	}
	return keys
}

// unsent is what may be the start of a marker, or a key.
func (f *filter) unsent() []byte {
	if f.in != inKeys {
		return nil
	}
	return f.tail[f.sent:]
}

// paste gathers the paste's text up to its end marker, and returns what comes after it.
func (f *filter) paste(keys, data []byte) (out, rest []byte) {
	if text, rest, ended := bytes.Cut(data, []byte(pasteEnd)); ended {
		f.gather(text)
		return f.endPaste(keys, false), rest
	}
	keep := 0
	if last := bytes.LastIndexByte(data, '\x1b'); last >= 0 && startsMarker(data[last:], pasteEnd) {
		keep = len(data) - last
	}
	f.gather(data[:len(data)-keep])
	f.tail = bytes.Clone(data[len(data)-keep:])
	return keys, nil
}

func (f *filter) gather(text []byte) {
	if room := f.limit - len(f.body); len(text) > room {
		text, f.truncated = text[:room], true
	}
	f.body = append(f.body, text...)
}

func (f *filter) endPaste(keys []byte, unfinished bool) []byte {
	text, colour := cutReplies(f.body)
	event := Paste{Text: text, Truncated: f.truncated, Unfinished: unfinished}
	f.in, f.body, f.truncated = inKeys, nil, false
	if colour != "" {
		f.events = append(f.events, Background{Colour: colour})
		keys = append(keys, token...)
	}
	if len(event.Text) == 0 {
		return keys
	}
	f.events = append(f.events, event)
	return append(keys, token...)
}

// wasCutOff reports whether what is under way will not end any more: nothing came
// for long, and what comes now is a key press. A line that merely stalled brings more
// at a time, or the end. Replies are short: a pause is long for them.
func (f *filter) wasCutOff(read []byte, now time.Time) bool {
	switch f.in {
	case inPaste:
		return now.Sub(f.last) >= silence && len(read) <= maxKeyPress &&
			!bytes.Contains(slices.Concat(f.tail, read), []byte(pasteEnd[:5]))
	case inReply:
		pause := now.Sub(f.last)
		return (pause >= silence || pause >= escPause && len(read) <= maxKeyPress) &&
			!endsReply(f.body, slices.Concat(f.tail, read))
	default:
		return false
	}
}

// giveUp hands over what came of a paste, and forgets what came of a reply.
func (f *filter) giveUp(keys []byte) []byte {
	f.tail = nil
	if f.in == inReply {
		f.in, f.body = inKeys, nil
		return keys
	}
	return f.endPaste(keys, true)
}

// busy reports whether a marker, a paste or a reply is under way.
func (f *filter) busy() bool { return f.in != inKeys || len(f.tail) > 0 }

// startsMarker reports whether data is the marker's start, but not all of it.
func startsMarker(data []byte, marker string) bool {
	return len(data) < len(marker) && marker[:len(data)] == string(data)
}
