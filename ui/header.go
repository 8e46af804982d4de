package ui

import (
	"math"
	"strconv"
	"time"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/ui/joblist"
	"example.com/jobwatch/ui/rows"
	"example.com/jobwatch/ui/style"
)

// part is a piece of a one-line bar.
type part struct {
	role style.Role
	text string
}

// header is the top line: name, counts, overall progress, rate, and connection.
// What doesn't fit goes in this order: rate, forecast, bar, words, percent, total.
func (m *Model) header() string {
	const percentWidth = 4
	width := m.layout.width
	state := m.connection(width)
	rate := part{style.Dim, m.rate()}
	ready := part{style.Text, m.ready()}
	name := []part{{style.Accent, " jobwatch"}}
	if m.opts.Title != "" {
		name = append(name, part{style.Warn, m.opts.Title})
	}
	counts := m.counts(true)
	total := part{style.Text, plural(m.list.Counts().Total, "job")}

	const bar, readyWidth = 2 + 6 + 2 + percentWidth, len("90s-10m, by 22:54")
	fits := func(extra int, parts ...part) bool { return span(parts)+extra+span(state)+2 <= width }
	left := append(append([]part{}, name...), total)
	if !fits(bar+2+readyWidth, append(left, counts...)...) { // known or not: words don't come and go with it
		counts = m.counts(false)
	}
	if !fits(0, append(left, counts...)...) {
		left = name
	}
	if !fits(0, append(left, counts...)...) {
		left = nil
	}
	left = append(left, counts...)
	var more []part
	for _, p := range []part{ready, rate} {
		if p.text != "" && fits(bar+2+span(append(more, p)), left...) {
			more = append(more, p)
		}
	}
	state = append(more, state...)

	l := style.NewLine(m.theme, style.Plain)
	for i, p := range left {
		if i > 0 {
			l.Space(2)
		}
		l.Put(p.role, p.text)
	}
	room := width - l.Width() - span(state) - 2
	if c := m.list.Counts(); c.Total > 0 && room >= 2+percentWidth {
		progress := job.Progress(c.Progress())
		if room >= bar {
			l.Space(2).Bar(style.Accent, progress, min(room-percentWidth-4, 40)).Space(1)
		} else {
			l.Space(2)
		}
		l.Right(style.Text, style.Percent(progress), percentWidth)
	}
	l.PadTo(width - span(state) - 1)
	for i, p := range state {
		if i > 0 {
			l.Space(2)
		}
		l.Put(p.role, p.text)
	}
	return l.PadTo(width).String()
}

// span is the width of parts with the gaps between them.
func span(parts []part) int {
	n := 0
	for _, p := range parts {
		n += displayWidth(p.text) + 2
	}
	return max(n-2, 0)
}

// counts are the jobs by status; with words where there is room for them.
func (m *Model) counts(words bool) []part {
	c, g := m.list.Counts(), &m.theme.Glyphs
	var parts []part
	add := func(role style.Role, glyph string, n int, word string) {
		if n == 0 {
			return
		}
		text := glyph + " " + strconv.Itoa(n)
		if words {
			text += " " + word
		}
		parts = append(parts, part{role, text})
	}
	add(style.Error, g.Error, c.By[joblist.Error], "failed")
	add(style.Error, g.Rejected, c.By[joblist.Rejected], "rejected")
	add(style.Error, g.GivenUp, c.By[joblist.GivenUp], "given up")
	add(style.Accent, g.Running, c.By[joblist.Running]+c.By[joblist.Other], "running")
	add(style.Dim, g.Queued, c.By[joblist.Queued], "queued")
	add(style.Dim, g.Checking, c.By[joblist.Unheard], "checking")
	add(style.OK, g.Done, c.By[joblist.Done], "done")
	return parts
}

// ready is when all of it will be, and by which clock time: ~4m, 14:32.
func (m *Model) ready() string {
	if m.idle() {
		return ""
	}
	m.hold(rows.ForecastStep)
	return m.oracle.All(m.now).WithClock(m.now.Local())
}

// rate is requests a second against the budget.
func (m *Model) rate() string {
	if m.host.Budget == 0 {
		return ""
	}
	return strconv.FormatFloat(m.host.Rate, 'f', 1, 64) + "/" +
		strconv.FormatFloat(math.Round(10*m.host.Budget)/10, 'f', -1, 64) + " req/s"
}

// connection is how the API answers, and whether changes reach the disk.
func (m *Model) connection(width int) []part {
	g := &m.theme.Glyphs
	var parts []part
	if m.saves.err != nil {
		parts = append(parts, part{style.Error, "not saving"})
	}
	switch {
	case m.paused:
		parts = append(parts, part{style.Warn, g.Paused + " paused"})
	case m.host.State == poller.BackingOff:
		text := g.Easing + " easing off"
		away := !m.host.RetryAt.IsZero() // else it answers again, and is asked ever more
		if away && m.host.Problem != nil && m.host.Problem.Kind == job.Unreachable {
			text = g.Easing + " no answer"
		}
		if left := m.host.RetryAt.Sub(m.now); left > 0 {
			wait, valid := style.Exact(left + time.Second - time.Nanosecond)
			m.hold(time.Second - valid + time.Millisecond)
			if width >= 60 {
				text += ", next try in " + wait
			} else {
				text = g.Easing + " " + wait
			}
		} else if away && width >= 60 {
			text += ", trying"
		}
		parts = append(parts, part{style.Warn, text})
	case m.idle():
		parts = append(parts, part{style.Dim, g.Live + " idle"})
	default:
		parts = append(parts, part{style.OK, g.Live + " live"})
	}
	return parts
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// idle reports whether there is nothing left to poll.
func (m *Model) idle() bool {
	c := m.list.Counts()
	return c.Live() == 0
}
