package ui

import (
	"fmt"
	"strings"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/ui/joblist"
	"example.com/jobwatch/ui/jobview"
	"example.com/jobwatch/ui/style"
	"example.com/jobwatch/ui/terminal"
)

// display holds what is drawn, how and when.
type display struct {
	theme  *style.Theme
	screen screen
	layout layout
	clock
	frame   string
	cursor  terminal.Cursor // where the frame has the terminal's own
	title   string
	redrawn time.Time // when the whole screen was last asked for
}

// View returns the frame that the last Update drew. It is drawn there because drawing
// finds out for how long the clocks on it stay right, and so when to wake up next.
func (m *Model) View() string { return m.frame }

// draw draws the whole screen: exactly height lines of at most width cells each.
func (m *Model) draw() {
	width := m.layout.width
	m.cursor = terminal.Cursor{}
	if m.layout.tooSmall() {
		m.frame = tooSmall(m.theme, width, m.layout.height)
		return
	}
	lines := append([]string{m.headerLine()}, m.body()...)
	shown := m.notes.note
	if left := shown.until.Sub(m.now); left > 0 {
		m.hold(left)
	} else {
		shown = note{}
	}
	if m.prompt.Open() {
		if shown.text != "" {
			lines[len(lines)-1] = style.NewLine(m.theme, style.Plain).Space(1).Cut(shown.role, shown.text, width-2).String()
		}
		line, x := m.prompt.View(m.theme, width)
		lines = append(lines, line)
		m.cursor = terminal.Cursor{X: x, Y: m.layout.height - 1, Shown: x >= 0}
	} else {
		lines = append(lines, m.footerLine(shown))
	}
	m.frame = strings.Join(lines, "\n")
}

// tooSmall says what size the screen has and what it needs.
func tooSmall(t *style.Theme, width, height int) string {
	for _, text := range []string{
		fmt.Sprintf("%dx%d is too small: jobwatch needs %dx%d", width, height, minWidth, minHeight),
		fmt.Sprintf("%dx%d, needs %dx%d", width, height, minWidth, minHeight),
		fmt.Sprintf("needs %dx%d", minWidth, minHeight),
		"small",
	} {
		if len(text) <= width {
			return style.NewLine(t, style.Plain).Put(style.Warn, text).String()
		}
	}
	return ""
}

// body draws what lies between header and footer.
func (m *Model) body() []string {
	width, height := m.layout.width, m.layout.body()
	switch m.screen {
	case helpScreen:
		return m.help.titled(m.theme, "Keys", helpLines(m.theme, &m.keys, width), height)
	case logScreen:
		return m.notes.log.View(m.theme, width, height)
	case failureScreen:
		return m.failures.View(m.theme, m.list.List, m.session, width, height)
	case detailScreen:
		return m.paneLines()
	case listScreen:
	}
	list := m.listLines()
	switch {
	case m.layout.paneWidth == 0:
		return list
	case m.layout.beside:
		return besides(m.theme, list, m.paneLines(), jobview.Scrollbar(m.theme, m.list.List, m.layout.listHeight))
	default:
		rule := style.NewLine(m.theme, style.Plain).Put(style.Dim, strings.Repeat(m.theme.Rule, width)).String()
		return append(append(list, rule), m.paneLines()...)
	}
}

// besides joins the list and the pane line by line, with a rule between that shows the list's
// scrollbar, too.
func besides(t *style.Theme, list, pane, bar []string) []string {
	rule := func(glyph string) string {
		return style.NewLine(t, style.Plain).Space(1).Put(style.Dim, glyph).Space(1).String()
	}
	side, thumb := rule(t.Side), rule(t.Thumb)
	top := len(list) - len(bar) // the bar is as high as the rows
	for i := range list {
		mark := side
		if i >= top && bar[i-top] != " " {
			mark = thumb
		}
		list[i] += mark + pane[i]
	}
	return list
}

// retitle sets the window's title if it has changed. Failures are in words: a ✗ contains a
// byte (0x9C) that ends the title in terminals that look for it byte by byte.
func (m *Model) retitle() {
	c := m.list.Counts()
	title, percent, failed := "jobwatch", -1, false
	if c.Total > 0 {
		title = fmt.Sprintf("%s %d/%d done", style.Percent(job.Progress(c.Progress())), c.By[joblist.Done], c.Total)
		if failed = c.Failed() > 0; failed {
			title = fmt.Sprintf("%d failed, %s", c.Failed(), title)
		}
		title += " " + m.theme.Dot + " jobwatch"
		if c.Live() > 0 {
			percent = int(c.Progress() * 100)
		}
	}
	if title == m.title {
		return
	}
	m.title = title
	m.opts.Terminal.Title(title, percent, failed) // here: elsewhere it may come after the end
}

// redraw sends the whole screen: others may have written on it.
func (m *Model) redraw() {
	m.redrawn = m.now
	m.send(redrawMsg{})
}

// retheme draws with the colours for a dark or a light background.
func (m *Model) retheme(dark bool) {
	m.theme = style.New(m.opts.Palette, m.opts.Profile, dark, m.opts.Glyphs)
}
