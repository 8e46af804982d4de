package ui

import (
	"cmp"
	"strconv"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/ui/joblist"
	"example.com/jobwatch/ui/sanitize"
	"example.com/jobwatch/ui/style"
	"example.com/jobwatch/ui/terminal"
)

// footer is the bottom line: a prompt, else a note, else the keys; at its right,
// how the list is narrowed.
func (m *Model) footer() string {
	width := m.layout.width
	if m.prompt.Open() {
		line, x := m.prompt.View(m.theme, width)
		m.cursor = terminal.Cursor{X: x, Y: m.layout.height - 1, Shown: x >= 0}
		return line
	}
	l := style.NewLine(m.theme, style.Plain).Space(1)
	right := m.narrowed()
	noted := m.note.shows(m.now)
	if noted && displayWidth(m.note.text) > width-span(right)-4 {
		right = nil // it will be there again; the note won't
	}
	room := width - span(right) - 4
	if noted {
		l.Cut(m.note.role, m.note.text, room)
	} else {
		m.shortHelp(l, room)
	}
	l.PadTo(width - span(right) - 1)
	for i, p := range right {
		if i > 0 {
			l.Space(2)
		}
		l.Put(p.role, p.text)
	}
	return l.PadTo(width).String()
}

// found is how many jobs the filter shows.
func (m *Model) found() string {
	return strconv.Itoa(m.list.Matched()) + " of " + plural(m.list.Counts().Total, "job")
}

// brief is as much of a help text as the footer needs: its first words.
func brief(text string) string {
	for _, more := range []string{", ", " ("} {
		text, _, _ = strings.Cut(text, more)
	}
	return text
}

// shortHelp puts as many keys as fit.
func (m *Model) shortHelp(l *style.Line, room int) {
	start := l.Width()
	for _, h := range m.hints() {
		a := m.keys.byName[h.name]
		does := cmp.Or(h.title, brief(a.title))
		if a.label == "" {
			continue
		}
		if l.Width()+displayWidth(a.label)+displayWidth(does)+3 > room {
			return
		}
		if l.Width() > start {
			l.Space(2)
		}
		l.Put(style.Accent, a.label).Space(1).Put(style.Dim, does)
	}
}

// narrowed says what the list leaves out and how it is sorted, and which jobs keys
// act on. Other screens leave out nothing, whatever the filter.
func (m *Model) narrowed() []part {
	var parts []part
	list := m.screen == listScreen
	if text := m.filterText(); text != "" && list {
		cut := func(text string) string { return m.theme.Charset.Cut(text, max(m.layout.width/3, 12)) }
		if m.misread == nil || m.misread.Word != text {
			parts = append(parts, part{style.Warn, cut("filter " + text)})
		}
		switch {
		case m.misread != nil:
			parts = append(parts, part{style.Error, cut("ignores " + m.misread.Word)})
		case m.layout.width >= 60:
			parts = append(parts, part{style.Dim, m.found()})
		}
	}
	if n := m.list.Selected(); n > 0 && list {
		parts = append(parts, part{style.Accent, plural(n, "job") + " selected"})
	}
	if s := m.list.Sort(); s != joblist.Attention && list && m.layout.width >= 80 {
		parts = append(parts, part{style.Dim, "by " + s.String()})
	}
	return parts
}

// filterText is the filter in force, as the user would type it.
func (m *Model) filterText() string {
	return strings.TrimSpace(statusFilters()[m.status] + " " + m.text)
}

// retitle sets the window's title when it has changed. It tells failures in words: where
// terminals look for a title's end byte by byte, a ✗ holds one (0x9C).
func (m *Model) retitle() tea.Cmd {
	title, percent, failed := "jobwatch", -1, false
	if c := m.list.Counts(); c.Total > 0 {
		done := style.Percent(job.Progress(c.Progress()))
		title = done + " " + strconv.Itoa(c.By[joblist.Done]) + "/" + strconv.Itoa(c.Total) + " done"
		if failed = c.Failed() > 0; failed {
			title = strconv.Itoa(c.Failed()) + " failed, " + title
		}
		title += " " + m.theme.Glyphs.Dot + " jobwatch"
		if c.Live() > 0 {
			percent = int(c.Progress() * 100)
		}
	}
	if title == m.title {
		return nil
	}
	m.title = title
	terminal := m.opts.Terminal
	return func() tea.Msg {
		terminal.Title(title)
		terminal.Taskbar(percent, failed)
		return nil
	}
}

func displayWidth(s string) int { return sanitize.Width(s) }
