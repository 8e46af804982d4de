package sanitize

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// toASCII returns the clean line s in ASCII: plain typographic signs, letters without
// accents, and "?" for anything else.
func toASCII(s string) string {
	if isPrintableASCII(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
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
		if d == '⁄' { // of ½
			d = '/'
		}
		if d > ' ' && d < utf8.RuneSelf {
			plain.WriteRune(d)
		}
	}
	if plain.Len() == 0 {
		return "?"
	}
	return plain.String()
}
