package ui

import (
	"cmp"
	"slices"
	"strings"

	"example.com/jobwatch/ui/joblist"
	"example.com/jobwatch/ui/sanitize"
	"example.com/jobwatch/ui/style"
)

// footerLine draws the bottom line, while it asks nothing: a note, else what keys do, and
// right of it how the list is narrowed.
func (m *Model) footerLine(note note) string {
	width := m.layout.width
	var right []part
	if m.screen == listScreen { // other screens leave out nothing
		right = m.list.narrowed(m.theme, width)
	}
	if sanitize.Width(note.text) > width-span(right)-4 {
		right = nil // it will be there again; the note won't
	}
	room := width - span(right) - 4
	l := style.NewLine(m.theme, style.Plain).Space(1)
	if note.text != "" {
		l.Cut(note.role, note.text, room)
	} else {
		m.putHints(l, room)
	}
	l.PadTo(width - span(right) - 1)
	putParts(l, right)
	return l.PadTo(width).String()
}

// putHints puts as many hints as fit.
func (m *Model) putHints(l *style.Line, room int) {
	gap := 0
	for _, hint := range m.hints() {
		name, does, _ := strings.Cut(hint, " ")
		a := m.keys.byName[name]
		title, _, _ := strings.Cut(a.Help().Desc, ", ")
		title, _, _ = strings.Cut(title, " (")
		does = cmp.Or(does, title) // its first words are enough
		if a.Help().Key == "" {
			continue
		}
		if l.Width()+sanitize.Width(a.Help().Key)+sanitize.Width(does)+3 > room {
			return
		}
		l.Space(gap).Put(style.Accent, a.Help().Key).Space(1).Put(style.Dim, does)
		gap = 2
	}
}

// hints returns what the footer offers, the most useful first: actions by name, each with
// what it does here where that is not its title.
func (m *Model) hints() []string {
	row, _ := m.list.Current()
	switch {
	case m.screen == helpScreen:
		return []string{"back", "log", "failures"}
	case m.screen == logScreen:
		return []string{"help", "back", "failures"}
	case m.screen == failureScreen && len(m.failures.found) == 0:
		return []string{"help", "back", "log"}
	case m.screen == failureScreen:
		return []string{"back", "copy copy the IDs of this cause", "export save them", "details go to the first", "help", "log"}
	case m.screen == detailScreen && row == nil:
		return []string{"help", "back", "name", "download", "copy", "check", "remove"}
	case m.screen == detailScreen:
		return []string{"help", "back", "open", "download", "copy", "copy-path", "check"}
	}
	undo, fresh := m.history.hints(m.session, m.theme.Charset, m.now)
	rest := []string{"status", "select", "sort", "layout", "quit"}
	switch {
	case m.list.Counts().Total == 0:
		return slices.Concat([]string{"help", "add"}, undo, []string{"quit"})
	case fresh: // what was done just now may be wanted back at once
		return slices.Concat([]string{"help", "filter"}, undo, m.list.hints(), rest)
	}
	return slices.Concat([]string{"help", "filter"}, m.list.hints(), undo, rest)
}

// hints returns what the footer offers to do with the selected jobs, else with what
// the cursor is on.
func (j *jobs) hints() []string {
	row, batch := j.Current()
	switch {
	case j.Counts().Selected > 0 && j.String() == "":
		return []string{"download", "copy", "check", "remove", "back select none"}
	case j.Counts().Selected > 0:
		return []string{"download", "copy", "check", "remove"}
	case row == nil && batch == nil: // nothing matches
		return []string{"back clear the filter"}
	case row == nil:
		return []string{"fold fold", "details", "download", "remove"}
	case row.State() == joblist.Done:
		return []string{"details", "open", "download", "remove"}
	case row.State().Failed():
		return []string{"details", "failures", "copy", "remove"}
	default:
		return []string{"details", "check", "remove"}
	}
}
