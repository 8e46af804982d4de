package keyboard

import (
	"bytes"
	"slices"
)

// A terminal answers some queries with a string, which Bubble Tea would take for keys:
// alt and a letter, and then letters, u among them. jobwatch only queries the background
// colour, but a slow line delivers late what an earlier program asked for.

const (
	// maxReply is how much of a reply is kept, in bytes, and how long one inside a paste may
	// be; maxClipboard is that for one with the clipboard's contents (OSC 52).
	maxReply, maxClipboard = 4 << 10, 1 << 20
	// The shortest and longest colour of a reply, rgb:f/f/f and rgba:ffff/ffff/ffff/ffff.
	minColour, maxColour = 9, 24
)

// replyStart returns the length of the start of a known reply that data begins with, or
// whether data may become one. Alt and a letter are not enough: they are keys.
func replyStart(data []byte) (n int, half bool) {
	for _, start := range [...]string{
		"\x1b]#;", "\x1b]##;", "\x1b]###;", "\x1b]####;", // OSC; # is any digit
		"\x1bP>|", "\x1bP!|", // the terminal's name and unit (XTVERSION, DA3)
		"\x1bP0+r", "\x1bP1+r", // its capabilities (XTGETTCAP)
		"\x1bP0$r", "\x1bP1$r", // its settings (DECRQSS)
		"\x1bP@kitty-cmd",      // kitty's remote control
		"\x1b_Gi=", "\x1b_GI=", // kitty's graphics
	} {
		switch n := commonLen(data, start); n {
		case len(start):
			return n, false
		case len(data):
			half = true
		}
	}
	return 0, half
}

// commonLen returns how many bytes data and start, in which # is any digit, share.
func commonLen(data []byte, start string) (n int) {
	for n < min(len(data), len(start)) {
		if digit := start[n] == '#'; digit && !isDigit(data[n]) || !digit && data[n] != start[n] {
			break
		}
		n++
	}
	return n
}

func isControl(r rune) bool { return r < ' ' || r == 0x7F }

// endsString reports whether r can't be part of a string outside a paste. Line ends can:
// what follows them would be typed otherwise.
func endsString(r rune) bool { return isControl(r) && r != '\t' && !isLineEnd(r) }

// textLen returns how much of data comes before the first character that ends it.
func textLen(data []byte, ends func(rune) bool) int {
	if end := bytes.IndexFunc(data, ends); end >= 0 {
		return end
	}
	return len(data)
}

// replyEnd returns the length of a reply's terminator at the start of data, 0 if none.
func replyEnd(reply, data []byte) int {
	switch {
	case bytes.HasPrefix(data, []byte("\x1b\\")):
		return 2
	case bytes.HasPrefix(data, []byte("\a")) && reply[1] == ']':
		return 1
	}
	return 0
}

// reply gathers a string up to its terminator, BEL or ST, and returns what follows. After
// anything else it was half a string, and the rest are keys.
func (f *filter) reply(keys, data []byte) (out, rest []byte) {
	n := textLen(data, endsString)
	f.body.add(data[:n], maxReply)
	rest = data[n:]
	end := replyEnd(f.body.bytes, rest)
	switch {
	case end > 0:
		keys = f.background(keys, colourOf(f.body.bytes))
	case len(rest) == 0:
		return keys, nil
	case len(rest) == 1 && rest[0] == esc: // probably of ST
		f.tail = bytes.Clone(rest)
		return keys, nil
	}
	f.in, f.body = inKeys, text{}
	return keys, rest[end:]
}

// background adds an event for a background colour, if there is one.
func (f *filter) background(keys []byte, colour string) []byte {
	if colour == "" {
		return keys
	}
	return f.event(keys, Background{Colour: colour})
}

// cutReplies removes replies from a paste's text, and returns the last background colour
// among them. A local tmux replies while a slow line still brings the paste from afar: its
// reply lands inside a job ID.
func cutReplies(text []byte) (rest []byte, colour string) {
	at := 0
	for {
		next := bytes.IndexByte(text[at:], esc)
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

// replyInPaste returns the reply that text begins with, and its length with its terminator.
// Other strings, such as titles and links, are part of the text: a link may be a job's.
func replyInPaste(text []byte) (reply []byte, length int) {
	n, _ := replyStart(text)
	if n == 0 || !isAnswer(text[:n]) {
		return nil, 0
	}
	limit := maxReply
	if bytes.HasPrefix(text, []byte("\x1b]52;")) {
		limit = maxClipboard
	}
	n += textLen(text[n:min(len(text), limit)], isControl)
	end := replyEnd(text[:n], text[n:])
	if end == 0 {
		return nil, 0
	}
	return text[:n], n + end
}

// isAnswer reports whether start begins a reply rather than a command to the terminal: of
// the OSCs, only colours and the clipboard are queried.
func isAnswer(start []byte) bool {
	number, isOSC := bytes.CutPrefix(start, []byte("\x1b]"))
	if !isOSC {
		return true
	}
	return slices.Contains([]string{"4;", "5;", "52;"}, string(number)) || len(number) == 3 && number[0] == '1'
}

// colourOf returns the colour of a reply to OSC 11, the query for the background, else "".
func colourOf(reply []byte) string {
	colour, ok := bytes.CutPrefix(reply, []byte("\x1b]11;"))
	if !ok || len(colour) < minColour || len(colour) > maxColour || len(bytes.Trim(colour, "0123456789abcdefABCDEF:/rg")) > 0 {
		return ""
	}
	return string(colour)
}
