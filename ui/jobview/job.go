package jobview

import (
	"cmp"
	"fmt"
	"strconv"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/ui/forecast"
	"example.com/jobwatch/ui/joblist"
	"example.com/jobwatch/ui/sanitize"
	"example.com/jobwatch/ui/style"
)

// barWidth is the width of the pane's bar, where there is room.
const barWidth = 24

// Job draws all that is known of a job, and the name of its batch, in a width.
func (v *View) Job(r *joblist.Row, batch string, width int) []string {
	p, f := v.page(width), v.facts(r)
	p.headline(f)
	p.beside(func(p *page) {
		p.jobFacts(f, batch)
		p.expected(f)
		p.checks(f)
	}, func(p *page) {
		p.trouble(f)
		p.history(f)
	})
	v.holdBar(f, barWidth)
	return p.lines
}

func (p *page) headline(f *facts) {
	title := f.Answer.Description
	if sanitize.Line(title) == "" {
		title = "Job " + f.ID.Short()
	}
	p.text("", 0, style.Strong, title, 3)
	l := p.line().Put(f.look.Role, f.look.Glyph+" ").Cut(f.look.Role, f.look.Word, 20)
	if f.Answer.Status == job.Processing || f.Answer.Progress > 0 {
		drawn := f.row.Drawn()
		percent := cmp.Or(style.Percent(drawn), "progress unknown")
		l.Space(2).Bar(f.look.Role, drawn, min(barWidth, p.width-l.Width()-len(percent)-2))
		l.Space(1).Put(style.Text, percent)
	}
	p.add(l)
	role := style.Text
	if f.Answer.Status == job.Error {
		role = style.Error
	}
	p.text("", 0, role, f.Answer.Meta, 6)
	p.blank()
}

func (p *page) jobFacts(f *facts, batch string) {
	switch id := f.ID.String(); {
	case p.Redact:
		p.fact("ID", style.Text, f.ID.Short())
	case labelWidth+len(id) <= p.width:
		p.fact("ID", style.Text, id)
	default: // in one piece, to be selected with the mouse
		p.add(p.line().Cut(style.Text, id, p.width))
	}
	p.fact("Batch", style.Text, batch)
	p.ends("Output", f.Answer.Path)
	p.long("PDF", f.File)
	p.fact("Added", style.Text, p.when(f.Added))
	// A job's first answer usually comes at once: then it is not worth a line besides the history's.
	const atOnce = 5 * time.Second
	if len(f.History) > 0 && f.History[0].At.Sub(f.Added) >= atOnce {
		p.fact("First seen", style.Text, p.when(f.History[0].At))
	}
	switch {
	case f.Started.IsZero():
	case f.Ended.IsZero():
		p.fact("Running", style.Text, p.clock(style.Exact(p.Now.Sub(f.Started))))
	default:
		p.fact("Took", style.Text, style.Duration(f.Ended.Sub(f.Started)))
	}
}

func (p *page) expected(f *facts) {
	if !f.state.Finished() && f.state != joblist.Other {
		expected := p.Forecast.Job(f.ID, p.Now)
		p.ready(expected.Ready)
		if wait := expected.Wait.String(); wait != "" {
			p.fact("", style.Dim, "waits "+wait+", then works "+expected.Work.String())
		}
		if f.row.Stalled > 0 {
			text, _ := style.Age(f.row.Stalled)
			p.fact("Stalled", style.Warn, "no progress for "+text)
		}
	}
	if pace, known := p.Forecast.Pace(f.ID, p.Now); known {
		as := "as fast as"
		switch {
		case pace > 1.1:
			as = fmt.Sprintf("%.1fx slower than", pace)
		case pace < 0.9:
			as = fmt.Sprintf("%d%% faster than", int((1-pace)*100))
		}
		p.long("Pace", as+" its batch")
	}
}

func (p *page) checks(f *facts) {
	checked := map[int]string{0: "not yet", 1: "once"}[f.row.Polls]
	p.fact("Checked", style.Text, cmp.Or(checked, strconv.Itoa(f.row.Polls)+" times"))
	if !f.Answered.IsZero() {
		answered := p.ago(f.Answered)
		if percent := style.Percent(f.Answer.Progress); percent != "" && f.Answer.Status == job.Processing {
			answered += ", at " + percent // the bar may be ahead of it
		}
		p.fact("Last answer", style.Text, answered)
	}
	role, check := style.Text, "now"
	switch left := max(f.row.Next.Sub(p.Now), p.Session.Host().RetryAt.Sub(p.Now)); { // while it is away, nothing is asked
	case f.End == job.EndedRejected && p.CheckKey != "":
		role, check = style.Dim, "never, unless you press "+p.CheckKey
	case f.End == job.EndedRejected:
		role, check = style.Dim, "never"
	case f.End.Finished():
		check = ""
	case p.Paused:
		role, check = style.Warn, "paused"
	case left >= time.Second:
		check = "in " + p.clock(style.Duration(left), left-left.Truncate(time.Second)+time.Millisecond)
	}
	p.fact("Next check", role, check)
}

func (p *page) trouble(f *facts) {
	switch {
	case f.problem != nil:
		role, title := style.Warn, "Last check failed"
		if f.End.Finished() {
			role, title = style.Error, "No longer checked"
		}
		if f.problem.Code > 0 {
			title += fmt.Sprintf(" (HTTP %d)", f.problem.Code)
		}
		p.heading(role, title)
		p.text("", 2, style.Text, f.problem.Reason, 6)
	case f.state == joblist.Other:
		p.heading(style.Warn, style.UnknownStatus)
		p.text("", 2, style.Text, "jobwatch checks it less and less often until it is Done or Error.", 3)
	case f.Cause != "":
		p.blank()
		p.text("", 0, style.Error, f.Cause, 6)
	}
}

func (p *page) history(f *facts) {
	if len(f.History) == 0 {
		return
	}
	p.heading(style.Dim, "History")
	if samples := p.Forecast.Samples(f.ID); len(samples) >= 2 && !f.Started.IsZero() {
		end := cmp.Or(f.Ended, p.Now)
		if f.Ended.IsZero() {
			p.Hold(ForecastStep)
		}
		p.chart(forecast.Columns(samples, end.Sub(f.Started), min(p.width, 40)), 1, f.Started, end)
	}
	before, waits, stamps := f.Added, true, len(p.stamp(f.Added)) // the oldest has the longest
	p.add(p.line().Put(style.Dim, p.stamp(f.Added)).Put(style.Text, "  added"))
	step := func(at time.Time, role style.Role, what string) {
		p.add(p.line().Put(style.Dim, p.stamp(at)).PadTo(stamps+2).Cut(role, what, 22).
			PadTo(stamps+18).Cut(style.Dim, "after "+style.Duration(at.Sub(before)), p.width-stamps-18))
		before = at
	}
	for _, c := range f.History {
		// The times that it took count from its start, which may be before this was seen.
		started := waits && c.Status != job.NotStarted && !f.Started.Before(before) && f.Started.Before(c.At)
		if started && c.Status.Final() {
			step(f.Started, style.Text, "started")
		} else if started {
			c.At = f.Started
		}
		look := p.Theme.Look(c.Status, job.Live, nil)
		step(c.At, look.Role, look.Glyph+" "+look.Word)
		waits = c.Status == job.NotStarted
	}
}
