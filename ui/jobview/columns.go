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

// Gutter is the width of the cursor and the mark at the start of a row.
const Gutter = 2

const (
	shortID = 8  // 3f2a91bc
	longID  = 18 // as long as IDs of version 7 made within a minute need
)

// The bar is short where there is little room: in eighths of a cell it still shows
// each fiftieth, and the percent stand beside it.
const minBar, maxBar = 6, 30

// divide shares out the width of a row. The column of IDs is as wide as the longest visible
// one, so that it only changes where two IDs collide. The text, which people read most, keeps
// some cells for itself before other columns get theirs.
func divide(width int, ids []string) columns {
	c := columns{status: 13, id: shortID, percent: 4} // glyph, space, word; 100%
	left := width - Gutter - c.status - 1 - 1 - 1 - c.percent
	for _, id := range ids {
		c.id = max(c.id, min(len(id), longID, left-8))
	}
	left -= c.id
	take := func(column *int, width, text int) {
		if left >= text+1+width {
			*column = width
			left -= 1 + width
		}
	}
	take(&c.bar, minBar, 16)
	// When a job will be ready matters more than how long it has run, which stands in the
	// same column if there is no room for both and the first is unknown.
	take(&c.eta, 8, 16)     // ~40s, stale, 23h59m
	take(&c.updated, 4, 16) // 55s, 23h
	take(&c.elapsed, 6, 20) // 23h59m, 99d23h
	if c.bar > 0 {
		more := min(max((left-24)/4, 0), maxBar-minBar)
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
	l := style.NewLine(v.Theme, style.Plain).Space(Gutter+2).
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

// reclaimable returns the width of the columns that mean nothing for a failed job: the
// reason why it failed runs on there.
func (c columns) reclaimable() int {
	width := 1 + c.percent
	if c.bar > 0 {
		width += 1 + c.bar
	}
	if c.eta > 0 && c.elapsed > 0 { // else it says how long that took
		width += 1 + c.eta
	}
	return width
}
