package rows

import (
	"strings"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/ui/joblist"
	"example.com/jobwatch/ui/style"
)

// job draws a job's row.
func (v *View) job(line joblist.Line, c columns, width int) *style.Line {
	r := line.Row
	look := v.Theme.Look(v.Public(&r.Job).Answer.Status, r.End, r.Problem)
	stale := r.Stale(v.Now) && !r.Answered.IsZero() // what was never told can't be old
	mark, marked := v.mark(r)
	l := Start(v.Theme, line.Cursor, mark, marked)

	word, role := look.Word, look.Role
	if r.Stalled > 0 && !stale && !r.End.Finished() && r.State() != joblist.Other {
		age, _ := style.Age(r.Stalled)
		word, role = "stalled "+leading(age), style.Warn
	}
	if stale {
		role = style.Dim
		if c.updated == 0 { // nowhere else to say it
			word = "stale"
		}
	}
	if r.Saving {
		word = "saving"
	}
	l.Put(role, look.Glyph).Space(1).Fit(role, word, c.status-2).Space(1)
	var id [36]byte
	l.Fit(style.Dim, string(r.AppendShortID(id[:0])), c.id).Space(1)
	words := v.words(r, stale)
	if words.wrong() && r.End.Finished() && words.longerThan(c.text) {
		words.put(l, c.text+c.reclaimable())
		if c.elapsed == 0 {
			v.readyOrTime(l, r, stale, c)
		}
	} else {
		words.put(l, c.text)
		v.progress(l, r, role, stale, c)
		v.readyOrTime(l, r, stale, c)
	}
	v.clocks(l, r, stale, c)
	return l.PadTo(width)
}

// words are a row's text: the description, then what the status is about.
type words struct {
	title, about         string // untrusted
	titleRole, aboutRole style.Role
}

func (v *View) words(r *joblist.Row, stale bool) words {
	role := style.Text
	if stale || r.End == job.EndedDone {
		role = style.Dim
	}
	j := v.Public(&r.Job)
	about, aboutRole := v.About(r, &j)
	return words{j.Answer.Description, about, role, aboutRole}
}

// wrong reports whether w says what went wrong.
func (w words) wrong() bool { return w.about != "" && w.aboutRole == style.Error }

// longerThan reports whether w needs more than width cells. Bytes do for cells.
func (w words) longerThan(width int) bool { return len(w.title)+2+len(w.about) > width }

// put draws w in width cells.
func (w words) put(l *style.Line, width int) {
	start := l.Width()
	switch {
	case w.about != "" && w.title != "":
		room := width
		if w.aboutRole != style.Dim { // what went wrong matters more than a title's end
			room = max(width-min(len(w.about), width*3/5)-2, 8)
		}
		l.Cut(w.titleRole, w.title, room)
		if left := width - (l.Width() - start) - 2; left >= 6 {
			l.Space(2).Cut(w.aboutRole, w.about, left)
		}
	case w.title != "":
		l.Cut(w.titleRole, w.title, width)
	default:
		l.Cut(w.aboutRole, w.about, width)
	}
	l.PadTo(start + width)
}

// progress draws how far a job is, as a bar and in words.
func (v *View) progress(l *style.Line, r *joblist.Row, role style.Role, stale bool, c columns) {
	if c.bar > 0 {
		l.Space(1)
		v.jobBar(l, r, role, c.bar)
	}
	l.Space(1).Right(quiet(stale, style.Text), percent(r), c.percent)
	v.hold(v.Bars.Stand(r, c.bar, v.Now))
}

// readyOrTime says when a job will be ready; how long it runs, where there is room for
// one of both only.
func (v *View) readyOrTime(l *style.Line, r *joblist.Row, stale bool, c columns) {
	if c.eta == 0 {
		return
	}
	text, role := v.eta(r, stale), style.Dim
	if text == "" && c.elapsed == 0 {
		text, role = v.insteadOfETA(r, stale)
	}
	l.Space(1).Right(role, text, c.eta)
}

// percent is a row's progress in words; a job that waits has none.
func percent(r *joblist.Row) string {
	if p := r.Drawn(); p > 0 || r.State() != joblist.Queued {
		return style.Percent(p)
	}
	return ""
}

// jobBar draws a row's bar. A job that waits has none: there is nothing to show.
func (v *View) jobBar(l *style.Line, r *joblist.Row, role style.Role, width int) {
	switch p := r.Drawn(); {
	case r.State() == joblist.Done:
		l.Bar(style.Past, p, width)
	case p.Known() && (p > 0 || r.State() != joblist.Queued):
		l.Bar(role, p, width)
	case r.State() == joblist.Running || r.State() == joblist.Other:
		l.Bar(role, job.Unknown, width)
	default:
		l.Space(width)
	}
}

// elapsed is how long a job ran, or runs, or has been waiting; "" where nobody saw it.
func (v *View) elapsed(r *joblist.Row) string {
	from, to := r.Started, r.Ended
	if from.IsZero() && (r.End == job.EndedDone || r.End == job.EndedError) {
		return "" // it was over before it was added
	}
	if from.IsZero() {
		from = r.Added
	}
	if to.IsZero() {
		if r.End.Finished() {
			return ""
		}
		return v.clock(style.Elapsed(v.Now.Sub(from)))
	}
	return style.Duration(max(to.Sub(from), 0))
}

// clocks are the last columns: how long the job took, and how old its row's news
// is. A stale row's clocks say just that: how long it runs is not known any more.
func (v *View) clocks(l *style.Line, r *joblist.Row, stale bool, c columns) {
	width := c.updated
	if c.elapsed > 0 {
		width += c.elapsed + 1
	}
	if width == 0 {
		return
	}
	at := r.Answered
	if at.IsZero() {
		at = r.Heard
	}
	if r.End.Finished() && !r.Ended.IsZero() {
		at = r.Ended
	}
	age := ""
	if !at.IsZero() {
		age = v.clock(style.Age(v.Now.Sub(at)))
	}
	l.Space(1)
	if stale {
		if width > updatedWidth {
			l.Right(style.Warn, strings.TrimSuffix("stale "+age, " now"), width)
		} else {
			l.Right(style.Warn, "!"+leading(age), width)
		}
		return
	}
	if left := r.Answered.Add(joblist.StaleAfter).Sub(v.Now); !r.End.Finished() && left > 0 {
		v.hold(left + time.Millisecond)
	}
	if c.elapsed > 0 {
		l.Right(style.Dim, v.elapsed(r), c.elapsed).Space(1)
	}
	l.Right(style.Dim, leading(age), c.updated)
}

// leading is an age's largest unit: 3m of 3m10s.
func leading(age string) string {
	for i, c := range age {
		if c >= 'a' && c <= 'z' && age != "now" {
			return age[:i+1]
		}
	}
	return age
}

func quiet(stale bool, r style.Role) style.Role {
	if stale {
		return style.Dim
	}
	return r
}

// eta is when a live job will be ready, as far as that can be told.
func (v *View) eta(r *joblist.Row, stale bool) string {
	if r.End.Finished() || stale || r.State() == joblist.Other {
		return ""
	}
	v.hold(ForecastStep)
	return v.Forecast.Job(r.ID, v.Now).Ready.String()
}

// insteadOfETA is what stands in its column where nothing else is said of time.
func (v *View) insteadOfETA(r *joblist.Row, stale bool) (string, style.Role) {
	if stale {
		return "stale", style.Warn
	}
	return v.elapsed(r), style.Dim
}
