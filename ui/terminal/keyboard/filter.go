package keyboard

import (
	"bytes"
	"slices"
	"time"
	"unicode/utf8"
)

// What brackets a paste.
const (
	pasteStart = "\x1b[200~"
	pasteEnd   = "\x1b[201~"
)

// token stands in the keys for an event: for Bubble Tea, [EventKey]. No event
// takes fewer bytes, so that what a read brings never grows on its way.
const token = "\x1b\x00"

// pause is how long what belongs together may be in coming: a terminal sends sequences
// and pastes in one go, but what lies between may cut them anywhere. No person notices
// it, as users of Neovim, which waits as long, can tell.
const pause = 50 * time.Millisecond

const (
	// maxPaste is how much of one paste is kept, in bytes: 1.8 million job IDs.
	maxPaste = 64 << 20
	// silence is how long nothing must have come inside a paste for the next key press
	// to end it: its end marker was lost.
	silence = 5 * time.Second
	// maxKeyPress is how many bytes may come at once and still be a key press rather
	// than the rest of a paste.
	maxKeyPress = 16
)

// filter turns the keyboard's bytes into keys that Bubble Tea knows and into events, the
// same whichever way reads cut them up. It is pure: no I/O, no clock.
type filter struct {
	in     state
	tail   []byte // what came last, if it is half a sequence or half a rune
	sent   int    // how much of tail was passed on as keys already
	text   text   // that came at once
	body   text   // of the paste or reply under way
	limit  int    // how many bytes of one paste are kept
	last   time.Time
	events []Event // taken out, oldest first
}

type state uint8

const (
	inKeys state = iota
	inPaste
	inReply
)

// feed takes what was read at a time, and appends to keys what are keys, with a
// token in the place of each event; that of the last reply inside a paste comes before
// the paste's. It appends at most len(read) and overhead bytes.
func (f *filter) feed(keys, read []byte, now time.Time) []byte {
	if len(read) == 0 {
		return keys
	}
	since := now.Sub(f.last)
	f.last = now
	if since >= pause {
		keys = f.endText(keys)
	}
	if f.wasCutOff(read, since) {
		keys = f.giveUp(keys)
	}
	data := read
	if len(f.tail) > 0 {
		data, f.tail = slices.Concat(f.tail, read), nil
	}
	for len(data) > 0 {
		switch f.in {
		case inKeys:
			keys, data = f.key(keys, data)
		case inPaste:
			keys, data = f.paste(keys, data)
		case inReply:
			keys, data = f.reply(keys, data)
		}
	}
	return keys
}

// key takes off what data begins with: text, a control character or a sequence.
func (f *filter) key(keys, data []byte) (out, rest []byte) {
	if f.sent > 0 {
		if data = f.resume(data); data == nil {
			return keys, nil
		}
	}
	switch {
	case isText(data[0]):
		return f.addText(keys, data)
	case data[0] != esc:
		return append(f.endText(keys), data[0]), data[1:]
	}
	n := sequenceLen(data)
	if n == 0 {
		f.tail = bytes.Clone(data[:min(len(data), maxSequence)])
		return keys, nil
	}
	switch sequence := string(data[:n]); sequence {
	case pasteStart:
		f.in = inPaste
		return f.endText(keys), data[n:]
	case "\x1b]", "\x1bP", "\x1b_", "\x1b^", "\x1bX":
		f.in = inReply
		f.body.add(data[:n], maxReply)
	default:
		key, event := translate(sequence)
		switch {
		case event != nil:
			keys = f.event(f.endText(keys), event)
		case key != "":
			keys = append(f.endText(keys), key...)
		}
	}
	return keys, data[n:]
}

// resume returns what is left of data, of whose start sent bytes were passed on as keys
// because nothing followed them at once. What follows one byte at a time is typed, unless
// it may be a paste or a reply over a slow line; nil then. Nobody types the rest of a
// sequence at once, so the start belonged to it after all. A letter after alt+O is taken
// for one of the keypad's: its letters are commands.
func (f *filter) resume(data []byte) []byte {
	sent := f.sent
	f.sent = 0
	switch n, half := marker(data); {
	case half:
		f.tail, f.sent = bytes.Clone(data), sent
		return nil
	case n == 0 && (len(data) == sent+1 && string(data[:sent]) != "\x1bO" || !introduces(data[1])):
		return data[sent:]
	}
	return data
}

