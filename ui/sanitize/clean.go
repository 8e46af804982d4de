package sanitize

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxMarks is how many combining marks one letter keeps. Real writing needs up to
// four; "zalgo" text stacks dozens, which terminals draw over other rows.
const maxMarks = 4

// clean is Line for texts that are not plain ASCII.
func clean(s string) string {
	s = strings.ToValidUTF8(stripSequences(s), "\ufffd") // NFC passes over what follows an invalid byte
	// Composed first, so that one rune can't turn into many behind the filter's
	// back; composed again, because the filter may have brought letter and mark together.
	s = norm.NFC.String(s)
	if filtered := filter(s); filtered != s {
		s = norm.NFC.String(filtered)
	}
	return s
}

// filter keeps what can be printed and makes the rest harmless, rune by rune.
func filter(s string) string {
	f := lineFilter{}
	f.out.Grow(len(s))
	for _, r := range s {
		f.add(r)
	}
	f.endFlag()
	return f.out.String()
}

// lineFilter writes one clean line. A space is written only before the next
// visible rune, so that none ends the line.
type lineFilter struct {
	out   strings.Builder
	last  rune // the last rune written; 0 at the start
	space bool // a space is due before the next rune
	marks int  // combining marks since the last letter
	flag  rune // a regional indicator that waits for its other half
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

// write writes a rune that starts a cluster of its own.
func (f *lineFilter) write(r rune) {
	if f.space && f.last != 0 {
		f.out.WriteByte(' ')
	}
	f.space, f.marks, f.last = false, 0, r
	f.out.WriteRune(r)
}

// mark writes a rune that joins the cluster before it, if there is one of ours:
// at the start of a field it would join, and might widen, what stands before the field.
func (f *lineFilter) mark(r rune) {
	if f.last == 0 || f.space {
		return
	}
	switch r {
	case '\u0E33': // Thai and Lao AM: a cell of their own in terminals, none in clusters
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

// regional writes flags, which are pairs of regional indicators.
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

// endFlag writes a regional indicator without a second half as the letter that it
// is: alone, it is one cell in some terminals and two in others.
func (f *lineFilter) endFlag() {
	if f.flag != 0 {
		letter := 'A' + f.flag - 0x1F1E6
		f.flag = 0
		f.write(letter)
	}
}

func isRegional(r rune) bool { return r >= 0x1F1E6 && r <= 0x1F1FF }

// isSpace also takes the braille blank, which looks like one.
func isSpace(r rune) bool { return unicode.IsSpace(r) || r == '\u2800' }

// isIgnorable reports whether r goes without a trace: it has no cell of its own,
// and only changes how others are drawn, or in which order.
func isIgnorable(r rune) bool {
	return unicode.In(r, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) ||
		unicode.Is(unicode.Cc, r) && !unicode.IsSpace(r) ||
		r >= 0x1F3FB && r <= 0x1F3FF // skin tones: two cells more where emoji aren't joined
}

// sitsOnLast reports whether r joins the cluster of the rune before it.
func sitsOnLast(r rune) bool {
	switch r {
	case '\u0E33', '\u0EB3', '\uFF9E', '\uFF9F': // Extend and SpacingMark, but no marks
		return true
	}
	return unicode.IsMark(r)
}

// prepends are the printable characters that join the cluster after them
// (Grapheme_Cluster_Break=Prepend): at the end of a field they would swallow a cell of
// what follows it. All are rare letters of Brahmic scripts.
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
