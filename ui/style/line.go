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
	style  string // in force at the end of buf; "" is the terminal's default
}

// NewLine starts an empty line on a ground.
func NewLine(t *Theme, g Ground) *Line {
	return &Line{theme: t, ground: g, buf: make([]byte, 0, 256)}
}

// Put appends trusted text, which holds no escape sequences.
func (l *Line) Put(r Role, text string) *Line {
	return l.put(l.ground, r, text, sanitize.Width(text))
}

// Fit appends untrusted text, sanitized, and cut or padded to exactly width cells.
func (l *Line) Fit(r Role, text string, width int) *Line {
	if width <= 0 {
		return l
	}
	return l.put(l.ground, r, l.theme.Charset.Fit(text, width), width)
}

// Cut appends untrusted text, sanitized, in at most width cells.
func (l *Line) Cut(r Role, text string, width int) *Line {
	if width <= 0 {
		return l
	}
	text = l.theme.Charset.Cut(text, width)
	return l.put(l.ground, r, text, sanitize.Width(text))
}

// Right appends trusted text, padded on its left to width cells.
func (l *Line) Right(r Role, text string, width int) *Line {
	l.Space(width - sanitize.Width(text))
	return l.Put(r, text)
}

// Space appends n blank cells; none when n is negative.
func (l *Line) Space(n int) *Line {
	if n <= 0 {
		return l
	}
	return l.put(l.ground, Text, strings.Repeat(" ", n), n)
}

// PadTo appends blanks up to a column; none when the line is already longer.
func (l *Line) PadTo(column int) *Line { return l.Space(column - l.width) }

// Width returns the line's width so far, in cells.
func (l *Line) Width() int { return l.width }

// String ends the line and returns it.
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

// Bar appends a progress bar of width cells, drawn in eighths of a cell. Unknown progress
// is a quiet pattern, never an empty bar.
func (l *Line) Bar(r Role, p job.Progress, width int) *Line {
	if width <= 0 {
		return l
	}
	g := &l.theme.Glyphs
	if !p.Known() {
		return l.put(l.ground, Dim, strings.Repeat(g.Unknown, width), width)
	}
	eighths := Eighths(p, width)
	full, rest := eighths/8, eighths%8
	l.put(l.ground, r, strings.Repeat(g.Eighths[8], full), full)
	track := l.ground
	switch {
	case !l.theme.solidTrack:
	case l.ground == Selected:
		track = SelectedTrack
	default:
		track = Track
	}
	empty := width - full
	if rest > 0 {
		l.put(track, r, g.Eighths[rest], 1)
		empty--
	}
	switch {
	case empty == 0:
		return l
	case l.theme.solidTrack:
		// Spaces have no foreground: keep the run's role and save an escape sequence.
		return l.put(track, r, strings.Repeat(" ", empty), empty)
	}
	return l.put(track, Dim, strings.Repeat(g.Track, empty), empty)
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
	full := l.theme.Glyphs.Eighths[8]
	if good := width - bad; good > 0 {
		l.put(l.ground, Past, strings.Repeat(full, good), good)
	}
	if bad > 0 {
		l.put(l.ground, Error, strings.Repeat(full, bad), bad)
	}
	return l
}

// Eighths returns how many eighths of a bar's cells are filled. The bar is full only when
// the job is, and empty only at 0.
func Eighths(p job.Progress, width int) int {
	whole := 8 * width
	switch n := int(float64(p) * float64(whole)); {
	case p >= 1:
		return whole
	case p > 0 && n == 0:
		return 1
	case n >= whole:
		return whole - 1
	default:
		return max(n, 0)
	}
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
