package ui

import (
	"math"
	"net/http"
	"slices"
	"strconv"
	"time"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/ui/joblist"
	"example.com/jobwatch/ui/sanitize"
	"example.com/jobwatch/ui/style"
)

// header is the top line: name, counts, overall progress, rate and connection.
type header struct {
	theme   *style.Theme
	now     time.Time
	title   string // beside the name
	counts  joblist.Counts
	ready   part // when all jobs will be
	host    poller.Host
	paused  bool
	unsaved bool // changes don't reach the disk
}

// part is a piece of a line.
type part struct {
	role style.Role
	text string
}

// View draws the header, and says for how long the result stays right. What doesn't fit
// goes in this order: rate, forecast, bar, words, percent, total.
func (h *header) View(width int) (line string, valid time.Duration) {
	const percent, leastBar, ready = 4, 6, len("~90s, Thu 22:54")
	const bar = 2 + leastBar + 2 + percent
	right, valid := h.connection(width)
	fits := func(extra int, parts ...part) bool { return span(parts)+extra+span(right)+2 <= width }

	left := []part{{style.Accent, " jobwatch"}}
	if h.title != "" {
		left = append(left, part{style.Warn, h.title})
	}
	name, total := left, part{style.Text, style.Plural(h.counts.Total, "job")}
	left = append(slices.Clone(name), total)
	counts := h.statuses(true)
	if !fits(bar+2+ready, append(left, counts...)...) { // known or not: words don't come and go with it
		counts = h.statuses(false)
	}
	if !fits(0, append(left, counts...)...) {
		left = name
	}
	if !fits(0, append(left, counts...)...) {
		left = nil
	}
	left = append(left, counts...)
	var more []part
	for _, p := range []part{h.ready, {style.Dim, h.rate()}} {
		if p.text != "" && fits(bar+2+span(append(more, p)), left...) {
			more = append(more, p)
		}
	}
	right = append(more, right...)

	l := style.NewLine(h.theme, style.Plain)
	putParts(l, left)
	room := width - l.Width() - span(right) - 2
	if h.counts.Total > 0 && room >= 2+percent {
		progress := job.Progress(h.counts.Progress())
		l.Space(2)
		if room >= bar {
			l.Bar(style.Accent, progress, min(room-percent-4, 40)).Space(1)
		}
		l.Right(style.Text, style.Percent(progress), percent)
	}
	l.PadTo(width - span(right) - 1)
	putParts(l, right)
	return l.PadTo(width).String(), valid
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
func (h *header) statuses(words bool) []part {
	by, g := &h.counts.By, &h.theme.Glyphs
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
	add(style.Error, g.Error, by[joblist.Error], "failed")
	add(style.Error, g.Rejected, by[joblist.Rejected], "rejected")
	add(style.Error, g.GivenUp, by[joblist.GivenUp], "given up")
	add(style.Accent, g.Running, by[joblist.Running]+by[joblist.Other], "running")
	add(style.Dim, g.Queued, by[joblist.Queued], "queued")
	add(style.Dim, g.Checking, by[joblist.Unheard], "checking")
	add(style.OK, g.Done, by[joblist.Done], "done")
	return parts
}

// rate is requests a second against the budget.
func (h *header) rate() string {
	if h.host.Budget == 0 {
		return ""
	}
	return strconv.FormatFloat(h.host.Rate, 'f', 1, 64) + "/" +
		strconv.FormatFloat(math.Round(10*h.host.Budget)/10, 'f', -1, 64) + " req/s"
}

// connection says how the API answers, and whether changes reach the disk.
func (h *header) connection(width int) (parts []part, valid time.Duration) {
	g, narrow := &h.theme.Glyphs, width < 60
	if h.unsaved {
		parts = append(parts, part{style.Error, "not saving"})
	}
	valid = time.Hour
	state := part{style.OK, g.Live + " live"}
	switch left := h.host.RetryAt.Sub(h.now); {
	case h.paused:
		state = part{style.Warn, g.Paused + " paused"}
	case h.host.State != poller.BackingOff && h.counts.Live() > 0:
	case h.host.State != poller.BackingOff && (h.counts.Total == 0 || narrow):
		state = part{style.Dim, g.Live + " idle"}
	case h.host.State != poller.BackingOff:
		state = part{style.Dim, g.Live + " all finished"}
	case h.host.RetryAt.IsZero():
		state = part{style.Warn, g.Easing + " recovering"}
	case left <= 0 && narrow:
		state = part{style.Warn, g.Easing + " retrying"}
	case left <= 0:
		state = part{style.Warn, g.Easing + " " + unavailability(h.host.Problem, width >= 100) + ", retrying"}
	default:
		wait, passed := style.Exact(left + time.Second - time.Nanosecond)
		valid = time.Second - passed + time.Millisecond
		state = part{style.Warn, g.Easing + " " + wait}
		if !narrow {
			state.text = g.Easing + " " + unavailability(h.host.Problem, width >= 100) + ", retrying in " + wait
		}
	}
	return append(parts, state), valid
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
	if code && p.Code >= http.StatusBadRequest {
		text += " (" + strconv.Itoa(p.Code) + ")"
	}
	return text
}
