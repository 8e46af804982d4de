package joblist

import "example.com/jobwatch/poller/job"

// Line is one line of the list, for drawing.
type Line struct {
	Row    *Row   // nil on a batch's header
	Batch  *Batch // the line's own, or that of its job
	Cursor bool
	Last   bool // the last line of its batch
}

// Lines returns the lines in view, at most as many as the height.
func (l *List) Lines() []Line {
	l.lines = l.lines[:0]
	y := l.laid()
	if l.height <= 0 || y.total == 0 {
		return l.lines
	}
	c := l.item(l.top)
	i := int(l.batches[c.batch].at)
	skip := l.top - y.starts[i]
	for ; i < len(y.batches) && len(l.lines) < l.height; i++ {
		l.batchLines(y.batches[i], skip)
		skip = 0
	}
	return l.lines
}

// batchLines adds the lines of one batch, from its skip-th on.
func (l *List) batchLines(batch int32, skip int) {
	b := &l.batches[batch]
	if skip == 0 {
		here := l.cursor.batch == batch && l.cursor.row == header
		l.lines = append(l.lines, Line{Batch: &b.Batch, Cursor: here, Last: b.Folded})
		skip = 1
	}
	if b.Folded {
		return
	}
	left := b.Matched - (skip - 1)
	b.shown.from(skip-1, func(e entry) bool {
		if len(l.lines) == l.height {
			return false
		}
		left--
		l.lines = append(l.lines, Line{
			Row: &l.rows[e.slot], Batch: &b.Batch, Cursor: e.slot == l.cursor.row, Last: left == 0,
		})
		return true
	})
}

// VisibleIDs returns the jobs in view, whose reports somebody waits for.
func (l *List) VisibleIDs() []job.ID {
	out := make([]job.ID, 0, l.height)
	for _, line := range l.Lines() {
		if line.Row != nil {
			out = append(out, line.Row.ID)
		}
	}
	return out
}

// Position is where the view and the cursor are among all lines.
type Position struct {
	Top    int // the first line in view
	Height int // how many lines there is room for
	Cursor int // the cursor's line, -1 if there is none
	Total  int // all lines, headers included
}

// Position says where the view and the cursor are.
func (l *List) Position() Position {
	p := Position{Top: l.top, Height: l.height, Cursor: -1, Total: l.laid().total}
	if l.cursor.batch >= 0 {
		p.Cursor = l.line(l.cursor)
	}
	return p
}

// Current returns what the cursor is on: a job and its batch, or a batch alone.
// Both are nil if the list shows nothing.
func (l *List) Current() (*Row, *Batch) {
	if l.cursor.batch < 0 {
		return nil, nil
	}
	b := &l.batches[l.cursor.batch].Batch
	if l.cursor.row < 0 {
		return nil, b
	}
	return &l.rows[l.cursor.row], b
}
