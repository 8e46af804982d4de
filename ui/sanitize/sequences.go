package sanitize

import (
	"strings"
	"unicode/utf8"
)

// sequence is where in an escape sequence a text is (ECMA-48; Williams, "A parser for
// DEC's ANSI-compatible video terminals").
type sequence uint8

const (
	outside sequence = iota
	escape           // after ESC
	charset          // after ESC and an intermediate byte, such as (
	control          // after CSI
	command          // in an OSC, which BEL ends too
	data             // in a DCS, SOS, PM or APC
)

const (
	bel = '\x07'
	can = '\x18'
	sub = '\x1a'
	esc = '\x1b'
	del = '\x7f'
	nel = '\u0085'
)

// stripSequences removes escape sequences as wholes: CSI, OSC, DCS and so on, in
// 7-bit and in C1 form. One without an end takes the rest of the text with it, as
// it would in a terminal. It goes by runes, as terminals do that speak UTF-8: the bytes
// of a "✓" hold one that ends an OSC, but the letter does not. What is no UTF-8
// becomes U+FFFD, and NEL a line's end.
func stripSequences(s string) string {
	if !strings.ContainsRune(s, esc) && !hasC1(s) {
		return s
	}
	var out strings.Builder
	out.Grow(len(s))
	in := outside
	for i, r := range s {
		if c1 := rune(s[i]); r == utf8.RuneError && isC1(c1) {
			r = c1
		}
		if r == nel { // no sequence starts with it
			r = '\n'
		}
		var shown bool
		if in, shown = in.next(r); shown {
			out.WriteRune(r)
		}
	}
	return out.String()
}

// next is where the text is after a rune, and whether the rune belongs to the text. A
// control character within a sequence acts as if it stood before it.
func (in sequence) next(r rune) (sequence, bool) {
	switch {
	case r == can, r == sub:
		return outside, false
	case r == esc:
		return escape, false
	case isC1(r):
		return introduced(r - 0x40), false
	case in == command && r == bel:
		return outside, false
	case in == command, in == data:
		return in, false
	case in == outside, r >= utf8.RuneSelf:
		return outside, true
	case r < ' ':
		return in, true
	case r == del:
		return in, false
	case in == escape && r < '0':
		return charset, false
	case in == escape:
		return introduced(r), false
	case in == charset && r >= '0', in == control && r >= '@':
		return outside, false
	}
	return in, false
}

// introduced is what ESC and a final byte begin.
func introduced(final rune) sequence {
	switch final {
	case '[':
		return control
	case ']':
		return command
	case 'P', 'X', '^', '_':
		return data
	}
	return outside
}

func hasC1(s string) bool {
	for i, r := range s {
		if isC1(r) || (r == utf8.RuneError && isC1(rune(s[i]))) {
			return true
		}
	}
	return false
}

func isC1(r rune) bool { return r >= 0x80 && r <= 0x9F }
