package sanitize

import "strings"

// Wrap returns s as clean lines of at most width cells, broken at spaces where possible.
// It keeps line breaks of s, but no empty lines.
func (c Charset) Wrap(s string, width int) []string {
	if width <= 0 {
		return nil
	}
	var lines []string
	// Escape sequences first: one may contain a line break.
	for paragraph := range strings.FieldsFuncSeq(stripSequences(s), isLineBreak) {
		lines = c.wrapLine(lines, c.Line(paragraph), width)
	}
	return lines
}

func isLineBreak(r rune) bool {
	switch r {
	case '\n', '\r', '\v', '\f', '\u0085', '\u2028', '\u2029':
		return true
	}
	return false
}

// wrapLine appends the clean line s to lines in pieces of at most width cells.
func (c Charset) wrapLine(lines []string, s string, width int) []string {
	for s != "" {
		n, _ := prefix(s, width)
		if n == len(s) {
			return append(lines, s)
		}
		if n == 0 { // a wide character in one column
			return append(lines, c.Cut(s, width))
		}
		if s[n] != ' ' {
			if space := strings.LastIndexByte(s[:n], ' '); space > 0 {
				n = space
			}
		}
		lines = append(lines, s[:n])
		s = strings.TrimPrefix(s[n:], " ")
	}
	return lines
}
