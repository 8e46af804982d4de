package ui

import (
	"cmp"
	"strings"

	"example.com/jobwatch/ui/joblist"
	"example.com/jobwatch/ui/sanitize"
	"example.com/jobwatch/ui/style"
)

// footer is the bottom line, while it asks nothing: a note, else what keys do, and right of
// it how the list is narrowed.
type footer struct {
	theme *style.Theme
	keys  *keymap
	note  note // empty for none
	hints []hint
	right []part
}

// View draws the footer.
func (f *footer) View(width int) string {
	l := style.NewLine(f.theme, style.Plain).Space(1)
	right := f.right
	if sanitize.Width(f.note.text) > width-span(right)-4 {
		right = nil // it will be there again; the note won't
	}
	room := width - span(right) - 4
	if f.note.text != "" {
		l.Cut(f.note.role, f.note.text, room)
	} else {
		f.putHints(l, room)
	}
	l.PadTo(width - span(right) - 1)
	putParts(l, right)
	return l.PadTo(width).String()
}

// putHints puts as many hints as fit.
func (f *footer) putHints(l *style.Line, room int) {
	start := l.Width()
	for _, h := range f.hints {
		a := f.keys.byName[h.name]
		does := cmp.Or(h.title, brief(a.title))
		if a.label == "" {
			continue
		}
		if l.Width()+sanitize.Width(a.label)+sanitize.Width(does)+3 > room {
			return
		}
		if l.Width() > start {
			l.Space(2)
		}
		l.Put(style.Accent, a.label).Space(1).Put(style.Dim, does)
	}
}

// brief returns the first words of an action's title, which are enough for the footer.
func brief(title string) string {
	for _, more := range []string{", ", " ("} {
		title, _, _ = strings.Cut(title, more)
	}
	return title
}

// hint is an action that the footer offers, and what it does there; "" stands for the
// action's own title.
type hint struct{ name, title string }

// hints returns what the footer offers, the most useful first.
func (m *Model) hints() []hint {
	help, back := hint{name: "help"}, hint{"back", "back"}
	open, download, copyIDs, poll := hint{name: "open"}, hint{name: "download"}, hint{name: "copy"}, hint{name: "check"}
	failures, log := hint{name: "failures"}, hint{name: "log"}
	row, _ := m.list.Current()
	switch {
	case m.screen == helpScreen:
		return []hint{back, log, failures}
	case m.screen == logScreen:
		return []hint{help, back, failures}
	case m.screen == failureScreen && len(m.failures.causes) == 0:
		return []hint{help, back, log}
	case m.screen == failureScreen:
		return []hint{back, {"copy", "copy the IDs of this cause"}, {"export", "save them"}, {"details", "go to the first"}, help, log}
	case m.screen == detailScreen && row == nil:
		return []hint{help, back, {name: "name"}, download, copyIDs, poll, {name: "remove"}}
	case m.screen == detailScreen:
		return []hint{help, back, open, download, copyIDs, {name: "copy-path"}, poll}
	case m.list.Counts().Total == 0:
		undo, _ := m.history.hints(m.session, m.theme.Charset, m.now)
		return append(append([]hint{help, {name: "add"}}, undo...), hint{name: "quit"})
	}
	undo, fresh := m.history.hints(m.session, m.theme.Charset, m.now)
	hints := []hint{help, {name: "filter"}}
	if fresh { // what was done just now may be wanted back at once
		hints = append(hints, undo...)
	}
	hints = append(hints, m.list.hints()...)
	if !fresh {
		hints = append(hints, undo...)
	}
	return append(hints, hint{name: "status"}, hint{name: "select"}, hint{name: "sort"}, hint{name: "layout"}, hint{name: "quit"})
}

// hints returns what the footer offers to do with the selected jobs, else with what
// the cursor is on.
func (j *jobs) hints() []hint {
	open, download, copyIDs, poll := hint{name: "open"}, hint{name: "download"}, hint{name: "copy"}, hint{name: "check"}
	details, remove := hint{name: "details"}, hint{name: "remove"}
	row, batch := j.Current()
	switch {
	case j.Selected() > 0 && j.String() == "":
		return []hint{download, copyIDs, poll, remove, {"back", "select none"}}
	case j.Selected() > 0:
		return []hint{download, copyIDs, poll, remove}
	case row == nil && batch == nil: // nothing matches
		return []hint{{"back", "clear the filter"}}
	case row == nil:
		return []hint{{"fold", "fold"}, details, download, remove}
	case row.State() == joblist.Done:
		return []hint{details, open, download, remove}
	case row.State().Failed():
		return []hint{details, {name: "failures"}, copyIDs, remove}
	default:
		return []hint{details, poll, remove}
	}
}
