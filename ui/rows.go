package ui

import (
	"example.com/jobwatch/ui/joblist"
	"example.com/jobwatch/ui/style"
)

// rows draws the visible lines of the list, exactly as many as it has height, below
// the headings of its columns.
func (m *Model) rows() []string {
	width, height := m.layout.listWidth, m.layout.listHeight
	lines := m.list.Lines()
	out := make([]string, 0, m.layout.headings+height)
	bar := m.scrollbar(height)
	if m.layout.beside {
		bar = nil // it is part of the rule beside the list
	}
	text := width
	if bar != nil {
		text--
	}
	cols := divide(text, m.idWidth(lines))
	if m.layout.headings > 0 {
		out = append(out, m.headings(cols).PadTo(width).String())
	}
	for i, line := range lines {
		var l *style.Line
		if line.Row == nil {
			l = m.batchLine(line, cols, text)
		} else {
			l = m.jobLine(line, cols, text)
		}
		if bar != nil {
			l.Put(style.Dim, bar[i])
		}
		out = append(out, l.String())
	}
	for i := len(lines); i < height; i++ {
		l := style.NewLine(m.theme, style.Plain).Space(text)
		if bar != nil {
			l.Put(style.Dim, bar[i])
		}
		out = append(out, l.String())
	}
	return out
}

// idWidth is the width of the ID column: as wide as the longest visible one, so
// that it only changes where two IDs collide.
func (m *Model) idWidth(lines []joblist.Line) int {
	width := shortID
	for _, line := range lines {
		if line.Row != nil {
			width = max(width, line.Row.ShortLen())
		}
	}
	return min(width, len("01890a5d-ac96-774b")) // as long as IDs of version 7 made within a minute need
}

// scrollbar is a column that shows which part of the list is on the screen; nil
// when all of it is.
func (m *Model) scrollbar(height int) []string {
	top, total := m.list.Position().Top, m.list.Position().Total
	if total <= height || height < 3 {
		return nil
	}
	size := max(height*height/total, 1)
	at := (height - size) * top / (total - height)
	bar := make([]string, height)
	for i := range bar {
		bar[i] = " "
		if i >= at && i < at+size {
			bar[i] = m.theme.Glyphs.Thumb
		}
	}
	return bar
}

// gutter starts a line: where the cursor is, and the row's mark, if it has one.
func (m *Model) gutter(l *style.Line, cursor bool, mark string, r style.Role) {
	if cursor {
		l.Put(style.Accent, m.theme.Glyphs.Cursor)
	} else {
		l.Space(1)
	}
	if mark == "" {
		l.Space(1)
	} else {
		l.Put(r, mark)
	}
}

// mark is a row's: selected, or ended and not looked at yet. Only what has gone wrong
// calls for a look.
func (m *Model) mark(r *joblist.Row) (string, style.Role) {
	switch {
	case r.Selected:
		return m.theme.Glyphs.Marked, style.Accent
	case !r.News:
		return "", style.Text
	case r.State().Failed():
		return m.theme.Glyphs.News, style.Warn
	default:
		return m.theme.Glyphs.News, style.Dim
	}
}

func ground(cursor bool) style.Ground {
	if cursor {
		return style.Selected
	}
	return style.Plain
}
