package style

import (
	"math"
	"strconv"
	"strings"

	"example.com/jobwatch/poller/job"
)

// Bar appends a progress bar of width cells, drawn in eighths of a cell. An
// unknown progress is a quiet pattern, never an empty bar.
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
	track := Track
	if l.ground == Selected {
		track = SelectedTrack
	}
	empty := width - full
	if rest > 0 {
		if l.theme.SolidTrack() {
			l.put(track, r, g.Eighths[rest], 1)
		} else {
			l.put(l.ground, r, g.Eighths[rest], 1)
		}
		empty--
	}
	if empty == 0 {
		return l
	}
	if l.theme.SolidTrack() {
		// Spaces carry no foreground: keep the run's role and spare an escape.
		return l.put(track, r, blanks(empty), empty)
	}
	return l.put(l.ground, Dim, strings.Repeat(g.Track, empty), empty)
}

// Ended appends the bar of a batch that has finished: as dim as a Done job's, but for
// the share that failed, which is never too small to see and never all unless it is.
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

// Eighths is how many eighths of a cell of a bar are filled. It is full only when
// the job is, and empty only at 0: neither end is shown before it is reached.
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

// Next is the least progress above p at which a bar of width cells, or the percent
// beside it, looks different.
func Next(p job.Progress, width int) job.Progress {
	next := job.Progress(math.Floor(100*float64(p)+1e-9)+1) / 100
	if width > 0 {
		next = min(next, job.Progress(Eighths(p, width)+1)/job.Progress(8*width))
	}
	return next
}

// Percent is a progress as people write it, rounded down, so that 100% means
// finished; "" when it is not known.
func Percent(p job.Progress) string {
	if !p.Known() {
		return ""
	}
	return strconv.Itoa(int(min(float64(p), 1)*100+1e-9)) + "%"
}
