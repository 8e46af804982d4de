package ui

import (
	"example.com/jobwatch/ui/joblist"
	"example.com/jobwatch/ui/style"
)

// headings names the columns; the one that the list is sorted by stands out.
func (m *Model) headings(c columns) *style.Line {
	role := func(s joblist.Sort) style.Role {
		if m.list.Sort() == s {
			return style.Accent
		}
		return style.Dim
	}
	l := style.NewLine(m.theme, style.Plain).Space(gutterWidth+2).
		Fit(role(joblist.ByStatus), "status", c.status-2).Space(1).
		Fit(style.Dim, "job", c.id).Space(1).
		Fit(style.Dim, "description", c.text)
	progress := c.percent
	if c.bar > 0 {
		progress += c.bar + 1
	}
	l.Space(1)
	if progress >= len("progress") {
		l.Fit(role(joblist.ByProgress), "progress", progress)
	} else {
		l.Space(progress)
	}
	switch {
	case c.eta > 0 && c.elapsed > 0:
		l.Space(1).Right(style.Dim, "ready", c.eta).Space(1).Right(style.Dim, "time", c.elapsed)
	case c.eta > 0: // and it holds either
		l.Space(1).Right(style.Dim, "time", c.eta)
	}
	if c.updated > 0 {
		l.Space(1).Right(role(joblist.ByRecent), "ago", c.updated)
	}
	return l
}
