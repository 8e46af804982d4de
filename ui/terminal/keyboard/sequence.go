package keyboard

import (
	"strings"
	"unicode/utf8"
)

const esc = '\x1b'

// maxSequence is how long a sequence may be that is a key or a mouse report, in bytes.
// Longer ones are read to their end and dropped.
const maxSequence = 64

// introduces reports whether b after an esc begins a sequence: CSI, SS3, or one of the
// strings OSC, DCS, APC, PM and SOS.
func introduces(b byte) bool { return strings.IndexByte("[O]P_^X", b) >= 0 }

// sequenceLen returns the length of the key or sequence at the start of data, which begins
// with an esc; of a string, that of its introducer. It returns 0 for half a sequence. A byte
// that can't be part of a sequence ends it.
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
		return escEscLen(data)
	case !utf8.FullRune(data[1:]):
		return 0
	}
	_, n := utf8.DecodeRune(data[1:])
	return 1 + n
}

// escEscLen is sequenceLen for two escs: alt and a sequence, else one esc before a paste or
// a string, or two, as of a held key.
func escEscLen(data []byte) int {
	switch b := data[2]; {
	case b == '[' || b == 'O':
		n := sequenceLen(data[1:])
		switch {
		case n == 0:
			return 0
		case string(data[1:1+n]) == pasteStart:
			return 1
		}
		return 1 + n
	case introduces(b):
		return 1
	}
	return 2
}

// csiLen is sequenceLen for ESC [, parameters and a final byte, and for the kinds that break
// that rule: old mouse reports (ESC [ M and three bytes), the Linux console's function keys
// (ESC [ [ A), and urxvt's keys with shift (ESC [ 7 $).
func csiLen(data []byte) int {
	switch data[2] {
	case 'M':
		return x10Len(data)
	case '[':
		switch {
		case len(data) == 3:
			return 0
		case isPrintable(data[3]):
			return 4
		}
		return 3
	}
	digits := 0
	for n, b := range data[2:] {
		switch {
		case b >= '@' && b <= '~', b == '$' && n == digits && (n == 1 || n == 2):
			return 2 + n + 1
		case !isPrintable(b):
			return 2 + n
		case isDigit(b):
			digits++
		}
	}
	return 0
}

// x10Len is sequenceLen for ESC [ M and three bytes other than controls. A program may have
// requested two-byte characters, for columns and rows above 95 (mode 1005).
func x10Len(data []byte) int {
	n := len("\x1b[M")
	for range 3 {
		rest := data[n:]
		switch {
		case len(rest) == 0:
			return 0
		case rest[0] < ' ':
			return n
		case rest[0] >= 0xC2 && rest[0] <= 0xDF:
			if len(rest) == 1 {
				return 0
			}
			if !utf8.RuneStart(rest[1]) {
				n++
			}
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
		case isPrintable(b):
			return 2 + n + 1
		default:
			return 2 + n
		}
	}
	return 0
}

func isPrintable(b byte) bool { return b >= ' ' && b <= '~' }

func isDigit(b byte) bool { return b >= '0' && b <= '9' }
