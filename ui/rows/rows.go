// Package rows draws the list of jobs and batches, a row each.
package rows

import (
	"time"

	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/forecast"
	"example.com/jobwatch/ui/joblist"
	"example.com/jobwatch/ui/style"
)

// View draws the rows of a list.
type View struct {
	Theme    *style.Theme
	List     *joblist.List
	Forecast *forecast.Forecaster
	Now      time.Time
	Bars     Bars

	Public func(*store.Job) store.Job // what may be shown of a job
	// About returns what there is to say of a job besides its description. In the role
	// Error it says what went wrong.
	About func(*joblist.Row, *store.Job) (string, style.Role)

	shown store.Job // what may be shown of the job that is drawn; here, it costs no memory
	valid time.Duration
}

// Lines draws the visible rows in exactly height lines, below the headings of their columns
// if these are wanted. The result stays right for a while if nothing happens to the list.
func (v *View) Lines(width, height int, headings, scrollbar bool) (out []string, valid time.Duration) {
	v.valid = time.Hour
	lines := v.List.Lines()
	out = make([]string, 0, 1+height)
	var bar []string
	if scrollbar {
		bar = Scrollbar(v.Theme, v.List, height)
	}
	text := width
	if bar != nil {
		text--
	}
	cols := divide(text, idWidth(lines))
	if headings {
		out = append(out, v.headings(cols).PadTo(width).String())
	}
	for i := range height {
		var l *style.Line
		switch {
		case i >= len(lines):
			l = style.NewLine(v.Theme, style.Plain).Space(text)
		case lines[i].Row == nil:
			l = v.batch(lines[i], cols, text)
		default:
			l = v.job(lines[i], cols, text)
		}
		if bar != nil {
			l.Put(style.Dim, bar[i])
		}
		out = append(out, l.String())
	}
	return out, v.valid
}

// hold notes how long something that is drawn stays right.
func (v *View) hold(d time.Duration) { v.valid = min(v.valid, d) }

// clock notes how long a text stays right.
func (v *View) clock(text string, valid time.Duration) string {
	v.hold(valid)
	return text
}

// idWidth is the width of the ID column: as wide as the longest visible one, so
// that it only changes where two IDs collide.
func idWidth(lines []joblist.Line) int {
	width := shortID
	for _, line := range lines {
		if line.Row != nil {
			width = max(width, line.Row.ShortLen())
		}
	}
	return min(width, len("01890a5d-ac96-774b")) // as long as IDs of version 7 made within a minute need
}

// Scrollbar returns a column that shows which part of the list is on the screen; nil if all
// of it is.
func Scrollbar(t *style.Theme, l *joblist.List, height int) []string {
	top, total := l.Position().Top, l.Position().Total
	if total <= height || height < 3 {
		return nil
	}
	size := max(height*height/total, 1)
	at := (height - size) * top / (total - height)
	bar := make([]string, height)
	for i := range bar {
		bar[i] = " "
		if i >= at && i < at+size {
			bar[i] = t.Glyphs.Thumb
		}
	}
	return bar
}

// Start starts a line, with the cursor if it is there and the row's mark, if it has one. They
// take [Gutter] cells.
func Start(t *style.Theme, cursor bool, mark string, r style.Role) *style.Line {
	l := style.NewLine(t, style.Plain)
	if cursor {
		l = style.NewLine(t, style.Selected).Put(style.Accent, t.Glyphs.Cursor)
	} else {
		l.Space(1)
	}
	if mark == "" {
		return l.Space(1)
	}
	return l.Put(r, mark)
}

// mark returns a row's mark: selected, or ended and not looked at yet. Only failures call
// for a look.
func (v *View) mark(r *joblist.Row) (string, style.Role) {
	switch {
	case r.Selected:
		return v.Theme.Glyphs.Marked, style.Accent
	case !r.News:
		return "", style.Text
	case r.State().Failed():
		return v.Theme.Glyphs.News, style.Warn
	default:
		return v.Theme.Glyphs.News, style.Dim
	}
}