// marker returns the length of the start of a paste or a known reply that data begins
// with, or that data may become one.
func marker(data []byte) (n int, half bool) {
	if bytes.HasPrefix(data, []byte(pasteStart)) {
		return len(pasteStart), false
	}
	n, half = replyStart(data)
	return n, half || startsMarker(data, pasteStart)
}

// event keeps an event and leaves a token in its place.
func (f *filter) event(keys []byte, e Event) []byte {
	f.events = append(f.events, e)
	return append(keys, token...)
}

// release is called when nothing has followed for as long as wait says: it passes on
// text, and half a sequence that is a key by itself. Should its rest follow, it is still
// known as such. Longer halves are never keys.
func (f *filter) release(keys []byte) []byte {
	keys = f.releaseText(keys)
	if !f.tailIsKey() {
		return keys
	}
	if f.sent == 0 && string(f.tail) == "\x1b\x1b" {
		f.tail = f.tail[1:]
		keys = f.event(keys, Escape{}) // the two would be alt+esc
	}
	keys = append(keys, f.tail[f.sent:]...)
	f.sent = len(f.tail)
	return keys
}

// tailIsKey reports whether tail is a key if nothing follows: esc, alt and what sequences
// go on with, or what was typed after such a key.
func (f *filter) tailIsKey() bool {
	switch unsent := len(f.tail) - f.sent; {
	case f.in != inKeys || unsent == 0 || f.tail[0] != esc:
		return false
	case f.sent > 0:
		return unsent == 1
	default:
		return unsent == 1 || unsent == 2 && (introduces(f.tail[1]) || f.tail[1] == esc)
	}
}

// wait returns for how long what came last may still become something else, 0 if only
// more bytes can tell.
func (f *filter) wait() time.Duration {
	if f.tailIsKey() {
		return pause
	}
	return f.text.wait()
}

// paste gathers the paste's text up to its end marker, and returns what comes after it.
func (f *filter) paste(keys, data []byte) (out, rest []byte) {
	if last, rest, ended := bytes.Cut(data, []byte(pasteEnd)); ended {
		f.body.add(last, f.limit)
		return f.endPaste(keys, false), rest
	}
	keep := 0
	if last := bytes.LastIndexByte(data, esc); last >= 0 && startsMarker(data[last:], pasteEnd) {
		keep = len(data) - last
	}
	f.body.add(data[:len(data)-keep], f.limit)
	f.tail = bytes.Clone(data[len(data)-keep:])
	return keys, nil
}

func (f *filter) endPaste(keys []byte, unfinished bool) []byte {
	rest, colour := cutReplies(f.body.bytes)
	event := Paste{Text: rest, Truncated: f.body.truncated, Unfinished: unfinished}
	f.in, f.body = inKeys, text{}
	if colour != "" {
		keys = f.event(keys, Background{Colour: colour})
	}
	if len(event.Text) == 0 {
		return keys
	}
	return f.event(keys, event)
}

// wasCutOff reports whether what is under way will not end any more: nothing came
// for long, and what comes now is a key press. A line that merely stalled brings more
// at a time, or the end. Replies are short: a pause is long for them, and what is more
// than one character is not typed.
func (f *filter) wasCutOff(read []byte, since time.Duration) bool {
	switch f.in {
	case inPaste:
		return since >= silence && len(read) <= maxKeyPress &&
			!bytes.Contains(slices.Concat(f.tail, read), []byte(pasteEnd[:5]))
	case inReply:
		return (since >= silence || since >= pause && utf8.RuneCount(read) == 1) &&
			!endsReply(f.body.bytes, slices.Concat(f.tail, read))
	default:
		return false
	}
}

// giveUp hands over what came of a paste, and forgets what came of a reply.
func (f *filter) giveUp(keys []byte) []byte {
	f.tail = nil
	if f.in == inReply {
		f.in, f.body = inKeys, text{}
		return keys
	}
	return f.endPaste(keys, true)
}

// busy reports whether something is under way.
func (f *filter) busy() bool {
	return f.in != inKeys || len(f.tail) > f.sent || f.text.unsent() > 0
}

// startsMarker reports whether data is the marker's start, but not all of it.
func startsMarker(data []byte, marker string) bool {
	return len(data) < len(marker) && marker[:len(data)] == string(data)
}
