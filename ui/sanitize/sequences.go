package sanitize

import (
	"strings"
	"unicode/utf8"
)

// sequence is the state of a parser of escape sequences (ECMA-48; Williams, "A parser for
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

// stripSequences removes whole escape sequences: CSI, OSC, DCS and so on, in 7-bit and
// in C1 form. An unterminated one takes the rest of the text with it, as in a terminal.
// It reads runes, as UTF-8 terminals do: one byte of "✓" would end an OSC, but the letter
// does not. Invalid bytes become U+FFFD, and NEL becomes a line feed.
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
		if r == nel { // the only C1 control that is text
			r = '\n'
		}
		var shown bool
		if in, shown = in.next(r); shown {
			out.WriteRune(r)
		}
	}
	return out.String()
}

// next returns the state after a rune, and whether the rune is text. A control character
// inside a sequence acts as if it stood before it.
func (in sequence) next(r rune) (sequence, bool) {
	switch r {
	case can, sub:
		return outside, false
	case esc:
		return escape, false
	}
	if isC1(r) {
		return introduced(r - 0x40), false
	}
	switch in {
	case outside:
		return outside, true
	case command:
		if r == bel {
			return outside, false
		}
		return command, false
	case data:
		return data, false
	default:
	}
	if r >= utf8.RuneSelf { // breaks off the sequence
		return outside, true
	}
	if r < ' ' {
		return in, true
	}
	if r == del {
		return in, false
	}
	return in.nextPrintable(r), false
}

// nextPrintable returns the state after a printable ASCII character in a sequence other
// than a string.
func (in sequence) nextPrintable(r rune) sequence {
	if in == control {
		if r >= '@' {
			return outside
		}
		return control
	}
	if r < '0' { // an intermediate byte
		return charset
	}
	if in == charset {
		return outside
	}
	return introduced(r)
}

// introduced returns the state that ESC and a final byte begin.
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
