package jobview

import (
	"math"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"example.com/jobwatch/ui/forecast"
	"example.com/jobwatch/ui/sanitize"
	"example.com/jobwatch/ui/style"
)

// page gathers lines of a width.
type page struct {
	*View
	width int
	lines []string
}

// labelWidth is the width of the column of labels.
const labelWidth = 12

func (v *View) page(width int) *page { return &page{View: v, width: max(width, labelWidth+8)} }

// beside draws two parts side by side, or one below the other where there is no room.
func (p *page) beside(left, right func(*page)) {
	if p.width < 76 { // where the pane is wider it is low
		left(p)
		right(p)
		return
	}
	l, r := p.page(p.width/2-1), p.page(p.width-p.width/2-1)
	left(l)
	right(r)
	if len(r.lines) > 0 && r.lines[0] == "" {
		r.lines = r.lines[1:] // the blank line that would set it off from the facts
	}
	for len(l.lines) < len(r.lines) {
		l.blank()
	}
	for i, line := range l.lines {
		if i < len(r.lines) {
			line += strings.Repeat(" ", p.width/2+1-sanitize.Width(line)) + r.lines[i]
		}
		p.lines = append(p.lines, line)
	}
}

func (p *page) line() *style.Line { return style.NewLine(p.Theme, style.Plain) }

func (p *page) add(l *style.Line) { p.lines = append(p.lines, l.String()) }

func (p *page) blank() { p.lines = append(p.lines, "") }

// heading begins a part with a blank line and a title.
func (p *page) heading(r style.Role, title string) {
	p.blank()
	p.text("", 0, r, title, 2)
}

// text wraps untrusted text behind a label over as many lines as it needs, at most limit.
func (p *page) text(label string, indent int, r style.Role, text string, limit int) {
	width := p.width - indent
	wrapped := p.Theme.Charset.Wrap(text, width)
	if len(wrapped) > limit {
		wrapped = wrapped[:limit]
		wrapped[limit-1] = p.Theme.Charset.Cut(wrapped[limit-1]+" "+p.Theme.Ellipsis, width)
	}
	for i, s := range wrapped {
		if i > 0 {
			label = ""
		}
		p.add(p.line().Put(style.Dim, label).PadTo(indent).Put(r, s))
	}
}

// long is a fact that may be wider than the pane and must be readable whole.
func (p *page) long(label, value string) { p.text(label, labelWidth, style.Text, value, math.MaxInt) }

// fact is a line at most; none without a value.
func (p *page) fact(label string, r style.Role, value string) {
	if value != "" {
		p.add(p.line().Put(style.Dim, label).PadTo(labelWidth).Cut(r, value, p.width-labelWidth))
	}
}

// ends is a fact of two lines at most: of a longer one, the middle is left out.
func (p *page) ends(label, value string) {
	width := p.width - labelWidth
	whole := p.Theme.Charset.Line(value)
	if cells := sanitize.Width(whole); cells > 2*width {
		p.fact(label, style.Text, whole)
		p.add(p.line().Space(labelWidth).Cut(style.Text, ansi.TruncateLeft(whole, cells-width, ""), width))
		return
	}
	p.long(label, value)
}

// ready says when something will be ready.
func (p *page) ready(e forecast.Estimate) {
	p.fact("Ready", style.Text, e.WithClock(p.Now.Local()))
	if likely := e.Range(); likely != "" {
		p.fact("", style.Dim, "likely "+likely)
	}
}

// chart draws values over a span of time, from 0 to top, or to their largest if top is 0.
func (p *page) chart(values []float64, top float64, from, to time.Time) {
	p.add(p.line().Put(style.Accent, forecast.Sparkline(values, top, p.Theme.Charset == sanitize.ASCII)))
	first, last := p.stamp(from), p.stamp(to)
	p.add(p.line().Put(style.Dim, first).Right(style.Dim, last, max(len(values)-len(first), len(last)+1)))
}

// when is a time of day and how long ago that was.
func (p *page) when(at time.Time) string {
	return p.stamp(at) + ", " + strings.Replace(p.ago(at), "now", "just now", 1)
}

// ago is how long ago something was.
func (p *page) ago(at time.Time) string {
	return strings.Replace(p.clock(style.Age(p.Now.Sub(at)))+" ago", "now ago", "now", 1)
}

// stamp is a local time of day, with the date when that is not today's.
func (p *page) stamp(at time.Time) string {
	at, now := at.Local(), p.Now.Local()
	if at.YearDay() == now.YearDay() && at.Year() == now.Year() {
		return at.Format(time.TimeOnly)
	}
	return at.Format("Jan _2 15:04")
}
