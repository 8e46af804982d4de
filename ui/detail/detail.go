// Package detail draws what is known of one job, or of one batch, as lines.
package detail

import (
	"fmt"
	"strconv"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/forecast"
	"example.com/jobwatch/ui/joblist"
	"example.com/jobwatch/ui/sanitize"
	"example.com/jobwatch/ui/style"
)

// Job is everything that the pane shows of a job.
type Job struct {
	store.Job
	Drawn     job.Progress // of its bar, which may be ahead of the last answer
	Redact    bool         // show no whole ID
	BatchName string
	Problem   *job.Problem // why the last check failed; nil if it did not
	Checks    int
	Next      time.Time // zero if no check is planned
	CheckKey  string    // the key that checks it regardless; "" if there is none
	Paused    bool
	Stalled   time.Duration // how long it has made no progress; 0 if it does
	Forecast  forecast.Forecast
	Samples   []forecast.Sample // its progress over time
	Pace      float64           // its time over its batch's median; 0 if unknown
}

// BarWidth is the width of a job's bar, where there is room.
const BarWidth = 24

// labelWidth is the width of the column of labels.
const labelWidth = 12

// Lines draws the job in a width, and says for how long the result stays right if no
// answer comes.
func (j Job) Lines(t *style.Theme, now time.Time, width int) (lines []string, valid time.Duration) {
	p := newPage(t, now, width)
	p.headline(j)
	left, right := p.columns(width)
	left.facts(j)
	right.trouble(j)
	right.history(j)
	p.join(left, right)
	return p.lines, p.valid
}

// id shows an ID in one piece, to be selected with the mouse.
func (p *page) id(id job.ID) {
	text := id.String()
	if labelWidth+len(text) <= p.width {
		p.fact("ID", style.Text, text)
		return
	}
	p.add(p.line().Cut(style.Text, text, p.width))
}

func (p *page) headline(j Job) {
	title := j.Answer.Description
	if sanitize.Line(title) == "" {
		title = "Job " + j.ID.Short()
	}
	p.text(style.Strong, 0, title, 3)

	look := p.theme.Look(j.Answer.Status, j.End, j.Problem)
	l := p.line().Put(look.Role, look.Glyph+" ").Cut(look.Role, look.Word, 20)
	if j.Answer.Status == job.Processing || j.Answer.Progress > 0 {
		percent := style.Percent(j.Drawn)
		if percent == "" {
			percent = "progress unknown"
		}
		l.Space(2)
		l.Bar(look.Role, j.Drawn, min(BarWidth, p.width-l.Width()-sanitize.Width(percent)-2))
		l.Space(1).Put(style.Text, percent)
	}
	p.add(l)
	if j.Answer.Meta != "" {
		role := style.Text
		if j.Answer.Status == job.Error {
			role = style.Error
		}
		p.text(role, 0, j.Answer.Meta, 6)
	}
	p.blank()
}

func (p *page) facts(j Job) {
	if j.Redact {
		p.fact("ID", style.Text, j.ID.Short())
	} else {
		p.id(j.ID)
	}
	p.fact("Batch", style.Text, j.BatchName)
	if j.Answer.Path != "" {
		p.ends("Output", j.Answer.Path)
	}
	if j.File != "" {
		p.long("PDF", j.File)
	}
	p.fact("Added", style.Text, p.when(j.Added))
	if len(j.History) > 0 && j.History[0].At.Sub(j.Added) >= atOnce {
		p.fact("First seen", style.Text, p.when(j.History[0].At))
	}
	switch {
	case j.Started.IsZero():
	case j.Ended.IsZero():
		p.fact("Running", style.Text, p.clock(style.Exact(p.now.Sub(j.Started))))
	default:
		p.fact("Took", style.Text, style.Duration(j.Ended.Sub(j.Started)))
	}
	p.forecast(j)
	p.checks(j)
}

// atOnce is how soon a job's first answer usually comes: then it is not worth a line besides
// the history's.
const atOnce = 5 * time.Second

func (p *page) forecast(j Job) {
	if s := joblist.StateOf(j.Answer.Status, j.End); !s.Finished() && s != joblist.Other {
		if text := j.Forecast.Ready.WithClock(p.now.Local()); text != "" {
			p.fact("Ready", style.Text, text)
		}
		if likely := j.Forecast.Ready.Range(); likely != "" {
			p.fact("", style.Dim, "likely "+likely)
		}
		if wait := j.Forecast.Wait.String(); wait != "" {
			p.fact("", style.Dim, "waits "+wait+", then works "+j.Forecast.Work.String())
		}
		if j.Stalled > 0 {
			text, _ := style.Age(j.Stalled)
			p.fact("Stalled", style.Warn, "no progress for "+text)
		}
	}
	switch {
	case j.Pace == 0:
	case j.Pace > 1.1:
		p.long("Pace", strconv.FormatFloat(j.Pace, 'f', 1, 64)+"x slower than its batch")
	case j.Pace < 0.9:
		p.long("Pace", strconv.Itoa(int((1-j.Pace)*100))+"% faster than its batch")
	default:
		p.long("Pace", "as fast as its batch")
	}
}

