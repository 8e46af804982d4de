package keyboard

import (
	"strings"
	"unicode/utf8"
)

const esc = '\x1b'

// maxSequence is how long a sequence may be that is a key or a mouse report, in bytes.
// Longer ones go on to their end, but leave nothing.
const maxSequence = 64

// introducers are what, after an esc, begins a sequence: control sequences (CSI), single
// characters of another set (SS3), and the strings OSC, DCS, APC, PM and SOS.
const introducers = "[O]P_^X"

func introduces(b byte) bool { return strings.IndexByte(introducers, b) >= 0 }

// sequenceLen returns the length of the key or sequence that data, which begins with an
// esc, begins with; of a string's, that of its introducer. It returns 0 for half of one.
// What is cut off by a byte that can't stand in it ends before that byte.
func sequenceLen(data []byte) int {
	if len(data) == 1 {
		return 0
	}
	switch b := data[1]; {
	case len(data) == 2 && (introduces(b) || b == esc):
		return 0
	case b == '[':
		return csiLen(data)
	case b == 'O':
		return ss3Len(data)
	case introduces(b):
		return 2
	case b == esc:
		return afterEsc(data)
	case !utf8.FullRune(data[1:]):
		return 0
	}
	_, n := utf8.DecodeRune(data[1:])
	return 1 + n
}

// afterEsc is sequenceLen for two escs and more: alt and a sequence, else one esc
// before a paste or a string, or two, as of a held key.
func afterEsc(data []byte) int {
	switch b := data[2]; {
	case b == '[' || b == 'O':
		n := sequenceLen(data[1:])
		if n > 0 && string(data[1:1+n]) == pasteStart {
			return 1
		}
		if n > 0 {
			n++
		}
		return n
	case introduces(b):
		return 1
	}
	return 2
}

// csiLen is sequenceLen for ESC [, parameters and a final byte, and for the kinds that
// don't keep to that: mouse reports of old (ESC [ M and three bytes), the Linux console's
// function keys (ESC [ [ A), and urxvt's keys with shift (ESC [ 7 $).
func csiLen(data []byte) int {
	switch data[2] {
	case 'M':
		return x10Len(data)
	case '[':
		switch {
		case len(data) == 3:
			return 0
		case data[3] < ' ' || data[3] > '~':
			return 3
		}
		return 4
	}
	number := true // of two digits at most
	for n, b := range data[2:] {
		switch {
		case b >= '@' && b <= '~', b == '$' && number && n > 0:
			return 2 + n + 1
		case b < ' ' || b > '~':
			return 2 + n
		}
		number = number && isDigit(b) && n < 2
	}
	return 0
}

// x10Len is sequenceLen for ESC [ M and three bytes of any value but controls. A program
// may have asked for two-byte characters, of columns and rows above 95 (mode 1005).
func x10Len(data []byte) int {
	n := len("\x1b[M")
	for range 3 {
		rest := data[n:]
		switch {
		case len(rest) == 0:
			return 0
		case rest[0] < ' ':
			return n
		case rest[0] >= 0xC2 && rest[0] <= 0xDF && len(rest) == 1:
			return 0
		case rest[0] >= 0xC2 && rest[0] <= 0xDF && !utf8.RuneStart(rest[1]):
			n++
		}
		n++
	}
	return n
}

// ss3Len is sequenceLen for ESC O, perhaps modifiers, and a character.
func ss3Len(data []byte) int {
	for n, b := range data[2:] {
		switch {
		case isDigit(b) || b == ';':
		case b < ' ' || b > '~':
			return 2 + n
		default:
			return 2 + n + 1
		}
	}
	return 0
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

func isHex(b byte) bool { return isDigit(b) || b|0x20-'a' <= 5 }
