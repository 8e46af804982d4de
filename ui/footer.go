package ui

import (
	"cmp"
	"strings"

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
