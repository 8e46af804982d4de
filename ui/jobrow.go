package ui

import (
	"strings"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/ui/joblist"
	"example.com/jobwatch/ui/style"
)

// jobLine draws a job's row.
func (m *Model) jobLine(line joblist.Line, c columns, width int) *style.Line {
	r := line.Row
	look := m.theme.Look(m.public(&r.Job).Answer.Status, r.End, r.Problem)
	stale := r.Stale(m.now) && !r.Answered.IsZero() // what was never told can't be old
	l := style.NewLine(m.theme, ground(line.Cursor))
	mark, marked := m.mark(r)
	m.gutter(l, line.Cursor, mark, marked)

	word, role := look.Word, look.Role
	if span, stalled := m.oracle.Stalled(r.ID); stalled && !stale && !r.End.Finished() && r.State() != joblist.Other {
		age, _ := style.Age(span)
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
	words := m.words(r, stale)
	if words.wrong() && r.End.Finished() && words.longerThan(c.text) {
		words.put(l, c.text+c.past())
		if c.elapsed == 0 {
			m.readyOrTime(l, r, stale, c)
		}
	} else {
		words.put(l, c.text)
		m.progress(l, r, role, stale, c)
		m.readyOrTime(l, r, stale, c)
	}
	m.clocks(l, r, stale, c)
	return l.PadTo(width)
}

// past is what the columns take that say nothing of a job that has failed, but how far
// it came: there, why it failed runs on.
func (c columns) past() int {
	width := 1 + c.percent
	if c.bar > 0 {
		width += 1 + c.bar
	}
	if c.eta > 0 && c.elapsed > 0 { // else it says how long that took
		width += 1 + c.eta
	}
	return width
}

// words are a row's text: the description, then what the status is about.
type words struct {
	title, about         string // untrusted
	titleRole, aboutRole style.Role
}

func (m *Model) words(r *joblist.Row, stale bool) words {
	role := style.Text
	if stale || r.End == job.EndedDone {
		role = style.Dim
	}
	j := m.public(&r.Job)
	about, aboutRole := causeOf(&j), style.Error
	if about == "" {
		about, aboutRole = m.fileNote(r)
	}
	if about == "" && r.Problem != nil {
		about, aboutRole = m.problem(r).Reason, style.Warn
	}
	if about == "" && r.State() == joblist.Other {
		about, aboutRole = style.UnknownStatus, style.Warn
	}
	if about == "" && !r.End.Finished() {
		about, aboutRole = j.Answer.Meta, style.Dim
	}
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
func (m *Model) progress(l *style.Line, r *joblist.Row, role style.Role, stale bool, c columns) {
	if c.bar > 0 {
		l.Space(1)
		m.jobBar(l, r, role, c.bar)
	}
	l.Space(1).Right(quiet(stale, style.Text), percent(r), c.percent)
	m.holdBar(r, c.bar)
}

// readyOrTime says when a job will be ready; how long it runs, where there is room for
// one of both only.
func (m *Model) readyOrTime(l *style.Line, r *joblist.Row, stale bool, c columns) {
	if c.eta == 0 {
		return
	}
	text, role := m.eta(r, stale)
	if text == "" && c.elapsed == 0 {
		text, role = m.insteadOfETA(r, stale)
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
func (m *Model) jobBar(l *style.Line, r *joblist.Row, role style.Role, width int) {
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
func (m *Model) elapsed(r *joblist.Row) string {
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
		return m.clock(style.Elapsed(m.now.Sub(from)))
	}
	return style.Duration(max(to.Sub(from), 0))
}

// clocks are the last columns: how long the job took, and how old its row's news
// is. A stale row's clocks say just that: how long it runs is not known any more.
func (m *Model) clocks(l *style.Line, r *joblist.Row, stale bool, c columns) {
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
		age = m.clock(style.Age(m.now.Sub(at)))
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
	if left := r.Answered.Add(joblist.StaleAfter).Sub(m.now); !r.End.Finished() && left > 0 {
		m.hold(left + time.Millisecond)
	}
	if c.elapsed > 0 {
		l.Right(style.Dim, m.elapsed(r), c.elapsed).Space(1)
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

// clock notes how long a text stays right.
func (m *Model) clock(text string, valid time.Duration) string {
	m.hold(valid)
	return text
}

func quiet(stale bool, r style.Role) style.Role {
	if stale {
		return style.Dim
	}
	return r
}

// eta is when a live job will be ready, as far as that can be told.
func (m *Model) eta(r *joblist.Row, stale bool) (string, style.Role) {
	if r.End.Finished() || stale || r.State() == joblist.Other {
		return "", style.Dim
	}
	ready := m.oracle.Job(r.ID, m.now).Ready
	m.hold(etaStep)
	return ready.String(), etaRole(ready)
}

// insteadOfETA is what stands in its column where nothing else is said of time.
func (m *Model) insteadOfETA(r *joblist.Row, stale bool) (string, style.Role) {
	if stale {
		return "stale", style.Warn
	}
	return m.elapsed(r), style.Dim
}
