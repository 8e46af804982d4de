package ui

import (
	"fmt"
	"math"
	"strings"
	"time"

	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/detail"
	"example.com/jobwatch/ui/joblist"
	"example.com/jobwatch/ui/rows"
	"example.com/jobwatch/ui/style"
	"example.com/jobwatch/ui/terminal"
)

// View is the frame that the last Update drew: drawing there tells Update until
// when the clocks on it stay right, and so when to wake up next.
func (m *Model) View() string { return m.frame }

// draw makes the whole screen: exactly height lines, each exactly width cells
// or less, joined by newlines.
func (m *Model) draw() string {
	m.cursor = terminal.Cursor{}
	if m.layout.tooSmall() {
		return m.tooSmall()
	}
	lines := make([]string, 0, m.layout.height)
	lines = append(lines, m.header())
	lines = append(lines, m.body()...)
	if m.prompt.Open() && m.note.shows(m.now) { // the footer is taken
		lines[len(lines)-1] = style.NewLine(m.theme, style.Plain).Space(1).
			Cut(m.note.role, m.note.text, m.layout.width-2).String()
	}
	lines = append(lines, m.footer())
	return strings.Join(lines, "\n")
}

// tooSmall says what size the screen has and what it needs.
func (m *Model) tooSmall() string {
	l := style.NewLine(m.theme, style.Plain)
	for _, text := range []string{
		fmt.Sprintf("%dx%d is too small: jobwatch needs %dx%d", m.layout.width, m.layout.height, minWidth, minHeight),
		fmt.Sprintf("%dx%d, needs %dx%d", m.layout.width, m.layout.height, minWidth, minHeight),
		fmt.Sprintf("needs %dx%d", minWidth, minHeight),
		"small",
	} {
		if len(text) <= m.layout.width {
			return l.Put(style.Warn, text).String()
		}
	}
	return ""
}

// body draws what lies between header and footer.
func (m *Model) body() []string {
	switch m.screen {
	case helpScreen:
		return m.window("Keys", helpLines(m.theme, &m.keys, m.layout.width))
	case problemScreen:
		return m.problemBody()
	case logScreen:
		return m.window("Event log", m.logLines(m.layout.width-1))
	case detailScreen:
		return m.pane()
	case listScreen:
	}
	list := m.listBody()
	switch {
	case m.layout.paneWidth == 0:
		return list
	case m.layout.beside:
		return m.besides(list, m.pane())
	default:
		rule := style.NewLine(m.theme, style.Plain).
			Put(style.Dim, strings.Repeat(m.theme.Glyphs.Rule, m.layout.width)).String()
		return append(append(list, rule), m.pane()...)
	}
}

// besides joins the list and the pane line by line, with a rule between.
func (m *Model) besides(list, pane []string) []string {
	rule := func(glyph string) string {
		return style.NewLine(m.theme, style.Plain).Space(1).Put(style.Dim, glyph).Space(1).String()
	}
	side, thumb := rule(m.theme.Glyphs.Side), rule(m.theme.Glyphs.Thumb)
	bar, top := m.rows().Scrollbar(m.layout.listHeight), m.layout.headings
	for i := range list {
		if bar != nil && i >= top && bar[i-top] != " " {
			list[i] += thumb + pane[i]
		} else {
			list[i] += side + pane[i]
		}
	}
	return list
}

// show gives a screen the body.
func (m *Model) show(s screen) {
	m.screen = s
	m.scroll.Home()
	m.resize(m.layout.width, m.layout.height)
}

// window draws a full screen: a title, and as much of its lines as fits.
func (m *Model) window(title string, lines []string) []string {
	height := m.layout.body()
	head := style.NewLine(m.theme, style.Plain).Space(1).Put(style.Strong, title).String()
	return append([]string{head, ""}, m.scrolled(lines, height-2)...)
}

// scrolled is the part of lines that m.scroll shows, exactly height lines.
func (m *Model) scrolled(lines []string, height int) []string {
	m.scroll.height = height
	m.scroll.top = max(min(m.scroll.top, len(lines)-height), 0)
	out := make([]string, height)
	copy(out, lines[m.scroll.top:])
	if below := len(lines) - m.scroll.top - height; below > 0 && height > 1 {
		out[height-1] = style.NewLine(m.theme, style.Plain).Space(1).
			Put(style.Dim, fmt.Sprintf("%s %d more lines", m.theme.Glyphs.Ellipsis, below+1)).String()
	}
	return out
}

// scroll is which lines of a text are shown: drawing it keeps top within the text.
type scroll struct{ top, height int }

