package style

import (
	"math"
	"strconv"
	"strings"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/ui/sanitize"
)

// Line builds one line of the screen. It writes an escape sequence only where the style
// changes: on a slow connection, they are most of a line's cost.
type Line struct {
	theme  *Theme
	ground Ground
	buf    []byte
	width  int
	style  string // in force at the end of buf; "0" is the terminal's default
}

// NewLine starts an empty line on a ground.
func NewLine(t *Theme, g Ground) *Line {
	return &Line{theme: t, ground: g, buf: make([]byte, 0, 256), style: "0"}
}

func (l *Line) put(g Ground, r Role, text string, width int) *Line {
	if text == "" {
		return l
	}
	if style := l.theme.SGR(g, r); style != l.style {
		l.buf = append(append(append(l.buf, "\x1b["...), style...), 'm')
		l.style = style
	}
	l.buf = append(l.buf, text...)
	l.width += width
	return l
}

// Put appends trusted text, which holds no escape sequences.
func (l *Line) Put(r Role, text string) *Line {
	return l.put(l.ground, r, text, sanitize.Width(text))
}

// Cut appends untrusted text, sanitized, in at most width cells.
func (l *Line) Cut(r Role, text string, width int) *Line {
	return l.Put(r, l.theme.Charset.Cut(text, width))
}

// Fit appends untrusted text, sanitized, and cut or padded to exactly width cells.
func (l *Line) Fit(r Role, text string, width int) *Line {
	return l.put(l.ground, r, l.theme.Charset.Fit(text, width), width)
}

// Right appends trusted text, padded on its left to width cells.
func (l *Line) Right(r Role, text string, width int) *Line {
	return l.Space(width-sanitize.Width(text)).Put(r, text)
}

// Space appends n blank cells; none when n is negative.
func (l *Line) Space(n int) *Line { return l.repeat(l.ground, Text, " ", n) }

// PadTo appends blanks up to a column; none when the line is already longer.
func (l *Line) PadTo(column int) *Line { return l.Space(column - l.width) }

// repeat appends a glyph n times.
func (l *Line) repeat(g Ground, r Role, glyph string, n int) *Line {
	return l.put(g, r, strings.Repeat(glyph, max(n, 0)), n)
}

// Width returns the line's width so far, in cells.
func (l *Line) Width() int { return l.width }

// String ends the line and returns it.
func (l *Line) String() string {
	if l.style != "0" {
		l.buf = append(l.buf, "\x1b[0m"...)
		l.style = "0"
	}
	return string(l.buf)
}

// Bar appends a progress bar of width cells, drawn in eighths of a cell. Unknown progress
// is a quiet pattern, never an empty bar.
func (l *Line) Bar(r Role, p job.Progress, width int) *Line {
	g := &l.theme.Glyphs
	if !p.Known() {
		return l.repeat(l.ground, Dim, g.Unknown, width)
	}
	eighths := Eighths(p, max(width, 0))
	full, rest := eighths/8, eighths%8
	l.repeat(l.ground, r, g.Eighths[8], full)
	// Spaces have no foreground: in the bar's role, they save an escape sequence.
	track, role, glyph := Track, r, " "
	switch {
	case !l.theme.solidTrack:
		track, role, glyph = l.ground, Dim, g.Track
	case l.ground == Selected:
		track = SelectedTrack
	}
	if rest > 0 {
		l.repeat(track, r, g.Eighths[rest], 1)
		full++
	}
	return l.repeat(track, role, glyph, width-full)
}

// Ended appends the bar of a finished batch: as dim as a Done job's, except for the share
// that failed, which is at least one cell, and the whole bar only if all jobs failed.
func (l *Line) Ended(failed, total, width int) *Line {
	if width <= 0 || total <= 0 {
		return l
	}
	bad := (failed*width + total - 1) / total
	if failed < total {
		bad = min(bad, width-1)
	}
	full := l.theme.Eighths[8]
	return l.repeat(l.ground, Past, full, width-bad).repeat(l.ground, Error, full, bad)
}

// Eighths returns how many eighths of a bar's cells are filled. The bar is full only when
// the job is, and empty only at 0.
func Eighths(p job.Progress, width int) int {
	whole := 8 * width
	if p <= 0 || p >= 1 || whole == 0 {
		return int(min(max(p, 0), 1)) * whole
	}
	return min(max(int(float64(p)*float64(whole)), 1), whole-1)
}

// Next returns the least progress above p at which a bar of width cells, or the percentage
// beside it, looks different.
func Next(p job.Progress, width int) job.Progress {
	next := job.Progress(math.Floor(100*float64(p)+1e-9)+1) / 100
	if width > 0 {
		next = min(next, job.Progress(Eighths(p, width)+1)/job.Progress(8*width))
	}
	return next
}

// Percent returns progress as a percentage, rounded down, so that 100% means finished;
// "" when it is not known.
func Percent(p job.Progress) string {
	if !p.Known() {
		return ""
	}
	return strconv.Itoa(int(min(float64(p), 1)*100+1e-9)) + "%"
}
