package sanitize

import "strings"

// Wrap returns s as clean lines of at most width cells, broken at spaces where
// that is possible. Line breaks in s are kept, empty lines are not.
func (c Charset) Wrap(s string, width int) []string {
	if width <= 0 {
		return nil
	}
	var lines []string
	// Sequences go first: one may hold a line break.
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

// wrapLine appends the clean line s to lines, a piece of at most width cells a line.
func (c Charset) wrapLine(lines []string, s string, width int) []string {
	for s != "" {
		n, _ := prefix(s, width)
		switch {
		case n == len(s):
			return append(lines, s)
		case n == 0: // a wide character on one column
			return append(lines, c.Cut(s, width))
		case s[n] == ' ': // breaks just here
		default:
			if space := strings.LastIndexByte(s[:n], ' '); space > 0 {
				n = space
			}
		}
		lines = append(lines, s[:n])
		s = strings.TrimPrefix(s[n:], " ")
	}
	return lines
}
