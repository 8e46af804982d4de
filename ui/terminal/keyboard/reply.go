package keyboard

import (
	"bytes"
	"slices"
)

// A terminal answers some queries with a string, which Bubble Tea would take for keys:
// alt and a letter, and then letters, u among them. jobwatch asks for the background
// colour only, but a slow line brings late what a program asked that ran before it.

const (
	// maxReply is how much of a reply is kept, in bytes, and how long one may be inside a
	// paste; maxClipboard is that for one that brings the clipboard (OSC 52).
	maxReply, maxClipboard = 4 << 10, 1 << 20
	// maxDigits is how long the number may be that an OSC begins with.
	maxDigits = 4
	// background is how a reply to OSC 11 begins, the query for the background colour.
	background = "\x1b]11;"
	// The shortest and longest colour of a reply, rgb:f/f/f and rgba:ffff/ffff/ffff/ffff.
	minColour, maxColour = 9, 24
)

// replyStart returns the length of what data, an esc and more, begins with, if a known
// reply begins so, or whether it may yet become so. It asks for more than alt and a
// letter, which are keys.
func replyStart(data []byte) (n int, half bool) {
	if len(data) == 1 {
		return 0, true
	}
	switch data[1] {
	case ']':
		return oscStart(data)
	case 'P', '_':
		return stringStart(data)
	}
	return 0, false
}

// oscStart is replyStart for esc, a bracket, a number and a semicolon.
func oscStart(data []byte) (n int, half bool) {
	const number = len("\x1b]")
	n = number
	for n < min(len(data), number+maxDigits) && data[n]-'0' <= 9 {
		n++
	}
	switch {
	case n == len(data):
		return 0, true
	case n > number && data[n] == ';':
		return n + 1, false
	}
	return 0, false
}

// stringStart is replyStart for the other strings.
func stringStart(data []byte) (n int, half bool) {
	for _, start := range [...]string{
		"\x1bP>|", "\x1bP!|", // the terminal's name and unit (XTVERSION, DA3)
		"\x1bP0+r", "\x1bP1+r", // what it can do (XTGETTCAP)
		"\x1bP0$r", "\x1bP1$r", // its settings (DECRQSS)
		"\x1bP@kitty-cmd",      // kitty's remote control
		"\x1b_Gi=", "\x1b_GI=", // kitty's graphics
	} {
		if bytes.HasPrefix(data, []byte(start)) {
			return len(start), false
		}
		half = half || startsMarker(data, start)
	}
	return 0, half
}

// replyText returns how much of data goes on with a reply inside a paste.
func replyText(reply, data []byte) int {
	limit := maxReply
	if bytes.HasPrefix(reply, []byte("\x1b]52;")) {
		limit = maxClipboard
	}
	data = data[:min(len(data), limit-len(reply))]
	if control := bytes.IndexFunc(data, isControl); control >= 0 {
		return control
	}
	return len(data)
}

func isControl(r rune) bool { return r < 0x20 || r == 0x7F }

// endsString reports whether r can't stand in a string outside a paste. A line's end can:
// what comes after it would be typed.
func endsString(r rune) bool { return isControl(r) && r != '\t' && !isLineEnd(r) }

// stringText returns how much of data goes on with a string.
func stringText(data []byte) int {
	if end := bytes.IndexFunc(data, endsString); end >= 0 {
		return end
	}
	return len(data)
}

// replyEnd returns the length of the end that data begins with, if it does.
func replyEnd(reply, data []byte) int {
	switch {
	case bytes.HasPrefix(data, []byte("\x1b\\")):
		return 2
	case bytes.HasPrefix(data, []byte("\a")) && reply[1] == ']':
		return 1
	}
	return 0
}

// endsReply reports whether data brings the end of a reply, before anything else.
func endsReply(reply, data []byte) bool {
	return replyEnd(reply, data[stringText(data):]) > 0
}

// reply gathers a string up to its end, BEL or ST, and returns what comes after it. After
// anything else it was half of one, and the rest are keys.
func (f *filter) reply(keys, data []byte) (out, rest []byte) {
	n := stringText(data)
	f.body.add(data[:n], maxReply)
	rest = data[n:]
	end := replyEnd(f.body.bytes, rest)
	switch {
	case end > 0:
		return f.endReply(keys), rest[end:]
	case len(rest) == 0:
		return keys, nil
	case len(rest) == 1 && rest[0] == esc: // of ST, most probably
		f.tail = bytes.Clone(rest)
		return keys, nil
	}
	f.in, f.body = inKeys, text{}
	return keys, rest
}

func (f *filter) endReply(keys []byte) []byte {
	colour := colourOf(f.body.bytes)
	f.in, f.body = inKeys, text{}
	if colour == "" {
		return keys
	}
	return f.event(keys, Background{Colour: colour})
}

// cutReplies takes replies out of a paste's text, and returns the last background
// colour of them. A tmux that runs beside jobwatch answers while a slow line still
// brings the paste from afar: its reply lands inside a job ID.
func cutReplies(text []byte) (rest []byte, colour string) {
	at := 0
	for {
		next := bytes.IndexByte(text[at:], '\x1b')
		if next < 0 {
			break
		}
		at += next
		reply, length := replyInPaste(text[at:])
		if length == 0 {
			at++
			continue
		}
		if c := colourOf(reply); c != "" {
			colour = c
		}
		rest, text, at = append(rest, text[:at]...), text[at+length:], 0
	}
	if rest == nil {
		return text, colour
	}
	return append(rest, text...), colour
}

// replyInPaste returns the reply that text begins with, and its length with its end.
// Other strings, such as titles and links, are the text's own: a link may be of a job.
func replyInPaste(text []byte) (reply []byte, length int) {
	n, _ := replyStart(text)
	if n == 0 || !isAnswer(text[:n]) {
		return nil, 0
	}
	n += replyText(text[:n], text[n:])
	end := replyEnd(text[:n], text[n:])
	if end == 0 {
		return nil, 0
	}
	return text[:n], n + end
}

// isAnswer reports whether start is that of a reply rather than of an order to the
// terminal: of the OSCs, only colours and the clipboard are asked for.
func isAnswer(start []byte) bool {
	number, isOSC := bytes.CutPrefix(start, []byte("\x1b]"))
	if !isOSC {
		return true
	}
	return slices.Contains([]string{"4;", "5;", "52;"}, string(number)) || len(number) == 3 && number[0] == '1'
}

// colourOf returns the colour of a reply that tells the background's, else "".
func colourOf(reply []byte) string {
	colour, ok := bytes.CutPrefix(reply, []byte(background))
	if !ok || len(colour) < minColour || len(colour) > maxColour {
		return ""
	}
	for _, b := range colour {
		if !isColour(b) {
			return ""
		}
	}
	return string(colour)
}

// isColour reports whether b may stand in a reply's rgb:1e1e/1e1e/2e2e.
func isColour(b byte) bool {
	return isHex(b) || b == ':' || b == '/' || b == 'r' || b == 'g'
}
