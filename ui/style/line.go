package style

import (
	"strings"

	"example.com/jobwatch/ui/sanitize"
)

// Line builds one line of the screen. It writes an escape only where the style
// changes: on a slow connection, escapes are most of a line's cost.
type Line struct {
	theme  *Theme
	ground Ground
	buf    []byte
	width  int
	style  string // in force at the end of buf; "" is the terminal's default
}

// NewLine starts an empty line on a ground.
func NewLine(t *Theme, g Ground) *Line {
	return &Line{theme: t, ground: g, buf: make([]byte, 0, 256)}
}

// Put appends our own text, which holds no escapes.
func (l *Line) Put(r Role, text string) *Line {
	return l.put(l.ground, r, text, sanitize.Width(text))
}

// Fit appends untrusted text, cleaned, and cut or padded to exactly width cells.
func (l *Line) Fit(r Role, text string, width int) *Line {
	if width <= 0 {
		return l
	}
	return l.put(l.ground, r, l.theme.Charset.Fit(text, width), width)
}

// Cut appends untrusted text, cleaned, in at most width cells.
func (l *Line) Cut(r Role, text string, width int) *Line {
	if width <= 0 {
		return l
	}
	text = l.theme.Charset.Cut(text, width)
	return l.put(l.ground, r, text, sanitize.Width(text))
}

// Right appends our own text, padded on its left to width cells.
func (l *Line) Right(r Role, text string, width int) *Line {
	l.Space(width - sanitize.Width(text))
	return l.Put(r, text)
}

// Space appends n blank cells; none when n is negative.
func (l *Line) Space(n int) *Line {
	if n <= 0 {
		return l
	}
	return l.put(l.ground, Text, blanks(n), n)
}

// PadTo appends blanks up to a column; none when the line is longer already.
func (l *Line) PadTo(column int) *Line { return l.Space(column - l.width) }

// Width is the line's width so far, in cells.
func (l *Line) Width() int { return l.width }

// String ends the line.
func (l *Line) String() string {
	if l.style != "" && l.style != "0" {
		l.buf = append(l.buf, "\x1b[0m"...)
		l.style = ""
	}
	return string(l.buf)
}

func (l *Line) put(g Ground, r Role, text string, width int) *Line {
	if style := l.theme.SGR(g, r); style != l.style && (l.style != "" || style != "0") {
		l.buf = append(l.buf, "\x1b["...)
		l.buf = append(l.buf, style...)
		l.buf = append(l.buf, 'm')
		l.style = style
	}
	l.buf = append(l.buf, text...)
	l.width += width
	return l
}

// blanks returns n spaces without allocating for the usual widths.
func blanks(n int) string {
	const run = "                                                                                                    "
	if n <= len(run) {
		return run[:n]
	}
	return strings.Repeat(" ", n)
}
