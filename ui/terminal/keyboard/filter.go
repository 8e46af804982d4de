package keyboard

import (
	"bytes"
	"slices"
	"time"
	"unicode/utf8"

	"example.com/jobwatch/ui/ids"
)

const (
	// pasteStart and pasteEnd bracket a paste.
	pasteStart, pasteEnd = "\x1b[200~", "\x1b[201~"
	// token stands for an event among the keys: for Bubble Tea, EventKey. No event is
	// shorter, so the keys never become longer than what was read.
	token = "\x1b\x00"
)

const (
	// pause is how long the parts of a sequence or paste may take: a terminal sends them at
	// once, but the connection may cut them anywhere. Nobody notices it: Neovim waits as long.
	pause = 50 * time.Millisecond
	// maxPaste is how much of one paste is kept, in bytes: 1.8 million job IDs.
	maxPaste = 64 << 20
	// pasteTimeout is how long a paste must be idle before a key press ends it: its end
	// marker was lost.
	pasteTimeout = 5 * time.Second
	// maxKeyPress is how many bytes may come at once and still be a key press rather
	// than the rest of a paste.
	maxKeyPress = 16
)

// filter turns the keyboard's bytes into keys that Bubble Tea knows and into events, however
// reads cut them up. It is pure: no I/O, no clock.
type filter struct {
	in     state
	tail   []byte // the newest bytes, if they are half a sequence or half a rune
	sent   int    // how much of tail was already passed on as keys
	text   text   // that came at once
	body   text   // of the paste or reply in progress
	limit  int    // how many bytes of one paste are kept
	last   time.Time
	events []Event // oldest first
}

type state uint8

const (
	inKeys state = iota
	inPaste
	inReply
)

// text gathers text that came at once, a paste, or a reply.
type text struct {
	bytes     []byte
	typed     int  // how many of the bytes were already passed on as keys
	truncated bool // there were more than the limit
}

func (t *text) add(more []byte, limit int) {
	if room := max(limit-len(t.bytes), 0); len(more) > room {
		more, t.truncated = more[:room], true
	}
	t.bytes = append(t.bytes, more...)
}

// feed processes the bytes of one read, and appends to keys those that are keys, with a
// token in place of each event; a reply inside a paste comes before it. It appends at most
// len(read) and overhead bytes.
func (f *filter) feed(keys, read []byte, now time.Time) []byte {
	if len(read) == 0 {
		return keys
	}
	idle := now.Sub(f.last)
	f.last = now
	if idle >= pause {
		keys = f.endText(keys)
	}
	if f.wasCutOff(read, idle) {
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

// key takes text, a control character or a sequence from the start of data.
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

// resume returns the rest of data, whose first bytes were passed on as keys because nothing
// followed them at once. What follows one byte at a time is typed, unless it may be a paste
// or a reply over a slow line, for which resume returns nil. Nobody types the rest of a
// sequence at once, so then the first bytes belong to it after all. A letter after alt+O
// is taken for one of the keypad's: as a letter, it may be a command.
func (f *filter) resume(data []byte) []byte {
	sent := f.sent
	f.sent = 0
	n, half := replyStart(data)
	switch {
	case bytes.HasPrefix(data, []byte(pasteStart)):
	case half || isHalf(data, pasteStart):
		f.tail, f.sent = bytes.Clone(data), sent
		return nil
	case n == 0 && (len(data) == sent+1 && string(data[:sent]) != "\x1bO" || !introduces(data[1])):
		return data[sent:]
	}
	return data
}

// isHalf reports whether data is the beginning of a marker, but not all of it.
func isHalf(data []byte, marker string) bool {
	return len(data) < len(marker) && marker[:len(data)] == string(data)
}

// event keeps an event and leaves a token in its place.
func (f *filter) event(keys []byte, e Event) []byte {
	f.events = append(f.events, e)
	return append(keys, token...)
}

// busy reports whether something is in progress.
func (f *filter) busy() bool {
	return f.in != inKeys || len(f.tail) > f.sent || len(f.text.bytes) > f.text.typed
}

// wait returns for how long the newest bytes may still become something else, 0 if only
// more bytes can tell.
func (f *filter) wait() time.Duration {
	unsent := f.text.bytes[f.text.typed:]
	switch {
	case f.tailIsKey():
		return pause
	case len(unsent) == 0:
		return 0
	case different(f.text.bytes, 2) < 2, len(unsent) >= surelyKeys && !isPaste(unsent):
		return keyPause // a key that is pressed or held need not wait
	}
	return pause
}

// release passes on text, and half a sequence that is a key by itself, because nothing has
// followed within wait. Should the rest of the sequence follow, it is still recognized.
func (f *filter) release(keys []byte) []byte {
	keys = f.releaseText(keys)
	if !f.tailIsKey() {
		return keys
	}
	if f.sent == 0 && string(f.tail) == "\x1b\x1b" {
		f.tail = f.tail[1:]
		keys = f.event(keys, Escape{}) // together they would be alt+esc
	}
	keys = append(keys, f.tail[f.sent:]...)
	f.sent = len(f.tail)
	return keys
}

// tailIsKey reports whether tail is a key if nothing follows: esc, alt and an introducer, or
// a character that was typed after such a key.
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

// paste gathers a paste up to its end marker, and returns what follows.
func (f *filter) paste(keys, data []byte) (out, rest []byte) {
	if last, rest, ended := bytes.Cut(data, []byte(pasteEnd)); ended {
		f.body.add(last, f.limit)
		return f.endPaste(keys, false), rest
	}
	keep := 0
	if last := bytes.LastIndexByte(data, esc); last >= 0 && isHalf(data[last:], pasteEnd) {
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
	keys = f.background(keys, colour)
	if len(event.Text) == 0 {
		return keys
	}
	return f.event(keys, event)
}

// wasCutOff reports whether the paste or reply in progress will never end: nothing came for
// long, and now comes a key press. A stalled line would bring more at a time, or the end.
// Replies are short, so a pause is long for them unless more than one character follows.
func (f *filter) wasCutOff(read []byte, idle time.Duration) bool {
	if f.in == inKeys || idle < pause {
		return false
	}
	data := slices.Concat(f.tail, read)
	if f.in == inPaste {
		return idle >= pasteTimeout && len(read) <= maxKeyPress && !bytes.Contains(data, []byte(pasteEnd[:5]))
	}
	return (idle >= pasteTimeout || utf8.RuneCount(read) == 1) &&
		replyEnd(f.body.bytes, data[textLen(data, endsString):]) == 0
}

// giveUp ends a paste without its end marker, or drops a reply.
func (f *filter) giveUp(keys []byte) []byte {
	f.tail = nil
	if f.in == inPaste {
		return f.endPaste(keys, true)
	}
	f.in, f.body = inKeys, text{}
	return keys
}

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
