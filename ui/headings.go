package ui

import (
	"example.com/jobwatch/ui/draw"
	"example.com/jobwatch/ui/jobs"
	"example.com/jobwatch/ui/theme"
)

// headings names the columns; the one that the list is sorted by stands out.
func (m *Model) headings(c columns) *draw.Line {
	role := func(s jobs.Sort) theme.Role {
		if m.list.Sort() == s {
			return theme.Accent
		}
		return theme.Dim
	}
	l := draw.NewLine(m.theme, theme.Plain).Space(gutterWidth+2).
		Fit(role(jobs.ByStatus), "status", c.status-2).Space(1).
		Fit(theme.Dim, "job", c.id).Space(1).
		Fit(theme.Dim, "description", c.text)
	progress := c.percent
	if c.bar > 0 {
		progress += c.bar + 1
	}
	l.Space(1)
	if progress >= len("progress") {
		l.Fit(role(jobs.ByProgress), "progress", progress)
	} else {
		l.Space(progress)
	}
	switch {
	case c.eta > 0 && c.elapsed > 0:
		l.Space(1).Right(theme.Dim, "ready", c.eta).Space(1).Right(theme.Dim, "time", c.elapsed)
	case c.eta > 0: // and it holds either
		l.Space(1).Right(theme.Dim, "time", c.eta)
	}
	if c.updated > 0 {
		l.Space(1).Right(role(jobs.ByRecent), "ago", c.updated)
	}
	return l
}
