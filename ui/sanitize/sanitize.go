// Package sanitize turns untrusted text into printable cells. Whatever the API, a
// paste or a file name holds, what comes out can't move the cursor, can't change
// the terminal's state and takes exactly the room it was given.
//
// Widths are counted as Bubble Tea's renderer counts them ([ansi.StringWidth], by
// grapheme clusters). Many terminals count rune by rune instead; [Line] therefore
// rewrites what the two would count differently (joined emoji, skin tones,
// variation selectors, lone regional indicators), so that a row has the same width
// in both. What is left are the conjuncts and vowel signs of Indic scripts, which
// every terminal draws in its own way: those texts are kept whole.
package sanitize

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Charset says what the terminal can draw. The zero value is [Unicode].
type Charset uint8

// The charsets.
const (
	Unicode Charset = iota
	// ASCII is for TERM=linux and for locales that are not UTF-8, where the bytes of
	// UTF-8 text would be drawn as other letters or even taken for C1 controls.
	ASCII
)

// maxScan is how many bytes of a text [Charset.Cut] and [Charset.Fit] look at. No
// screen shows more, and a hostile text of a megabyte must not cost it each frame.
const maxScan = 32 << 10

// Line returns s as one clean line. Escape sequences go as wholes, white space of
// any kind becomes single spaces, none at the ends; controls, format characters
// (bidi, zero-width, tags) and variation selectors go; invalid bytes, private-use
// and unassigned characters become one U+FFFD a run. Every rune of the result
// satisfies [unicode.IsPrint]. Line is idempotent, and returns a clean ASCII s as it is.
func Line(s string) string { return Unicode.Line(s) }

// Cut returns the clean line of s in at most width cells, ending in "…" when
// something had to go. It never splits a grapheme cluster.
func Cut(s string, width int) string { return Unicode.Cut(s, width) }

// Width returns how many cells the renderer gives s. Escape sequences of our own
// have none.
func Width(s string) int {
	if isPrintableASCII(s) {
		return len(s)
	}
	return ansi.StringWidth(s)
}

// Line is the package's [Line]; with [ASCII], letters lose their accents, and what
// has no counterpart becomes "?".
func (c Charset) Line(s string) string {
	if isClean(s) {
		if c == Unicode || isPrintableASCII(s) {
			return s
		}
	} else {
		s = clean(s)
	}
	if c == ASCII {
		s = toASCII(s)
	}
	return s
}

// Cut is the package's [Cut]; with [ASCII], it ends in "~".
func (c Charset) Cut(s string, width int) string {
	s, _ = c.cut(s, width)
	return s
}

// Fit is [Charset.Cut], padded with spaces to exactly width cells.
func (c Charset) Fit(s string, width int) string {
	s, w := c.cut(s, width)
	if w >= width {
		return s
	}
	return s + spaces(width-w)
}

// cut is Cut, and the width of what it returns.
func (c Charset) cut(s string, width int) (string, int) {
	if width <= 0 {
		return "", 0
	}
	s = c.Line(firstBytes(s, maxScan))
	if n, w := prefix(s, width); n == len(s) {
		return s, w
	}
	tail := "…"
	if c == ASCII {
		tail = "~"
	}
	tailWidth := Width(tail)
	if tailWidth > width { // "…" is 2 cells wide where RUNEWIDTH_EASTASIAN says so
		tail, tailWidth = "", 0
	}
	n, w := prefix(s, width-tailWidth)
	return s[:n] + tail, w + tailWidth
}

// prefix returns the length in bytes, and the width, of the longest run of whole
// clusters at the start of the clean line s that fits into width cells.
func prefix(s string, width int) (n, w int) {
	// Plain ASCII as far as the next cell, so that no mark sits on the last one.
	if isPrintableASCII(s[:min(len(s), width+1)]) {
		n = min(width, len(s))
		return n, n
	}
	for n < len(s) {
		cluster, cw := ansi.FirstGraphemeCluster(s[n:], ansi.GraphemeWidth)
		if w+cw > width {
			break
		}
		n, w = n+len(cluster), w+cw
	}
	return n, w
}

// firstBytes returns at most the first n bytes of s, cut between runes.
func firstBytes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for back := 0; back < 3 && s[n]&0xC0 == 0x80; back++ { // inside a rune
		n--
	}
	return s[:n]
}

// isPrintableASCII reports whether s holds nothing but U+0020 to U+007E.
func isPrintableASCII(s string) bool {
	for i := range len(s) {
		if s[i]-' ' > '~'-' ' {
			return false
		}
	}
	return true
}

// isClean reports whether Line would return s as it is, for the letters that nearly
// all texts consist of. It may say no of a clean text, never yes of another.
func isClean(s string) bool {
	last := ' '
	for _, r := range s {
		if !isPlain(r) && (r != ' ' || last == ' ') {
			return false
		}
		last = r
	}
	return last != ' ' || s == ""
}

// isPlain reports whether r is a visible character that stands for itself, joins no
// other, and has no other spelling: those of blocks without exceptions.
func isPlain(r rune) bool {
	switch {
	case r < 0x7F:
		return r > ' '
	case r <= 0x24F: // Latin
		return r > 0xA0 && r != 0xAD
	case r < 0x3041:
		return r >= 0x400 && r <= 0x481 || // Cyrillic
			r >= 0x2010 && r <= 0x2027 // dashes, quotation marks, dots
	case r < 0x4E00:
		return r <= 0x3096 || r >= 0x30A1 && r <= 0x30FA // kana
	}
	return r <= 0x9FEF || r >= 0xAC00 && r <= 0xD7A3 // CJK, Hangul syllables
}

func spaces(n int) string {
	const blank = "                                                                "
	if n <= len(blank) {
		return blank[:n]
	}
	return strings.Repeat(" ", n)
}
