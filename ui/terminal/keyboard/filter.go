package keyboard

import (
	"bytes"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"example.com/jobwatch/ui/ids"
)

const (
	pasteStart, pasteEnd = "\x1b[200~", "\x1b[201~"
	backgroundStart      = "\x1b]11;" // of the reply about the background colour
	// token stands for an event among the keys: for Bubble Tea, EventKey. No event is
	// shorter, so the keys never become longer than what was read.
	token = "\x1b\x00"

	pause    = 50 * time.Millisecond // for the rest of a sequence over a slow line; Neovim waits as long
	maxPaste = 64 << 20              // bytes that are kept of one paste: 1.8 million job IDs
	// A paste whose end was lost ends at a key press, of at most maxKeyPress bytes, after so long.
	pasteTimeout = 5 * time.Second
	maxKeyPress  = 16
	maxTail      = 256 // bytes of an unfinished sequence that are kept; longer ones are dropped
	// keyPause is how long a key waits for what follows it: longer than a serial line of 4,800
	// baud takes for a byte.
	keyPause = 3 * time.Millisecond
	maxBurst = 4 << 10 // bytes of a held key
	idLen    = 36      // bytes of a job ID
)

// filter turns the keyboard's bytes into keys that Bubble Tea knows and into events, however
// reads cut them up. It is pure: no I/O, no clock.
type filter struct {
	limit   int    // how many bytes of one paste are kept
	pasting bool   // pasteStart came, pasteEnd did not
	paste   Paste  // in progress
	text    Paste  // that came at once
	tail    []byte // the newest bytes, if they are half a sequence or half a rune
	sent    int    // how much of tail was already passed on as keys
	last    time.Time
	events  []Event // oldest first
}

func (p *Paste) add(more []byte, limit int) {
	if room := limit - len(p.Text); len(more) > room {
		more, p.Truncated = more[:room], true
	}
	p.Text = append(p.Text, more...)
}

// feed appends to keys what is keys of one read, with a token in place of each event; a reply
// inside a paste comes before it. It appends at most len(read) and overhead bytes.
func (f *filter) feed(keys, read []byte, now time.Time) []byte {
	if len(read) == 0 {
		return keys
	}
	idle := now.Sub(f.last)
	f.last = now
	if idle >= pause {
		keys = f.endText(keys)
		if f.wasCutOff(read, idle) {
			f.tail = nil
			if f.pasting {
				f.paste.Unfinished = true
				keys = f.endPaste(keys)
			}
		}
	}
	data := slices.Concat(f.tail, read)
	f.tail = nil
	whole := len(data) - halfRune(data)
	for rest := data[:whole]; len(rest) > 0; {
		if f.pasting {
			keys, rest = f.pasted(keys, rest)
		} else {
			keys, rest = f.key(keys, rest)
		}
	}
	f.tail = append(f.tail, data[whole:]...)
	return keys
}

// halfRune returns the length of an incomplete rune at the end of data, 0 if there is none.
func halfRune(data []byte) int {
	for n := 1; n <= min(utf8.UTFMax-1, len(data)); n++ {
		if last := data[len(data)-n:]; utf8.RuneStart(last[0]) && !utf8.FullRune(last) {
			return n
		}
	}
	return 0
}

// wasCutOff reports whether the paste or string in progress will never end: after a pause comes
// a key press, where a stalled line would bring more at a time, or the end.
func (f *filter) wasCutOff(read []byte, idle time.Duration) bool {
	data := slices.Concat(f.tail, read)
	if f.pasting {
		return idle >= pasteTimeout && len(read) <= maxKeyPress && !bytes.Contains(data, []byte(pasteEnd[:5]))
	}
	return f.sent == 0 && len(f.tail) > 2 && beginsString(f.tail[1]) &&
		(idle >= pasteTimeout || utf8.RuneCount(read) == 1) && !whole.Match(data)
}

// pasted gathers a paste up to its end marker, and returns what follows.
func (f *filter) pasted(keys, data []byte) (out, rest []byte) {
	body, rest, ended := bytes.Cut(data, []byte(pasteEnd))
	if last := bytes.LastIndexByte(body, esc); !ended && last >= 0 && strings.HasPrefix(pasteEnd, string(body[last:])) {
		f.tail, body = bytes.Clone(body[last:]), body[:last]
	}
	f.paste.add(body, f.limit)
	if ended {
		keys = f.endPaste(keys)
	}
	return keys, rest
}

// endPaste leaves a paste without the replies inside it. A local tmux replies while a slow
// line still brings the paste from afar: its reply lands inside a job ID.
func (f *filter) endPaste(keys []byte) []byte {
	paste := f.paste
	f.pasting, f.paste = false, Paste{}
	var background Event
	paste.Text = reply.ReplaceAllFunc(paste.Text, func(reply []byte) []byte {
		if _, event := translate(string(reply)); event != nil {
			background = event
		}
		return nil
	})
	if background != nil {
		keys = f.event(keys, background)
	}
	if len(paste.Text) > 0 {
		keys = f.event(keys, paste)
	}
	return keys
}

// event keeps an event and leaves a token in its place.
func (f *filter) event(keys []byte, e Event) []byte {
	f.events = append(f.events, e)
	return append(keys, token...)
}