// Move scrolls by lines.
func (s *scroll) Move(by int) { s.top += by }

// Page scrolls by pages. The last line of one may say how many more there are.
func (s *scroll) Page(by int) { s.top += by * max(s.height-1, 1) }

// Home goes to the first line.
func (s *scroll) Home() { s.top = 0 }

// End goes to the last line.
func (s *scroll) End() { s.top = math.MaxInt32 }

// listBody is the list, or what there is to say where it is empty.
func (m *Model) listBody() []string {
	height, width := m.layout.headings+m.layout.listHeight, m.layout.listWidth
	var say []string
	switch {
	case !m.loaded:
		say = []string{"Loading the state file" + m.theme.Glyphs.Ellipsis}
	case m.list.Empty() == joblist.NothingTracked:
		say = []string{
			"Nothing tracked yet.", "",
			"Paste job IDs here, in any form:",
			"one a line, URLs, JSON, a log.", "",
			joined(", ", m.keys.hint("add", "types one in"), m.keys.hint("help", "shows all keys")),
		}
	case m.list.Empty() == joblist.NothingMatches:
		say = []string{"No job matches", m.filterText(), "", m.keys.hint("back", "clears the filter")}
	default:
		lines, valid := m.rows().Lines(width, m.layout.listHeight, m.layout.headings > 0, !m.layout.beside)
		m.hold(valid)
		return lines
	}
	out := make([]string, height)
	top := max((height-len(say))/2, 0)
	for i := range out {
		l := style.NewLine(m.theme, style.Plain)
		if j := i - top; j >= 0 && j < len(say) {
			role := style.Dim
			if j == 0 {
				role = style.Strong
			}
			text := m.theme.Charset.Cut(say[j], width-2)
			l.Space((width-displayWidth(text))/2).Put(role, text)
		}
		out[i] = l.PadTo(width).String()
	}
	return out
}

// rows returns what draws the list.
func (m *Model) rows() *rows.View {
	return &rows.View{
		Theme: m.theme, List: m.list, Forecast: m.oracle, Now: m.now, Bars: m.bars, Public: m.public, About: m.about,
	}
}

// about returns what a row says of a job besides its description.
func (m *Model) about(r *joblist.Row, shown *store.Job) (string, style.Role) {
	if cause := causeOf(shown); cause != "" {
		return cause, style.Error
	}
	if file, role := m.fileNote(r); file != "" {
		return file, role
	}
	switch {
	case r.Problem != nil:
		return m.problem(r).Reason, style.Warn
	case r.State() == joblist.Other:
		return style.UnknownStatus, style.Warn
	case !r.End.Finished():
		return shown.Answer.Meta, style.Dim
	}
	return "", style.Dim
}

// pane draws the detail pane for what the cursor is on.
func (m *Model) pane() []string {
	width, height := m.layout.paneWidth, m.layout.paneHeight
	margin := 0
	if !m.layout.beside {
		margin = 1
	}
	lines, key := m.paneLines(width - margin - 1)
	if key != m.shown {
		m.shown, m.scroll.top = key, 0
	}
	if margin > 0 {
		for i := range lines {
			lines[i] = " " + lines[i]
		}
	}
	return m.scrolled(lines, height)
}

// paneLines are the details of what the cursor is on, and what that is.
func (m *Model) paneLines(width int) (lines []string, key any) {
	if !m.loaded {
		return nil, nil
	}
	var valid time.Duration
	row, batch := m.list.Current()
	if row != nil {
		next := row.Next
		if m.host.RetryAt.After(next) { // nothing is asked before that
			next = m.host.RetryAt
		}
		lines, valid = detail.Job{
			Job: m.public(&row.Job), Drawn: row.Drawn(), Redact: m.opts.Redact, BatchName: batch.Name, Problem: m.problem(row), Polls: row.Polls,
			Latency: row.Latency, Next: next, PollKey: m.keys.label("check"), Paused: m.paused, Stalled: m.stalled(row),
			Forecast: m.oracle.Job(row.ID, m.now), Samples: m.oracle.Samples(row.ID), Pace: m.pace(row),
		}.Lines(m.theme, m.now, width)
		m.hold(valid)
		m.hold(m.bars.Stand(row, detail.BarWidth, m.now))
		return lines, row.ID
	}
	if batch != nil {
		lines, valid = m.batchPane(batch).Lines(m.theme, m.now, width)
		m.hold(valid)
		return lines, batch.ID
	}
	return nil, store.BatchID("")
}
