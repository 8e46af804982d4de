package ui

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"time"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/ui/joblist"
	"example.com/jobwatch/ui/jobview"
	"example.com/jobwatch/ui/sanitize"
	"example.com/jobwatch/ui/style"
)

// headerLine draws the top line: name, counts, overall progress, when all will be ready, rate
// and connection. What doesn't fit goes in this order: rate, forecast, bar, words, percent,
// total.
func (m *Model) headerLine() string {
	const percent, leastBar, ready = 4, 6, len("~90s, Thu 22:54")
	const bar = 2 + leastBar + 2 + percent
	width, counts := m.layout.width, m.list.Counts()
	right := m.connection(&counts)
	fits := func(extra int, parts ...part) bool { return span(parts)+extra+span(right)+2 <= width }

	name := []part{{style.Accent, " jobwatch"}}
	if m.opts.Title != "" {
		name = append(name, part{style.Warn, m.opts.Title})
	}
	total := part{style.Text, style.Plural(counts.Total, "job")}
	named := slices.Concat(name, []part{total})
	left := slices.Concat(named, m.statuses(&counts, true))
	if !fits(bar+2+ready, left...) { // known or not: words don't come and go with it
		glyphs := m.statuses(&counts, false)
		for _, left = range [][]part{slices.Concat(named, glyphs), slices.Concat(name, glyphs), glyphs} {
			if fits(0, left...) {
				break
			}
		}
	}
	var more []part
	for _, p := range []part{m.ready(&counts), m.rate()} {
		if p.text != "" && fits(bar+2+span(append(more, p)), left...) {
			more = append(more, p)
		}
	}
	right = append(more, right...)

	l := style.NewLine(m.theme, style.Plain)
	putParts(l, left)
	room := width - l.Width() - span(right) - 2
	if counts.Total > 0 && room >= 2+percent {
		progress := job.Progress(counts.Progress())
		l.Space(2)
		if room >= bar {
			l.Bar(style.Accent, progress, min(room-percent-4, 40)).Space(1)
		}
		l.Right(style.Text, style.Percent(progress), percent)
	}
	l.PadTo(width - span(right) - 1)
	putParts(l, right)
	return l.PadTo(width).String()
}

// part is a piece of a line.
type part struct {
	role style.Role
	text string
}

// span is the width of parts with the gaps between them.
func span(parts []part) int {
	n := 0
	for _, p := range parts {
		n += sanitize.Width(p.text) + 2
	}
	return max(n-2, 0)
}

func putParts(l *style.Line, parts []part) {
	for i, p := range parts {
		if i > 0 {
			l.Space(2)
		}
		l.Put(p.role, p.text)
	}
}

// statuses are the numbers of jobs by status.
func (m *Model) statuses(c *joblist.Counts, words bool) []part {
	g := &m.theme.Glyphs
	var parts []part
	for _, s := range []struct {
		role        style.Role
		glyph, word string
		jobs        int
	}{
		{style.Error, g.Error, "failed", c.By[joblist.Error]},
		{style.Error, g.Rejected, "rejected", c.By[joblist.Rejected]},
		{style.Error, g.GivenUp, "given up", c.By[joblist.GivenUp]},
		{style.Accent, g.Running, "running", c.By[joblist.Running] + c.By[joblist.Other]},
		{style.Dim, g.Queued, "queued", c.By[joblist.Queued]},
		{style.Dim, g.Checking, "checking", c.By[joblist.Unheard]},
		{style.OK, g.Done, "done", c.By[joblist.Done]},
	} {
		if s.jobs > 0 {
			parts = append(parts, part{s.role, s.glyph + " " + strconv.Itoa(s.jobs) + when(words, " "+s.word)})
		}
	}
	return parts
}

// ready is when all jobs will be.
func (m *Model) ready(c *joblist.Counts) part {
	if c.Live() == 0 {
		return part{}
	}
	m.hold(jobview.ForecastStep)
	switch ready := m.forecaster.All(m.now); {
	case !ready.Known:
		return part{style.Dim, "estimating"}
	case ready.Rough:
		return part{style.Dim, ready.WithClock(m.now.Local())}
	default:
		return part{style.Text, ready.WithClock(m.now.Local())}
	}
}

// rate is requests a second against the budget.
func (m *Model) rate() part {
	host := m.session.Host()
	return part{style.Dim, when(host.Budget > 0, fmt.Sprintf("%.1f/%v req/s", host.Rate, math.Round(10*host.Budget)/10))}
}

// connection says how the API answers, and whether changes reach the disk.
func (m *Model) connection(c *joblist.Counts) (parts []part) {
	if m.session.SaveError() != nil {
		parts = append(parts, part{style.Error, "not saving"})
	}
	if n := m.input.added; m.input.open {
		parts = append(parts, part{style.Dim, "input open" + when(m.layout.width >= 100 && n > 0, fmt.Sprintf(": %d taken", n))})
	}
	g, host, narrow := &m.theme.Glyphs, m.session.Host(), m.layout.width < 60
	say := func(role style.Role, glyph, text string) []part { return append(parts, part{role, glyph + " " + text}) }
	why := unavailability(host.Problem, m.layout.width >= 100)
	switch left := host.RetryAt.Sub(m.now); {
	case m.paused:
		return say(style.Warn, g.Paused, "paused")
	case host.State != poller.BackingOff && c.Live() > 0:
		return say(style.OK, g.Live, "live")
	case host.State != poller.BackingOff && (c.Total == 0 || narrow):
		return say(style.Dim, g.Live, "idle")
	case host.State != poller.BackingOff:
		return say(style.Dim, g.Live, "all finished")
	case host.RetryAt.IsZero():
		return say(style.Warn, g.Easing, "recovering")
	case left <= 0 && narrow:
		return say(style.Warn, g.Easing, "retrying")
	case left <= 0:
		return say(style.Warn, g.Easing, why+", retrying")
	default:
		wait, passed := style.Exact(left + time.Second - time.Nanosecond)
		m.hold(time.Second - passed + time.Millisecond)
		if !narrow {
			wait = why + ", retrying in " + wait
		}
		return say(style.Warn, g.Easing, wait)
	}
}

// unavailability says why the API is not asked, with the HTTP status if there is room.
func unavailability(p *job.Problem, code bool) string {
	text := "API unavailable"
	switch {
	case p == nil:
		return text
	case p.Kind == job.Unreachable:
		return "no answer"
	case p.Code == http.StatusTooManyRequests:
		text = "too many requests"
	}
	return text + when(code && p.Code >= http.StatusBadRequest, fmt.Sprintf(" (%d)", p.Code))
}