// key takes text, a control character or a sequence from the start of data.
func (f *filter) key(keys, data []byte) (out, rest []byte) {
	if f.sent > 0 {
		if data = f.resume(data); len(data) == 0 {
			return keys, nil
		}
	}
	switch rest := bytes.TrimLeftFunc(data, isText); {
	case len(rest) < len(data):
		return f.addText(keys, data[:len(data)-len(rest)]), rest
	case data[0] != esc:
		return append(f.endText(keys), data[0]), data[1:]
	}
	n := sequenceLen(data)
	if n == 0 {
		f.tail = bytes.Clone(data)
		if len(data) > maxTail {
			f.tail = slices.Delete(f.tail, maxTail-1, len(data)-1)
		}
		return keys, nil
	}
	sequence := string(data[:n])
	if f.pasting = sequence == pasteStart; f.pasting {
		return f.endText(keys), data[n:]
	}
	key, event := translate(sequence)
	if _, isReply := event.(Background); !isReply && (key != "" || event != nil) {
		keys = append(f.endText(keys), key...) // a reply may come amid a text that is pasted
	}
	if event != nil {
		keys = f.event(keys, event)
	}
	return keys, data[n:]
}

// resume returns the rest of data, whose first bytes were passed on as keys. What follows one
// byte at a time is typed, unless it may be a paste or the background over a slow line, or a
// letter of the keypad's after alt+O. What follows at once is the rest of a sequence.
func (f *filter) resume(data []byte) []byte {
	sent := f.sent
	f.sent = 0
	for _, start := range []string{pasteStart, backgroundStart} {
		switch {
		case bytes.HasPrefix(data, []byte(start)):
			return data
		case strings.HasPrefix(start, string(data)):
			f.tail, f.sent = bytes.Clone(data), sent
			return nil
		}
	}
	if more := len(data) - sent; more > 1 && introduces(data[1]) || more == 1 && string(data[:sent]) == "\x1bO" {
		return data
	}
	return data[sent:]
}

// wait returns for how long the newest bytes may still become something else: 0 if only more
// bytes can tell, less if nothing is in progress.
func (f *filter) wait() time.Duration {
	unsent := len(f.text.Text) > f.text.Typed
	switch {
	case unsent && kinds(f.text.Text) == 1 && !f.tailIsKey():
		return keyPause // a key that is pressed or held need not wait
	case unsent, f.tailIsKey():
		return pause
	case f.pasting, len(f.tail) > f.sent:
		return 0
	}
	return -1
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

// tailIsKey reports whether tail is a key if nothing follows: esc, alt and an introducer, or a
// character that was typed after such a key.
func (f *filter) tailIsKey() bool {
	unsent := len(f.tail) - f.sent
	return !f.pasting && unsent > 0 && f.tail[0] == esc &&
		(unsent == 1 || unsent == 2 && f.sent == 0 && (introduces(f.tail[1]) || f.tail[1] == esc))
}

// addText adds to the text that came at once: a paste where terminals don't bracket those, as
// nobody types so fast.
func (f *filter) addText(keys, more []byte) []byte {
	f.text.add(more, f.limit)
	if unsent := f.text.Text[f.text.Typed:]; len(unsent) >= maxBurst && !isPaste(unsent) {
		return f.endText(keys)
	}
	return keys
}

// endText passes on the text that came at once, because what comes now does not belong to it.
func (f *filter) endText(keys []byte) []byte {
	keys = f.releaseText(keys)
	f.text = Paste{}
	return keys
}

// releaseText passes on the text that came at once, because nothing followed it. A key may
// still turn out to be the beginning of a paste that continues within pause.
func (f *filter) releaseText(keys []byte) []byte {
	all := f.text.Text
	unsent := all[f.text.Typed:]
	switch {
	case len(unsent) == 0:
		return keys
	case isPaste(unsent), len(all) >= idLen && len(ids.Find(all).IDs) > 0:
		keys = f.event(keys, f.text)
	case utf8.RuneCount(unsent) == 1:
		keys = append(keys, unsent...)
	default:
		keys = f.event(keys, Burst{Text: bytes.Clone(unsent)})
	}
	f.text = Paste{}
	if kinds(all) == 1 {
		f.text.Text = all[max(0, len(all)-idLen):]
		f.text.Typed = len(f.text.Text)
	}
	return keys
}

// isPaste reports whether text that came at once is more than keys: six or more characters,
// over two of them different, or a line end before other text.
func isPaste(text []byte) bool {
	if kinds(text) == 3 && utf8.RuneCount(text[:min(len(text), 6*utf8.UTFMax)]) >= 6 {
		return true
	}
	end := bytes.IndexAny(text, "\r\n")
	return end >= 0 && len(bytes.TrimLeft(text[end:], "\r\n")) > 0
}

// kinds returns how many different characters text has, at most 3.
func kinds(text []byte) (n int) {
	for seen := ""; n < 3 && len(text) > 0; n++ {
		r, _ := utf8.DecodeRune(text)
		seen += string(r)
		text = bytes.TrimLeft(text, seen)
	}
	return n
}

// isText reports whether r is printable, a tab or a line end.
func isText(r rune) bool { return r >= ' ' && r != 0x7F || r == '\t' || r == '\r' || r == '\n' }
