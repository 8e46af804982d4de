package sanitize

import (
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
	s = strings.ToValidUTF8(stripSequences(s), "\ufffd") // NFC ignores text after an invalid byte
	// Compose before filtering, so that no rune expands afterwards, and again if the
	// filter may have brought a letter and a mark together.
	s = norm.NFC.String(s)
	if filtered := filter(s); filtered != s {
		s = norm.NFC.String(filtered)
	}
	return s
}

// filter removes or replaces every rune that can't be printed safely.
func filter(s string) string {
	f := lineFilter{}
	f.out.Grow(len(s))
	for _, r := range s {
		f.add(r)
	}
	f.endFlag()
	return f.out.String()
}

// lineFilter writes one clean line. It writes a space only before the next visible rune,
// so that none ends the line.
type lineFilter struct {
	out   strings.Builder
	last  rune // the last rune written; 0 at the start
	space bool // a space is due before the next rune
	marks int  // combining marks since the last letter
	flag  rune // the first half of a flag, not written yet; 0 if none
}

func (f *lineFilter) add(r rune) {
	if isPlain(r) {
		f.endFlag()
		f.write(r)
		return
	}
	if isRegional(r) {
		f.regional(r)
		return
	}
	if isIgnorable(r) {
		return
	}
	f.endFlag()
	switch {
	case isSpace(r):
		f.space = true
	case sitsOnLast(r):
		f.mark(r)
	case r == utf8.RuneError || !unicode.IsPrint(r) || unicode.Is(prepends, r):
		if f.space || f.last != utf8.RuneError {
			f.write(utf8.RuneError)
		}
	default:
		f.write(r)
	}
}

// write appends a rune that starts a new cluster.
func (f *lineFilter) write(r rune) {
	if f.space && f.last != 0 {
		f.out.WriteByte(' ')
	}
	f.space, f.marks, f.last = false, 0, r
	f.out.WriteRune(r)
}

// mark appends a rune that joins the cluster before it. At the start of a field it is
// dropped: it would join, and might widen, the text before the field.
func (f *lineFilter) mark(r rune) {
	if f.last == 0 || f.space {
		return
	}
	switch r {
	case '\u0E33': // Thai and Lao AM: terminals give them a cell, clusters don't
		f.mark('\u0E4D')
		f.write('\u0E32')
		return
	case '\u0EB3':
		f.mark('\u0ECD')
		f.write('\u0EB2')
		return
	case '\uFF9E': // half-width voiced sound marks, likewise
		f.write('\u309B')
		return
	case '\uFF9F':
		f.write('\u309C')
		return
	}
	if f.marks++; f.marks <= maxMarks {
		f.out.WriteRune(r)
	}
}

// regional appends a flag once it has both of its regional indicators.
func (f *lineFilter) regional(r rune) {
	if f.flag == 0 {
		f.flag = r
		return
	}
	first := f.flag
	f.flag = 0
	f.write(first)
	f.out.WriteRune(r)
}

// endFlag appends half a flag as a plain letter: alone, a regional indicator is one cell
// wide in some terminals and two in others.
func (f *lineFilter) endFlag() {
	if f.flag != 0 {
		letter := 'A' + f.flag - 0x1F1E6
		f.flag = 0
		f.write(letter)
	}
}

func isRegional(r rune) bool { return r >= 0x1F1E6 && r <= 0x1F1FF }

// isSpace reports whether r looks like a space; the braille blank does too.
func isSpace(r rune) bool { return unicode.IsSpace(r) || r == '\u2800' }

// isIgnorable reports whether r is removed: it has no cell of its own and only changes
// how others are drawn, or in which order.
func isIgnorable(r rune) bool {
	return unicode.In(r, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) ||
		unicode.Is(unicode.Cc, r) && !unicode.IsSpace(r) ||
		r >= 0x1F3FB && r <= 0x1F3FF // skin tones: two more cells in terminals that don't join emoji
}

// sitsOnLast reports whether r joins the cluster of the rune before it.
func sitsOnLast(r rune) bool {
	switch r {
	case '\u0E33', '\u0EB3', '\uFF9E', '\uFF9F': // Extend and SpacingMark, but no marks
		return true
	}
	return unicode.IsMark(r)
}

// prepends holds the printable characters that join the cluster after them
// (Grapheme_Cluster_Break=Prepend): at the end of a field they would swallow a cell of
// the next one. All are rare letters of Brahmic scripts.
var prepends = &unicode.RangeTable{ //nolint:gochecknoglobals // a constant table, of a type that can't be a const
	R16: []unicode.Range16{{Lo: 0x0D4E, Hi: 0x0D4E, Stride: 1}},
	R32: []unicode.Range32{
		{Lo: 0x111C2, Hi: 0x111C3, Stride: 1},
		{Lo: 0x113D1, Hi: 0x113D1, Stride: 1},
		{Lo: 0x1193F, Hi: 0x11941, Stride: 2},
		{Lo: 0x11A3A, Hi: 0x11A3A, Stride: 1},
		{Lo: 0x11A84, Hi: 0x11A89, Stride: 1},
		{Lo: 0x11D46, Hi: 0x11D46, Stride: 1},
		{Lo: 0x11F02, Hi: 0x11F02, Stride: 1},
	},
}

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
