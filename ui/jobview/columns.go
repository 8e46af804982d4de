package jobview

import (
	"example.com/jobwatch/ui/joblist"
	"example.com/jobwatch/ui/style"
)

// columns says how wide each column of a job's row is; 0 leaves it out. Columns
// keep their places while numbers change.
type columns struct {
	status, id, text, bar, percent, eta, elapsed, updated int
}

// gutter is the width of the cursor and the mark at the start of a row.
const gutter = 2

// divide shares out the width of a row. The column of IDs only changes where two of them collide.
// The text, which people read most, keeps some cells before other columns get theirs.
func divide(width int, lines []joblist.Line) columns {
	c := columns{status: 13, id: len("3f2a91bc"), percent: 4} // glyph, space, word; 100%
	left := width - gutter - c.status - 1 - 1 - 1 - c.percent
	for _, line := range lines {
		if line.Row != nil { // IDs of version 7 made within a minute need 18
			c.id = max(c.id, min(len(line.Row.ShortID()), 18, left-8))
		}
	}
	left -= c.id
	take := func(column *int, width, text int) {
		if left >= text+1+width {
			*column = width
			left -= 1 + width
		}
	}
	take(&c.bar, 6, 16) // in eighths of a cell, that shows each fiftieth
	// When a job will be ready matters more than how long it has run, which stands in the
	// same column if there is no room for both and the first is unknown.
	take(&c.eta, 8, 16)     // ~40s, stale, 23h59m
	take(&c.updated, 4, 16) // 55s, 23h
	take(&c.elapsed, 6, 20) // 23h59m, 99d23h
	if c.bar > 0 {
		more := min(max((left-24)/4, 0), 24)
		c.bar += more
		left -= more
	}
	c.text = max(left, 0)
	return c
}

// headings names the columns. The one that the list is sorted by stands out.
func (v *View) headings(sort joblist.Sort, c columns) *style.Line {
	role := func(s joblist.Sort) style.Role {
		if sort == s {
			return style.Accent
		}
		return style.Dim
	}
	progress, heading := c.percent, ""
	if c.bar > 0 {
		progress += c.bar + 1
		heading = "progress"
	}
	l := style.NewLine(v.Theme, style.Plain).Space(gutter+2).
		Fit(role(joblist.ByStatus), "status", c.status-2).Space(1).
		Fit(style.Dim, "job", c.id).Space(1).
		Fit(style.Dim, "description", c.text).Space(1).
		Fit(role(joblist.ByProgress), heading, progress)
	ready := "ready"
	if c.elapsed == 0 { // the column holds either
		ready = "time"
	}
	cell(l, style.Dim, ready, c.eta)
	cell(l, style.Dim, "time", c.elapsed)
	cell(l, role(joblist.ByRecent), "ago", c.updated)
	return l
}
