package detail

import (
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"example.com/jobwatch/ui/sanitize"
	"example.com/jobwatch/ui/style"
)

// page gathers lines, and until when they hold.
type page struct {
	theme *style.Theme
	now   time.Time
	width int
	lines []string
	valid time.Duration
}

func newPage(t *style.Theme, now time.Time, width int) *page {
	return &page{theme: t, now: now, width: max(width, labelWidth+8), valid: time.Hour}
}

// twoColumns is the width from which facts and history stand side by side: where
// the pane is wide it is low.
const twoColumns = 76

// columns are the pages for what comes below the headline: two halves, or the
// same page twice.
func (p *page) columns(width int) (left, right *page) {
	if width < twoColumns {
		return p, p
	}
	return newPage(p.theme, p.now, width/2-1), newPage(p.theme, p.now, width-width/2-1)
}

// join puts two columns below the headline.
func (p *page) join(left, right *page) {
	if left == p {
		return
	}
	p.valid = min(p.valid, left.valid, right.valid)
	if len(right.lines) > 0 && right.lines[0] == "" {
		right.lines = right.lines[1:] // the blank line that would set it off from the facts
	}
	for i := range max(len(left.lines), len(right.lines)) {
		l := ""
		if i < len(left.lines) {
			l = left.lines[i]
		}
		if i < len(right.lines) {
			l += strings.Repeat(" ", p.width/2+1-sanitize.Width(l)) + right.lines[i]
		}
		p.lines = append(p.lines, l)
	}
}

func (p *page) line() *style.Line { return style.NewLine(p.theme, style.Plain) }

func (p *page) add(l *style.Line) { p.lines = append(p.lines, l.String()) }

func (p *page) blank() { p.lines = append(p.lines, "") }

// text wraps untrusted text over as many lines as it needs, at most limit.
func (p *page) text(r style.Role, indent int, text string, limit int) {
	width := p.width - indent
	wrapped := p.theme.Charset.Wrap(text, width)
	for i, s := range wrapped {
		if i == limit-1 && len(wrapped) > limit {
			p.add(p.line().Space(indent).Cut(r, s+" "+p.theme.Glyphs.Ellipsis, width))
			return
		}
		p.add(p.line().Space(indent).Put(r, s))
	}
}

func (p *page) fact(label string, r style.Role, value string) {
	p.add(p.line().Put(style.Dim, label).PadTo(labelWidth).Cut(r, value, p.width-labelWidth))
}

// long is a fact that may be wider than the pane and must be readable whole.
func (p *page) long(label, value string) {
	for i, s := range p.theme.Charset.Wrap(value, p.width-labelWidth) {
		if i > 0 {
			label = ""
		}
		p.add(p.line().Put(style.Dim, label).PadTo(labelWidth).Put(style.Text, s))
	}
}

// ends is a fact of two lines at most: of a longer one, the middle is left out.
func (p *page) ends(label, value string) {
	width := p.width - labelWidth
	whole := p.theme.Charset.Line(value)
	if cells := sanitize.Width(whole); cells > 2*width {
		p.fact(label, style.Text, whole)
		p.add(p.line().Space(labelWidth).Cut(style.Text, ansi.TruncateLeft(whole, cells-width, ""), width))
		return
	}
	p.long(label, value)
}

// clock notes how long a text that shows the time stays right.
func (p *page) clock(text string, valid time.Duration) string {
	p.valid = min(p.valid, valid)
	return text
}

// when is a time of day and how long ago that was.
func (p *page) when(at time.Time) string {
	age := p.clock(style.Age(p.now.Sub(at)))
	if age == "now" {
		return p.stamp(at) + ", just now"
	}
	return p.stamp(at) + ", " + age + " ago"
}

// stamp is a local time of day, with the date when that is not today's.
func (p *page) stamp(at time.Time) string {
	at, now := at.Local(), p.now.Local()
	if at.YearDay() == now.YearDay() && at.Year() == now.Year() {
		return at.Format(time.TimeOnly)
	}
	return at.Format("Jan _2 15:04")
}
