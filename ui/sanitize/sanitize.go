// Package sanitize turns untrusted text into printable cells. Whatever the API, a
// paste or a file name holds, the result can't move the cursor, can't change the
// terminal's state and takes exactly the room it was given.
//
// Widths are counted by grapheme clusters, as [ansi.StringWidth] does. Many terminals count
// rune by rune; [Line] therefore rewrites text that the two count differently, such as joined
// emoji. Only Indic scripts, which every terminal draws differently, are kept whole.
package sanitize

import (
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// Charset is the set of characters that the terminal can draw. The zero value is [Unicode].
type Charset uint8

// The charsets.
const (
	Unicode Charset = iota
	// ASCII is for TERM=linux and for locales that are not UTF-8, where the bytes of
	// UTF-8 text would be drawn as other letters or even read as C1 controls.
	ASCII
)

// maxScan is how many bytes of a text [Charset.Cut] and [Charset.Fit] read: no screen shows
// more, and a hostile text must not slow down each frame.
const maxScan = 32 << 10

// Line returns s as one clean line. It removes whole escape sequences, controls, format
// characters (bidi, zero-width, tags), variation selectors and white space at the ends.
// Other white space becomes single spaces; a run of invalid bytes, private-use or
// unassigned characters becomes one U+FFFD. Every rune of the result satisfies
// [unicode.IsPrint]. Line is idempotent and returns a clean ASCII s unchanged.
func Line(s string) string { return Unicode.Line(s) }

// Width returns how many cells s takes on the screen, not counting escape sequences.
func Width(s string) int {
	if isPrintableASCII(s) {
		return len(s)
	}
	return ansi.StringWidth(s)
}

// Line is the package's [Line]. With [ASCII], letters lose their accents, and characters
// without a counterpart become "?".
func (c Charset) Line(s string) string {
	if !isClean(s) {
		s = clean(s)
	}
	if c == ASCII && !isPrintableASCII(s) {
		s = toASCII(s)
	}
	return s
}

// Cut returns the clean line of s in at most width cells, ending in "…", or "~" with [ASCII], if
// it was shortened. It never splits a grapheme cluster.
func (c Charset) Cut(s string, width int) string {
	s, _ = c.cut(s, width)
	return s
}

// Fit returns the result of [Charset.Cut] padded with spaces to exactly width cells.
func (c Charset) Fit(s string, width int) string {
	s, w := c.cut(s, width)
	return s + strings.Repeat(" ", max(0, width-w))
}

// cut returns the result of Cut and its width.
func (c Charset) cut(s string, width int) (string, int) {
	s = c.Line(firstBytes(s, maxScan))
	n, w := prefix(s, width)
	if n == len(s) {
		return s, w
	}
	tail := "…"
	if c == ASCII {
		tail = "~"
	}
	tailWidth := Width(tail)
	if width < tailWidth { // "…" is 2 cells wide where RUNEWIDTH_EASTASIAN says so
		return s[:n], w
	}
	n, w = prefix(s, width-tailWidth)
	return s[:n] + tail, w + tailWidth
}

// prefix returns the length in bytes, and the width, of the longest run of whole clusters at
// the start of the clean line s that fits into width cells.
func prefix(s string, width int) (n, w int) {
	// The next cell must be ASCII too, so that no combining mark joins the last one.
	if width = max(width, 0); isPrintableASCII(s[:min(len(s), width+1)]) {
		n = min(width, len(s))
		return n, n
	}
	for n < len(s) {
		cluster, cells := ansi.FirstGraphemeCluster(s[n:], ansi.GraphemeWidth)
		if w+cells > width {
			break
		}
		n, w = n+len(cluster), w+cells
	}
	return n, w
}

// firstBytes returns at most the first n bytes of s, cut between runes.
func firstBytes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for back := 0; back < utf8.UTFMax-1 && !utf8.RuneStart(s[n]); back++ {
		n--
	}
	return s[:n]
}

// isPrintableASCII reports whether s holds only U+0020 to U+007E.
func isPrintableASCII(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// isClean reports whether Line would return s unchanged; for rare letters, it may be false.
func isClean(s string) bool {
	last := ' '
	for _, r := range s {
		if !Plain(r) && (r != ' ' || last == ' ') {
			return false
		}
		last = r
	}
	return last != ' ' || s == ""
}

// Plain reports whether r is a visible character that needs no cleaning: it joins no other, has
// one spelling, and the same width in every terminal. It knows whole blocks of Unicode.
func Plain(r rune) bool {
	switch {
	case r < 0x7F:
		return r > ' '
	case r <= 0x24F: // Latin
		return r > 0xA0 && r != 0xAD
	case r < 0x3041:
		return r >= 0x391 && r <= 0x3CE && r != 0x3A2 || // Greek
			r >= 0x400 && r <= 0x52F && (r <= 0x481 || r >= 0x48A) || // Cyrillic
			r >= 0x2010 && r <= 0x2027 // dashes, quotation marks, dots
	case r < 0x4E00:
		return r <= 0x3096 || r >= 0x30A1 && r <= 0x30FA // kana
	}
	return r <= 0x9FEF || r >= 0xAC00 && r <= 0xD7A3 // CJK, Hangul syllables
}

// Wrap returns s as clean lines of at most width cells, broken at spaces where possible.
// It keeps line breaks of s, but no empty lines.
func (c Charset) Wrap(s string, width int) []string {
	if width <= 0 {
		return nil
	}
	var lines []string
	// Escape sequences first: one may contain a line break.
	isBreak := func(r rune) bool { return strings.ContainsRune("\n\r\v\f\u0085\u2028\u2029", r) }
	for paragraph := range strings.FieldsFuncSeq(stripSequences(s), isBreak) {
		for rest := c.Line(paragraph); rest != ""; {
			n, _ := prefix(rest, width)
			if n == 0 { // a wide character in one column
				lines = append(lines, c.Cut(rest, width))
				break
			}
			if n < len(rest) {
				if space := strings.LastIndexByte(rest[:n+1], ' '); space > 0 {
					n = space
				}
			}
			lines = append(lines, rest[:n])
			rest = strings.TrimPrefix(rest[n:], " ")
		}
	}
	return lines
}
