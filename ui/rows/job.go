package rows

import (
	"strings"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/ui/joblist"
	"example.com/jobwatch/ui/style"
)

// jobRow is a job's row as it is drawn.
type jobRow struct {
	*View
	*joblist.Row
	columns columns
	stale   bool

	role         style.Role // of what the status is about
	title, about string     // the description, then what else there is to say; both untrusted
	aboutRole    style.Role
}

// job draws a job's row.
func (v *View) job(line joblist.Line, c columns, width int) *style.Line {
	shown := &v.shown
	*shown = v.Public(&line.Row.Job)
	r := jobRow{View: v, Row: line.Row, columns: c, title: shown.Answer.Description}
	r.stale = r.Stale(v.Now) && !r.Answered.IsZero() // without an answer, nothing can be old
	r.about, r.aboutRole = v.About(r.Row, shown)

	mark, marked := v.mark(r.Row)
	l := Start(v.Theme, line.Cursor, mark, marked)
	look := v.Theme.Look(shown.Answer.Status, r.End, r.Problem)
	r.role = look.Role
	word := r.word(look.Word)
	l.Put(r.role, look.Glyph).Space(1).Fit(r.role, word, c.status-2).Space(1)
	l.Fit(style.Dim, r.ShortID(), c.id).Space(1)
	if r.failedAtLength() {
		r.putText(l, c.text+c.reclaimable())
		if c.elapsed == 0 {
			r.putReady(l)
		}
	} else {
		r.putText(l, c.text)
		r.putProgress(l)
		r.putReady(l)
	}
	r.putClocks(l)
	return l.PadTo(width)
}

// word returns what the status column says, and sets the role to go with it.
func (r *jobRow) word(word string) string {
	if r.Stalled > 0 && !r.stale && !r.End.Finished() && r.State() != joblist.Other {
		age, _ := style.Age(r.Stalled)
		word, r.role = "stalled "+largestUnit(age), style.Warn
	}
	if r.stale {
		r.role = style.Dim
		if r.columns.updated == 0 { // nowhere else to say it
			word = "stale"
		}
	}
	if r.Saving {
		word = "saving"
	}
	return word
}

// failedAtLength reports whether the row says why its job failed, and needs more than the
// column of texts for that. Bytes do for cells.
func (r *jobRow) failedAtLength() bool {
	return r.End.Finished() && r.about != "" && r.aboutRole == style.Error &&
		len(r.title)+2+len(r.about) > r.columns.text
}

// putText draws the texts in width cells.
func (r *jobRow) putText(l *style.Line, width int) {
	start, role := l.Width(), style.Text
	if r.stale || r.End == job.EndedDone {
		role = style.Dim
	}
	switch {
	case r.about != "" && r.title != "":
		room := width
		if r.aboutRole != style.Dim { // what went wrong matters more than a title's end
			room = max(width-min(len(r.about), width*3/5)-2, 8)
		}
		l.Cut(role, r.title, room)
		if left := width - (l.Width() - start) - 2; left >= 6 {
			l.Space(2).Cut(r.aboutRole, r.about, left)
		}
	case r.title != "":
		l.Cut(role, r.title, width)
	default:
		l.Cut(r.aboutRole, r.about, width)
	}
	l.PadTo(start + width)
}

// putProgress draws the progress, as a bar and in percent. A waiting job has neither.
func (r *jobRow) putProgress(l *style.Line) {
	p, waits, role := r.Drawn(), r.State() == joblist.Queued, style.Text
	if bar := r.columns.bar; bar > 0 {
		l.Space(1)
		switch {
		case r.State() == joblist.Done:
			l.Bar(style.Past, p, bar)
		case p.Known() && (p > 0 || !waits):
			l.Bar(r.role, p, bar)
		case r.State() == joblist.Running || r.State() == joblist.Other:
			l.Bar(r.role, job.Unknown, bar)
		default:
			l.Space(bar)
		}
	}
	if r.stale {
		role = style.Dim
	}
	percent := style.Percent(p)
	if waits && p <= 0 {
		percent = ""
	}
	l.Space(1).Right(role, percent, r.columns.percent)
	r.hold(r.Bars.Stand(r.Row, r.columns.bar, r.Now))
}

// putReady says when a job will be ready. If there is no column for how long it runs, that
// stands here unless the other is known.
func (r *jobRow) putReady(l *style.Line) {
	text, role := "", style.Dim
	switch {
	case r.columns.eta == 0:
		return
	case !r.stale && !r.End.Finished() && r.State() != joblist.Other:
		r.hold(ForecastStep)
		text = r.Forecast.Job(r.ID, r.Now).Ready.String()
	}
	switch {
	case text != "" || r.columns.elapsed > 0:
	case r.stale:
		text, role = "stale", style.Warn
	default:
		text = r.elapsed()
	}
	l.Space(1).Right(role, text, r.columns.eta)
}

// elapsed returns how long a job ran, runs or has been waiting; "" if that was not seen.
func (r *jobRow) elapsed() string {
	from := r.Started
	if from.IsZero() && (r.End == job.EndedDone || r.End == job.EndedError) {
		return "" // it had ended before it was added
	}
	if from.IsZero() {
		from = r.Added
	}
	switch {
	case !r.Ended.IsZero():
		return style.Duration(max(r.Ended.Sub(from), 0))
	case r.End.Finished():
		return ""
	default:
		return r.clock(style.Elapsed(r.Now.Sub(from)))
	}
}

// putClocks draws the last columns: how long the job took, and how old its row is. How long
// a stale job runs is not known any more.
func (r *jobRow) putClocks(l *style.Line) {
	width := r.columns.updated
	if r.columns.elapsed > 0 {
		width += r.columns.elapsed + 1
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
		age = r.clock(style.Age(r.Now.Sub(at)))
	}
	l.Space(1)
	switch {
	case r.stale && width > updatedWidth:
		l.Right(style.Warn, strings.TrimSuffix("stale "+age, " now"), width)
		return
	case r.stale:
		l.Right(style.Warn, "!"+largestUnit(age), width)
		return
	}
	if left := r.Answered.Add(joblist.StaleAfter).Sub(r.Now); !r.End.Finished() && left > 0 {
		r.hold(left + time.Millisecond)
	}
	if r.columns.elapsed > 0 {
		l.Right(style.Dim, r.elapsed(), r.columns.elapsed).Space(1)
	}
	l.Right(style.Dim, largestUnit(age), r.columns.updated)
}

// largestUnit returns the beginning of an age: 3m of 3m10s.
func largestUnit(age string) string {
	for i, c := range age {
		if c >= 'a' && c <= 'z' && age != "now" {
			return age[:i+1]
		}
	}
	return age
}