func (p *page) checks(j Job) {
	switch j.Checks {
	case 0:
		p.fact("Checked", style.Text, "not yet")
	case 1:
		p.fact("Checked", style.Text, "once")
	default:
		p.fact("Checked", style.Text, strconv.Itoa(j.Checks)+" times")
	}
	if !j.Answered.IsZero() {
		answered := p.clock(style.Age(p.now.Sub(j.Answered)))
		if answered != "now" {
			answered += " ago"
		}
		if percent := style.Percent(j.Answer.Progress); percent != "" && j.Answer.Status == job.Processing {
			answered += ", at " + percent // the bar may be ahead of it
		}
		p.fact("Last answer", style.Text, answered)
	}
	const label = "Next check"
	switch left := j.Next.Sub(p.now); {
	case j.End == job.EndedRejected && j.CheckKey != "":
		p.fact(label, style.Dim, "never, unless you press "+j.CheckKey)
	case j.End == job.EndedRejected:
		p.fact(label, style.Dim, "never")
	case j.End.Finished():
	case j.Paused:
		p.fact(label, style.Warn, "paused")
	case j.Next.IsZero() || left < time.Second:
		p.fact(label, style.Text, "now")
	default:
		text, _ := style.Exact(left)
		p.fact(label, style.Text, "in "+p.clock(text, left-left.Truncate(time.Second)+time.Millisecond))
	}
}

func (p *page) trouble(j Job) {
	unknown := joblist.StateOf(j.Answer.Status, j.End) == joblist.Other
	if j.Problem == nil && j.Cause == "" && !unknown {
		return
	}
	p.blank()
	if j.Problem == nil && unknown {
		p.text(style.Warn, 0, style.UnknownStatus, 2)
		p.text(style.Text, 2, "jobwatch checks it less and less often until it is Done or Error.", 3)
		return
	}
	if j.Problem == nil {
		p.text(style.Error, 0, j.Cause, 6)
		return
	}
	role, title := style.Warn, "Last check failed"
	if j.End.Finished() {
		role, title = style.Error, "No longer checked"
	}
	if j.Problem.Code > 0 {
		title += fmt.Sprintf(" (HTTP %d)", j.Problem.Code)
	}
	p.add(p.line().Put(role, title))
	p.text(style.Text, 2, j.Problem.Reason, 6)
	for _, d := range j.Problem.Details {
		p.text(style.Text, 2, d.Loc+": "+d.Message, 3)
	}
}

func (p *page) history(j Job) {
	if len(j.History) == 0 {
		return
	}
	p.blank()
	p.add(p.line().Put(style.Dim, "History"))
	p.progressOverTime(j)
	before, stamps := j.Added, len(p.stamp(j.Added)) // the oldest has the longest
	p.add(p.line().Put(style.Dim, p.stamp(j.Added)).Put(style.Text, "  added"))
	step := func(at time.Time, role style.Role, what string) {
		p.add(p.line().Put(style.Dim, p.stamp(at)).PadTo(stamps+2).Cut(role, what, 22).
			PadTo(stamps+18).Cut(style.Dim, "after "+style.Duration(at.Sub(before)), p.width-stamps-18))
		before = at
	}
	for i, c := range j.History {
		look := p.theme.Look(c.Status, job.Live, nil)
		if j.startedIn(i) {
			if !c.Status.Final() {
				c.At = j.Started
			} else {
				step(j.Started, style.Text, "started")
			}
		}
		step(c.At, look.Role, look.Glyph+" "+look.Word)
	}
}

// startedIn reports whether the job started between its history's i-th change and the one
// before, in which it was still waiting. The times that it took count from there.
func (j Job) startedIn(i int) bool {
	since := j.Added
	if i > 0 {
		since = j.History[i-1].At
		if j.History[i-1].Status != job.NotStarted {
			return false
		}
	}
	c := j.History[i]
	return c.Status != job.NotStarted && !j.Started.Before(since) && j.Started.Before(c.At)
}

// progressOverTime draws the job's progress from its start to now or its end.
func (p *page) progressOverTime(j Job) {
	if len(j.Samples) < 2 || j.Started.IsZero() {
		return
	}
	end := j.Ended
	if end.IsZero() {
		end = p.now
	}
	width := min(p.width, 40)
	values := forecast.Columns(j.Samples, end.Sub(j.Started), width)
	p.add(p.line().Put(style.Accent, forecast.Sparkline(values, 1, p.theme.Charset == sanitize.ASCII)))
	from, to := p.stamp(j.Started), p.stamp(end)
	p.add(p.line().Put(style.Dim, from).Right(style.Dim, to, width-len(from)))
	p.valid = min(p.valid, 5*time.Second)
}
