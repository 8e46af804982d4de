package ui

import (
	"strconv"
	"strings"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/ui/draw"
	"example.com/jobwatch/ui/forecast"
	"example.com/jobwatch/ui/jobs"
	"example.com/jobwatch/ui/theme"
)

// rows draws the visible lines of the list, exactly as many as it has height, below
// the headings of its columns.
func (m *Model) rows() []string {
	width, height := m.layout.listWidth, m.layout.listHeight
	lines := m.list.Lines()
	out := make([]string, 0, m.layout.headings+height)
	bar := m.scrollbar(height)
	if m.layout.beside {
		bar = nil // it is part of the rule beside the list
	}
	text := width
	if bar != nil {
		text--
	}
	cols := divide(text, m.idWidth(lines))
	if m.layout.headings > 0 {
		out = append(out, m.headings(cols).PadTo(width).String())
	}
	for i, line := range lines {
		var l *draw.Line
		if line.Row == nil {
			l = m.batchLine(line, cols, text)
		} else {
			l = m.jobLine(line, cols, text)
		}
		if bar != nil {
			l.Put(theme.Dim, bar[i])
		}
		out = append(out, l.String())
	}
	for i := len(lines); i < height; i++ {
		l := draw.NewLine(m.theme, theme.Plain).Space(text)
		if bar != nil {
			l.Put(theme.Dim, bar[i])
		}
		out = append(out, l.String())
	}
	return out
}

// idWidth is the width of the ID column: as wide as the longest visible one, so
// that it only changes where two IDs collide.
func (m *Model) idWidth(lines []jobs.Line) int {
	width := shortID
	for _, line := range lines {
		if line.Row != nil {
			width = max(width, line.Row.ShortLen())
		}
	}
	return min(width, len("01890a5d-ac96-774b")) // as long as IDs of version 7 made within a minute need
}

// scrollbar is a column that shows which part of the list is on the screen; nil
// when all of it is.
func (m *Model) scrollbar(height int) []string {
	top, total := m.list.Position().Top, m.list.Position().Total
	if total <= height || height < 3 {
		return nil
	}
	size := max(height*height/total, 1)
	at := (height - size) * top / (total - height)
	bar := make([]string, height)
	for i := range bar {
		bar[i] = " "
		if i >= at && i < at+size {
			bar[i] = m.theme.Glyphs.Thumb
		}
	}
	return bar
}

// gutter starts a line: where the cursor is, and the row's marks.
func (m *Model) gutter(l *draw.Line, cursor, selected, news bool) {
	g := &m.theme.Glyphs
	if cursor {
		l.Put(theme.Accent, g.Cursor)
	} else {
		l.Space(1)
	}
	switch {
	case selected:
		l.Put(theme.Accent, g.Marked)
	case news:
		l.Put(theme.Warn, g.News)
	default:
		l.Space(1)
	}
}

func ground(cursor bool) theme.Ground {
	if cursor {
		return theme.Selected
	}
	return theme.Plain
}

// jobLine draws a job's row.
func (m *Model) jobLine(line jobs.Line, c columns, width int) *draw.Line {
	r := line.Row
	look := m.theme.Look(m.public(&r.Job).Answer.Status, r.End, r.Problem)
	stale := r.Stale(m.now) && !r.Answered.IsZero() // what was never told can't be old
	l := draw.NewLine(m.theme, ground(line.Cursor))
	m.gutter(l, line.Cursor, r.Selected, r.News)

	word, role := look.Word, look.Role
	if span, stalled := m.oracle.Stalled(r.ID); stalled && !stale && !r.End.Finished() {
		age, _ := draw.Age(span)
		word, role = "stalled "+leading(age), theme.Warn
	}
	if stale {
		role = theme.Dim
		if c.updated == 0 { // nowhere else to say it
			word = "stale"
		}
	}
	if r.Saving {
		word = "saving"
	}
	l.Put(role, look.Glyph).Space(1).Fit(role, word, c.status-2).Space(1)
	var id [36]byte
	l.Fit(theme.Dim, string(r.AppendShortID(id[:0])), c.id).Space(1)
	m.words(l, r, stale, c.text)

	if c.bar > 0 {
		l.Space(1)
		m.jobBar(l, r, role, c.bar)
	}
	l.Space(1).Right(quiet(stale, theme.Text), percent(r), c.percent)
	m.holdBar(r, c.bar)
	if c.eta > 0 {
		text, role := m.eta(r, stale)
		if text == "" && c.elapsed == 0 {
			text, role = m.insteadOfETA(r, stale)
		}
		l.Space(1).Right(role, text, c.eta)
	}
	m.clocks(l, r, stale, c)
	return l.PadTo(width)
}

// words are a row's text: the description, then what the status is about.
func (m *Model) words(l *draw.Line, r *jobs.Row, stale bool, width int) {
	role := theme.Text
	if stale || r.End == job.EndedDone {
		role = theme.Dim
	}
	start := l.Width()
	j := m.public(&r.Job)
	title := j.Answer.Description
	about, aboutRole := causeOf(&j), theme.Error
	if about == "" {
		about, aboutRole = m.fileNote(r)
	}
	if about == "" && r.Problem != nil {
		about, aboutRole = m.problem(r).Reason, theme.Warn
	}
	if about == "" && !r.End.Finished() {
		about, aboutRole = j.Answer.Meta, theme.Dim
	}
	switch {
	case about != "" && title != "":
		room := width
		if aboutRole != theme.Dim { // what went wrong matters more than a title's end
			room = max(width-min(len(about), width/2)-2, 8)
		}
		l.Cut(role, title, room)
		if left := width - (l.Width() - start) - 2; left >= 6 {
			l.Space(2).Cut(aboutRole, about, left)
		}
	case title != "":
		l.Cut(role, title, width)
	default:
		l.Cut(aboutRole, about, width)
	}
	l.PadTo(start + width)
}

