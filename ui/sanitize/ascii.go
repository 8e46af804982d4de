package sanitize

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// toASCII spells the clean line s in ASCII: typographic signs by their plain
// counterparts, letters without their accents, the rest as "?".
func toASCII(s string) string {
	if isPrintableASCII(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		switch {
		case r < utf8.RuneSelf:
			b.WriteRune(r)
		case unicode.IsMark(r): // an accent that its letter goes without
		default:
			b.WriteString(asciiOf(r))
		}
	}
	return b.String()
}

func asciiOf(r rune) string {
	switch r {
	case '‘', '’', '‚', '‛', '′':
		return "'"
	case '“', '”', '„', '‟', '″', '«', '»':
		return `"`
	case '‐', '‑', '‒', '–', '—', '―', '−':
		return "-"
	case '•', '·':
		return "*"
	case '×':
		return "x"
	case 'ß':
		return "ss"
	}
	var plain strings.Builder
	for _, d := range norm.NFKD.String(string(r)) { // é is e and an accent, ﬁ is f and i, … is three dots
		switch {
		case d > ' ' && d < 0x7F:
			plain.WriteRune(d)
		case d == '⁄': // of ½
			plain.WriteByte('/')
		}
	}
	if plain.Len() == 0 {
		return "?"
	}
	return plain.String()
}
