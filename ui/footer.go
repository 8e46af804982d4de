package ui

import (
	"strconv"
	"strings"

	"github.com/charmbracelet/bubbles/help"
	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/ui/draw"
	"example.com/jobwatch/ui/jobs"
	"example.com/jobwatch/ui/safe"
	"example.com/jobwatch/ui/theme"
)

// footer is the bottom line: a prompt, else a note, else the keys; at its right,
// how the list is narrowed.
func (m *Model) footer() string {
	width := m.layout.width
	l := draw.NewLine(m.theme, theme.Plain).Space(1)
	if m.prompt != noPrompt {
		role := theme.Accent
		if m.prompt == confirmPrompt {
			role = theme.Warn
		}
		l.Cut(role, m.question(), width-2)
		if m.prompt == confirmPrompt {
			return l.String()
		}
		if strings.HasSuffix(m.question(), " ") {
			l.Space(1)
		}
		m.input.Width = max(width-l.Width()-3, 4)
		// The input lets wide characters stand out by a cell or two.
		return ansi.Truncate(l.String()+m.input.View(), width, "")
	}
	right := m.narrowed()
	room := width - span(right) - 4
	if m.note.shows(m.now) {
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

// hints are the keys of the screen that is shown, the most useful first.
func (m *Model) hints() []key.Binding {
	k := m.opts.Keys
	k.Back.SetHelp(k.Back.Help().Key, "back")
	switch m.screen {
	case detailScreen:
		if row, _ := m.list.Current(); row == nil {
			return []key.Binding{k.Help, k.Back, k.Name, k.Download, k.Copy, k.Poll, k.Forget}
		}
		return []key.Binding{k.Help, k.Back, k.Open, k.Download, k.Copy, k.CopyPath, k.Poll}
	case problemScreen:
		return []key.Binding{k.Help, k.Back, k.Log}
	case logScreen:
		return []key.Binding{k.Help, k.Back, k.Problems}
	case helpScreen:
		return []key.Binding{k.Back, k.Log, k.Problems}
	case listScreen:
		if m.list.Empty() == jobs.NothingTracked {
			return []key.Binding{k.Help, k.Add, k.Undo, k.Quit}
		}
	}
	return k.ShortHelp()
}

// shortHelp puts as many keys as fit.
func (m *Model) shortHelp(l *draw.Line, room int) {
	start := l.Width()
	for _, b := range m.hints() {
		h := b.Help()
		if !b.Enabled() {
			continue
		}
		if l.Width()+len(h.Key)+len(h.Desc)+3 > room {
			return
		}
		if l.Width() > start {
			l.Space(2)
		}
		l.Put(theme.Accent, h.Key).Space(1).Put(theme.Dim, h.Desc)
	}
}

// narrowed says what the list leaves out and how it is sorted, and where the
// cursor is in it.
func (m *Model) narrowed() []part {
	var parts []part
	if text := m.filterText(); text != "" {
		parts = append(parts, part{theme.Warn, m.theme.Charset.Cut("filter "+text, max(m.layout.width/3, 12))})
	}
	if n := m.list.Selected(); n > 0 {
		parts = append(parts, part{theme.Accent, plural(n, "job") + " selected"})
	}
	if s := m.list.Sort(); s != jobs.Attention && m.layout.width >= 80 {
		parts = append(parts, part{theme.Dim, "by " + s.String()})
	}
	return parts
}

// filterText is the filter in force, as the user would type it.
func (m *Model) filterText() string {
	return strings.TrimSpace(statusFilters()[m.status] + " " + m.text)
}

// retitle sets the window's title when it has changed.
func (m *Model) retitle() tea.Cmd {
	title, percent, failed := "jobwatch", -1, false
	if c := m.list.Counts(); c.Total > 0 {
		done := draw.Percent(job.Progress(c.Progress()))
		title = done + " " + strconv.Itoa(c.By[jobs.Done]) + "/" + strconv.Itoa(c.Total) + " done"
		if failed = c.Failed() > 0; failed {
			title = m.theme.Glyphs.Error + strconv.Itoa(c.Failed()) + " " + title
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

// helpStyles gives bubbles/help the theme's colours.
func helpStyles(t *theme.Theme) help.Styles {
	return help.Styles{
		ShortKey: t.Style(theme.Accent), ShortDesc: t.Style(theme.Dim), ShortSeparator: t.Style(theme.Dim),
		FullKey: t.Style(theme.Accent), FullDesc: t.Style(theme.Text), FullSeparator: t.Style(theme.Dim),
		Ellipsis: t.Style(theme.Dim),
	}
}

func widest(block string) int {
	w := 0
	for line := range strings.SplitSeq(block, "\n") {
		w = max(w, safe.Width(line))
	}
	return w
}

func displayWidth(s string) int { return safe.Width(s) }