// percent is a row's progress in words; a job that waits has none.
func percent(r *jobs.Row) string {
	if p := r.Drawn(); p > 0 || r.State() != jobs.Queued {
		return draw.Percent(p)
	}
	return ""
}

// jobBar draws a row's bar. A job that waits has none: there is nothing to show.
func (m *Model) jobBar(l *draw.Line, r *jobs.Row, role theme.Role, width int) {
	switch p := r.Drawn(); {
	case r.State() == jobs.Done:
		l.Bar(theme.Past, p, width)
	case p.Known() && (p > 0 || r.State() != jobs.Queued):
		l.Bar(role, p, width)
	case r.State() == jobs.Running || r.State() == jobs.Other:
		l.Bar(role, job.Unknown, width)
	default:
		l.Space(width)
	}
}

// elapsed is how long a job ran, or runs, or has been waiting; "" where nobody saw it.
func (m *Model) elapsed(r *jobs.Row) string {
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
		return m.clock(draw.Elapsed(m.now.Sub(from)))
	}
	return draw.Duration(max(to.Sub(from), 0))
}

// clocks are the last columns: how long the job took, and how old its row's news
// is. A stale row's clocks say just that: how long it runs is not known any more.
func (m *Model) clocks(l *draw.Line, r *jobs.Row, stale bool, c columns) {
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
		age = m.clock(draw.Age(m.now.Sub(at)))
	}
	l.Space(1)
	if stale {
		if width > updatedWidth {
			l.Right(theme.Warn, strings.TrimSuffix("stale "+age, " now"), width)
		} else {
			l.Right(theme.Warn, "!"+leading(age), width)
		}
		return
	}
	if left := r.Answered.Add(jobs.StaleAfter).Sub(m.now); !r.End.Finished() && left > 0 {
		m.hold(left + time.Millisecond)
	}
	if c.elapsed > 0 {
		l.Right(theme.Dim, m.elapsed(r), c.elapsed).Space(1)
	}
	l.Right(theme.Dim, leading(age), c.updated)
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

func quiet(stale bool, r theme.Role) theme.Role {
	if stale {
		return theme.Dim
	}
	return r
}

// batchLine draws a batch's header row. Its bar and its forecast stand in the rows' columns.
func (m *Model) batchLine(line jobs.Line, c columns, width int) *draw.Line {
	b, g := line.Batch, &m.theme.Glyphs
	l := draw.NewLine(m.theme, ground(line.Cursor))
	m.gutter(l, line.Cursor, false, false)
	fold := g.Open
	if b.Folded {
		fold = g.Folded
	}
	l.Put(theme.Dim, fold).Space(1)

	failed := ""
	if n := b.Counts.Failed(); n > 0 {
		failed = g.Error + strconv.Itoa(n) + "  "
	}
	count := strconv.Itoa(b.Counts.Finished()) + "/" + strconv.Itoa(b.Counts.Total)
	if b.Matched < b.Counts.Total {
		count = strconv.Itoa(b.Matched) + " shown  " + count
	}
	end := gutterWidth + c.status + 1 + c.id + 1 + c.text
	room := end - l.Width() - len([]rune(failed)) - len(count) - 2
	l.Cut(theme.Strong, b.Name, room)
	l.PadTo(end - len([]rune(failed)) - len(count))
	l.Put(theme.Error, failed).Put(theme.Text, count)

	progress := job.Progress(b.Counts.Progress())
	switch {
	case c.bar == 0:
	case b.Counts.Live() == 0:
		l.Space(1).Ended(b.Counts.Failed(), b.Counts.Total, c.bar)
	default:
		l.Space(1).Bar(theme.Accent, progress, c.bar)
	}
	l.Space(1).Right(theme.Text, draw.Percent(progress), c.percent)
	if c.eta > 0 && b.Counts.Live() > 0 {
		estimate := m.oracle.Batch(b.ID, m.now)
		m.hold(etaStep)
		l.Space(1).Right(etaRole(estimate), estimate.String(), c.eta)
	}
	return l.PadTo(width)
}

// etaStep is how often forecasts are made anew while nothing else happens.
const etaStep = 5 * time.Second

// eta is when a live job will be ready, as far as that can be told.
func (m *Model) eta(r *jobs.Row, stale bool) (string, theme.Role) {
	if r.End.Finished() || stale {
		return "", theme.Dim
	}
	ready := m.oracle.Job(r.ID, m.now).Ready
	m.hold(etaStep)
	return ready.String(), etaRole(ready)
}

// insteadOfETA is what stands in its column where nothing else is said of time.
func (m *Model) insteadOfETA(r *jobs.Row, stale bool) (string, theme.Role) {
	if stale {
		return "stale", theme.Warn
	}
	return m.elapsed(r), theme.Dim
}

func etaRole(e forecast.Estimate) theme.Role {
	if e.Overdue {
		return theme.Warn
	}
	return theme.Dim
}
