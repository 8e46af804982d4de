package rows

import (
	"strconv"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/ui/joblist"
	"example.com/jobwatch/ui/style"
)

// batch draws a batch's header row. Its bar and its forecast stand in the rows' columns.
func (v *View) batch(line joblist.Line, c columns, width int) *style.Line {
	b, g := line.Batch, &v.Theme.Glyphs
	fold, mark := g.Open, ""
	if b.Folded {
		fold = g.Folded
		if b.Counts.Selected > 0 {
			mark = g.Marked
		}
	}
	l := Start(v.Theme, line.Cursor, mark, style.Accent).Put(style.Dim, fold).Space(1)

	failed := ""
	if n := b.Counts.Failed(); n > 0 {
		failed = g.Error + strconv.Itoa(n) + "  "
	}
	count := strconv.Itoa(b.Counts.Finished()) + "/" + strconv.Itoa(b.Counts.Total)
	if b.Matched < b.Counts.Total {
		count = strconv.Itoa(b.Matched) + " shown  " + count
	}
	end := Gutter + c.status + 1 + c.id + 1 + c.text
	room := end - l.Width() - len([]rune(failed)) - len(count) - 2
	l.Cut(style.Strong, b.Name, room)
	l.PadTo(end - len([]rune(failed)) - len(count))
	l.Put(style.Error, failed).Put(style.Text, count)

	progress := job.Progress(b.Counts.Progress())
	switch {
	case c.bar == 0:
	case b.Counts.Live() == 0:
		l.Space(1).Ended(b.Counts.Failed(), b.Counts.Total, c.bar)
	default:
		l.Space(1).Bar(style.Accent, progress, c.bar)
	}
	l.Space(1).Right(style.Text, style.Percent(progress), c.percent)
	if c.eta > 0 && b.Counts.Live() > 0 {
		estimate := v.Forecast.Batch(b.ID, v.Now)
		v.hold(ForecastStep)
		l.Space(1).Right(style.Dim, estimate.String(), c.eta)
	}
	return l.PadTo(width)
}

// ForecastStep is how often forecasts are refreshed while nothing else happens.
const ForecastStep = 5 * time.Second
