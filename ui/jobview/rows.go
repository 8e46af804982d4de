package jobview

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/ui/joblist"
	"example.com/jobwatch/ui/style"
)

// Rows draws the visible rows of a list in exactly height lines, below the headings of their
// columns if these are wanted.
func (v *View) Rows(list *joblist.List, width, height int, headings, scrollbar bool) []string {
	lines := list.Lines()
	var bar []string
	if scrollbar {
		bar = Scrollbar(v.Theme, list, height)
	}
	text := width - min(len(bar), 1)
	c := divide(text, lines)
	out := make([]string, 0, 1+height)
	if headings {
		out = append(out, v.headings(list.Sort(), c).PadTo(width).String())
	}
	for i := range height {
		l := style.NewLine(v.Theme, style.Plain)
		if i < len(lines) && lines[i].Row == nil {
			l = v.batchRow(lines[i], c)
		} else if i < len(lines) {
			l = v.jobRow(lines[i], c)
		}
		l.PadTo(text)
		if bar != nil {
			l.Put(style.Dim, bar[i])
		}
		out = append(out, l.String())
	}
	return out
}

// Scrollbar returns a column that shows which part of the list is on the screen; nil if all
// of it is.
func Scrollbar(t *style.Theme, l *joblist.List, height int) []string {
	top, total := l.Position()
	if total <= height || height < 3 {
		return nil
	}
	size := max(height*height/total, 1)
	at := (height - size) * top / (total - height)
	bar := slices.Repeat([]string{" "}, height)
	for i := range size {
		bar[min(at+i, height-1)] = t.Thumb
	}
	return bar
}

// Start starts a line, with the cursor if it is there and the row's mark, if it has one. They
// take gutter cells.
func Start(t *style.Theme, cursor bool, mark string, r style.Role) *style.Line {
	l := style.NewLine(t, style.Plain)
	if cursor {
		l = style.NewLine(t, style.Selected).Put(style.Accent, t.Cursor)
	}
	return l.PadTo(1).Put(r, mark).PadTo(gutter)
}

// batchRow draws a batch's header. Its bar and its forecast stand in the rows' columns.
func (v *View) batchRow(line joblist.Line, c columns) *style.Line {
	b, g := line.Batch, &v.Theme.Glyphs
	fold, mark := g.Open, ""
	if b.Folded {
		fold = g.Folded
		if b.Counts.Selected > 0 {
			mark = g.Marked
		}
	}
	failed := ""
	if n := b.Counts.Failed(); n > 0 {
		failed = g.Error + strconv.Itoa(n) + "  "
	}
	count := strconv.Itoa(b.Counts.Finished()) + "/" + strconv.Itoa(b.Counts.Total)
	if b.Matched < b.Counts.Total {
		count = strconv.Itoa(b.Matched) + " shown  " + count
	}
	l := Start(v.Theme, line.Cursor, mark, style.Accent).Put(style.Dim, fold).Space(1)
	end := gutter + c.status + 1 + c.id + 1 + c.text - len([]rune(failed)) - len(count)
	l.Cut(style.Strong, b.Name, end-l.Width()-2).PadTo(end).Put(style.Error, failed).Put(style.Text, count)
	if c.bar > 0 {
		putBatchBar(l.Space(1), &b.Counts, c.bar)
	}
	cell(l, style.Text, style.Percent(job.Progress(b.Counts.Progress())), c.percent)
	if b.Counts.Live() > 0 {
		v.Hold(ForecastStep)
		cell(l, style.Dim, v.Forecast.Batch(b.ID, v.Now).String(), c.eta)
	}
	return l
}

// jobRow draws a job's row.
func (v *View) jobRow(line joblist.Line, c columns) *style.Line {
	f := v.facts(line.Row)
	mark, marked := v.mark(f.row)
	role, word := f.look.Role, f.look.Word
	if f.row.Stalled > 0 && !f.stale && !f.End.Finished() && f.state != joblist.Other {
		age, _ := style.Age(f.row.Stalled)
		role, word = style.Warn, "stalled "+largestUnit(age)
	}
	if f.stale {
		role = style.Dim
		if c.updated == 0 { // nowhere else to say it
			word = "stale"
		}
	}
	if f.row.Saving {
		word = "saving"
	}
	l := Start(v.Theme, line.Cursor, mark, marked)
	l.Put(role, f.look.Glyph).Space(1).Fit(role, word, c.status-2).Space(1)
	l.Fit(style.Dim, f.row.ShortID(), c.id).Space(1)

	about, aboutRole := v.about(f)
	title := f.Answer.Description
	// Why a job failed takes the columns that mean nothing for it. Bytes do for cells.
	if f.End.Finished() && about != "" && aboutRole == style.Error && len(title)+2+len(about) > c.text {
		taken := []*int{&c.percent, &c.bar}
		if c.elapsed > 0 { // else the other says how long that took
			taken = append(taken, &c.eta)
		}
		for _, column := range taken {
			if *column > 0 {
				c.text += 1 + *column
				*column = 0
			}
		}
	}
	v.putTexts(l, f, about, aboutRole, c.text)
	v.putProgress(l, f, role, c)
	v.putReady(l, f, c)
	v.putClocks(l, f, c)
	return l
}

