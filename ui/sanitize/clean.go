package sanitize

import (
	"cmp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxMarks is how many combining marks one letter keeps. Real scripts need up to four;
// "zalgo" text stacks dozens, which terminals draw over other rows.
const maxMarks = 4

// clean implements Line for text that isClean does not recognize.
func clean(s string) string {
	// Compose before filtering, so that no rune expands afterwards, and again if the
	// filter may have brought a letter and a mark together.
	s = norm.NFC.String(stripSequences(s))
	if filtered := filter(s); filtered != s {
		s = norm.NFC.String(filtered)
	}
	return s
}

const bel, can, sub, esc, del, nel = '\x07', '\x18', '\x1a', '\x1b', '\x7f', '\u0085'

// stripSequences removes whole escape sequences (ECMA-48): CSI, OSC, DCS and so on, in 7-bit
// and in C1 form. An unterminated one takes the rest of the text with it, as in a terminal. A
// control character inside a sequence acts as if it stood before it. It reads runes, as UTF-8
// terminals do: one byte of "✓" would end an OSC, but the letter does not. Invalid bytes
// become U+FFFD, and NEL, the only C1 control that is text, becomes a line feed.
func stripSequences(s string) string {
	var out strings.Builder
	out.Grow(len(s))
	// What the sequence in progress began with: esc, '(' for an intermediate byte, or as in
	// introduced; 0 outside.
	var in rune
	for i, r := range s {
		if c1 := rune(s[i]); r == utf8.RuneError && isC1(c1) {
			r = c1
		}
		if r == nel {
			r = '\n'
		}
		switch {
		case r == can, r == sub:
			in = 0
		case r == esc:
			in = esc
		case isC1(r):
			in = introduced(r - 0x40)
		case in == 0:
			out.WriteRune(r)
		case in == ']' && r == bel:
			in = 0
		case in == ']', in == 'P':
		case r >= utf8.RuneSelf: // breaks off the sequence
			in = 0
			out.WriteRune(r)
		case r < ' ':
			out.WriteRune(r)
		case r == del:
		case in == '[' && r < '@': // a parameter
		case in != '[' && r < '0':
			in = '('
		case in == '[', in == '(':
			in = 0
		default:
			in = introduced(r)
		}
	}
	return out.String()
}

// introduced returns what ESC and a final byte begin: '[' for CSI, ']' for OSC, which BEL ends
// too, 'P' for the other strings, 0 for nothing.
func introduced(final rune) rune {
	switch final {
	case '[', ']':
		return final
	case 'P', 'X', '^', '_':
		return 'P'
	}
	return 0
}

func isC1(r rune) bool { return r >= 0x80 && r <= 0x9F }

// filter removes or replaces every rune that can't be printed safely.
func filter(s string) string {
	var f lineFilter
	f.out.Grow(len(s))
	runes := []rune(s)
	for i := 0; i < len(runes); i++ {
		switch r := runes[i]; {
		case isRegional(r) && i+1 < len(runes) && isRegional(runes[i+1]): // a flag
			f.write(r)
			i++
			f.out.WriteRune(runes[i])
		case isRegional(r): // alone, it is one cell wide in some terminals and two in others
			f.write('A' + r - 0x1F1E6)
		case Plain(r):
			f.write(r)
		case isIgnorable(r):
		case unicode.IsSpace(r), r == '\u2800': // the braille blank looks like a space
			f.space = true
		case (f.last == 0 || f.space) && (unicode.IsMark(r) || strings.ContainsRune("\u0E33\u0EB3\uFF9E\uFF9F", r)):
			// it would join, and might widen, the text before the field
		case r == '\u0E33', r == '\u0EB3': // Thai and Lao AM: a mark and a letter with a cell of its own
			f.mark(r + 0x1A)
			f.write(r - 1)
		case r == '\uFF9E', r == '\uFF9F': // half-width sound marks become wide ones
			f.write(r - '\uFF9E' + '\u309B')
		case unicode.IsMark(r):
			f.mark(r)
		case r != utf8.RuneError && unicode.IsPrint(r) && !strings.ContainsRune(prepends, r):
			f.write(r)
		case f.space || f.last != utf8.RuneError:
			f.write(utf8.RuneError)
		}
	}
	return f.out.String()
}

// lineFilter writes one clean line. It writes a space only before the next visible rune,
// so that none ends the line.
type lineFilter struct {
	out   strings.Builder
	last  rune // the last rune written; 0 at the start
	space bool // a space is due before the next rune
	marks int  // combining marks since the last letter
}

// write appends a rune that starts a new cluster.
func (f *lineFilter) write(r rune) {
	if f.space && f.last != 0 {
		f.out.WriteByte(' ')
	}
	f.space, f.marks, f.last = false, 0, r
	f.out.WriteRune(r)
}

// mark appends a rune that joins the cluster before it.
func (f *lineFilter) mark(r rune) {
	if f.marks++; f.marks <= maxMarks {
		f.out.WriteRune(r)
	}
}

func isRegional(r rune) bool { return r >= 0x1F1E6 && r <= 0x1F1FF }

// isIgnorable reports whether r is removed: it has no cell of its own and only changes
// how others are drawn, or in which order.
func isIgnorable(r rune) bool {
	return unicode.In(r, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) ||
		unicode.Is(unicode.Cc, r) && !unicode.IsSpace(r) ||
		r >= 0x1F3FB && r <= 0x1F3FF // skin tones: two more cells in terminals that don't join emoji
}

// prepends holds the printable characters that join the cluster after them, and so would
// swallow a cell of the next field: rare letters of Brahmic scripts.
const prepends = "\u0D4E\U000111C2\U000111C3\U000113D1\U0001193F\U00011941\U00011A3A" +
	"\U00011A84\U00011A85\U00011A86\U00011A87\U00011A88\U00011A89\U00011D46\U00011F02"

// toASCII returns the clean line s in ASCII: plain typographic signs, letters without
// accents, and "?" for anything else.
func toASCII(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r < utf8.RuneSelf {
			b.WriteRune(r)
		} else if !unicode.IsMark(r) { // not an accent
			b.WriteString(asciiOf(r))
		}
	}
	return b.String()
}

func asciiOf(r rune) string {
	for plain, signs := range map[string]string{
		"'": "‘’‚‛′", `"`: "“”„‟″«»", "-": "‐‑‒–—―−", "*": "•·", "x": "×", "ss": "ß",
	} {
		if strings.ContainsRune(signs, r) {
			return plain
		}
	}
	var plain strings.Builder
	for _, d := range norm.NFKD.String(string(r)) { // é is e and an accent, ﬁ is f and i, … is three dots
		if d == '⁄' { // of ½
			d = '/'
		}
		if d > ' ' && d < utf8.RuneSelf {
			plain.WriteRune(d)
		}
	}
	return cmp.Or(plain.String(), "?")
}