// cell draws a text at the right of a column, if the row has that.
func cell(l *style.Line, r style.Role, text string, width int) {
	if width > 0 {
		l.Space(1).Right(r, text, width)
	}
}

// mark returns a row's mark: selected, or ended and not looked at yet. Only failures call
// for a look.
func (v *View) mark(r *joblist.Row) (string, style.Role) {
	switch {
	case r.Selected:
		return v.Theme.Marked, style.Accent
	case r.News && r.State().Failed():
		return v.Theme.News, style.Warn
	case r.News:
		return v.Theme.News, style.Dim
	}
	return "", style.Text
}

// putTexts draws a job's description and what else there is to say, in width cells.
func (v *View) putTexts(l *style.Line, f *facts, about string, aboutRole style.Role, width int) {
	end, role := l.Width()+width, style.Text
	if f.stale || f.End == job.EndedDone {
		role = style.Dim
	}
	switch title := f.Answer.Description; {
	case title == "":
		l.Cut(aboutRole, about, width)
	case about != "" && aboutRole != style.Dim: // what went wrong matters more than a title's end
		width = max(width-min(len(about), width*3/5)-2, 8)
		fallthrough
	default:
		l.Cut(role, title, width)
		if left := end - l.Width() - 2; left >= 6 {
			l.Space(2).Cut(aboutRole, about, left)
		}
	}
	l.PadTo(end)
}

// putProgress draws the progress, as a bar and in percent. A waiting job has neither.
func (v *View) putProgress(l *style.Line, f *facts, role style.Role, c columns) {
	p := f.row.Drawn()
	if f.state == joblist.Queued && p <= 0 {
		p = job.Unknown
	}
	if c.bar > 0 {
		l.Space(1)
		end := l.Width() + c.bar
		if f.state == joblist.Done {
			role = style.Past
		}
		if p.Known() || f.state == joblist.Running || f.state == joblist.Other {
			l.Bar(role, p, c.bar)
		}
		l.PadTo(end)
	}
	role = style.Text
	if f.stale {
		role = style.Dim
	}
	cell(l, role, style.Percent(p), c.percent)
	v.holdBar(f, c.bar)
}

// putReady says when a job will be ready. If there is no column for how long it runs, that
// stands here unless the other is known.
func (v *View) putReady(l *style.Line, f *facts, c columns) {
	if c.eta == 0 {
		return
	}
	text, role := "", style.Dim
	switch {
	case f.stale && c.elapsed == 0:
		text, role = "stale", style.Warn
	case !f.stale && !f.End.Finished() && f.state != joblist.Other:
		v.Hold(ForecastStep)
		text = v.Forecast.Job(f.ID, v.Now).Ready.String()
	}
	if text == "" && c.elapsed == 0 {
		text = v.elapsed(f)
	}
	cell(l, role, text, c.eta)
}

// elapsed returns how long a job ran, runs or has been waiting; "" if that was not seen.
func (v *View) elapsed(f *facts) string {
	from := cmp.Or(f.Started, f.Added)
	switch {
	case f.Started.IsZero() && (f.End == job.EndedDone || f.End == job.EndedError):
		return "" // it had ended before it was added
	case !f.Ended.IsZero():
		return style.Duration(f.Ended.Sub(from))
	case f.End.Finished():
		return ""
	default:
		return v.clock(style.Elapsed(v.Now.Sub(from)))
	}
}

// putClocks draws the last columns: how long the job took, and how old its row is. How long
// a stale job runs is not known any more.
func (v *View) putClocks(l *style.Line, f *facts, c columns) {
	if c.updated == 0 {
		return
	}
	at := cmp.Or(f.Answered, f.row.Heard)
	if f.End.Finished() {
		at = cmp.Or(f.Ended, at)
	}
	age := ""
	if !at.IsZero() {
		age = v.clock(style.Age(v.Now.Sub(at)))
	}
	if left := f.Answered.Add(joblist.StaleAfter).Sub(v.Now); !f.stale && !f.End.Finished() && left > 0 {
		v.Hold(left + time.Millisecond)
	}
	switch {
	case f.stale && c.elapsed > 0:
		cell(l, style.Warn, strings.TrimSuffix("stale "+age, " now"), c.elapsed+1+c.updated)
	case f.stale:
		cell(l, style.Warn, "!"+largestUnit(age), c.updated)
	default:
		cell(l, style.Dim, v.elapsed(f), c.elapsed)
		cell(l, style.Dim, largestUnit(age), c.updated)
	}
}

// largestUnit returns the beginning of an age: 3m of 3m10s.
func largestUnit(age string) string {
	end := strings.IndexAny(age, "smhd") + 1
	if end == 0 { // now
		return age
	}
	return age[:end]
}
