package joblist

import (
	"example.com/jobwatch/poller/job"
)

// margin is how many lines are kept in view beyond the cursor where there are any.
const margin = 3

// viewport is what the screen shows of the lines, and the cursor in them.
type viewport struct {
	matched int // rows that the filter shows
	total   int // lines
	height  int
	top     int // the first line shown
	anchor  anchor
	follow  int // lines to keep in view around the cursor; -1 where it may leave the view

	cursor      cursor
	savedCursor cursor // where the cursor was before the filter hid it
	unwatched   bool   // the terminal doesn't have the focus
}

// anchor ties the top to a batch: what comes and goes above it shifts nothing in view.
type anchor struct {
	batch *Batch
	key   uint64 // of the batch: once it moved elsewhere, the top doesn't go along
	delta int    // the top less the batch's first line
}

// line returns the line that c is on, which must be one.
func (l *List) line(c cursor) int {
	if c.row == nil {
		return l.start(c.batch)
	}
	return l.start(c.batch) + 1 + c.batch.rank(c.row.key)
}

// start returns the line of a batch's header, or of what follows where it would be.
func (l *List) start(batch *Batch) (line int) {
	for _, b := range l.order.Values() {
		if b.key >= batch.key {
			break
		}
		line += b.lines
	}
	return line
}

// item returns what a line shows, 0 <= line < total.
func (l *List) item(line int) cursor {
	for _, b := range l.order.Values() {
		switch {
		case line >= b.lines:
			line -= b.lines
		case line == 0:
			return cursor{batch: b}
		default:
			return cursor{batch: b, row: b.at(line - 1)}
		}
	}
	return cursor{}
}

// settleTop puts the top where the anchor, then the cursor, then the end want it.
func (l *List) settleTop() {
	if a := l.anchor; l.top > 0 && a.batch != nil && a.batch.lines > 0 && a.batch.key == a.key {
		l.top = l.start(a.batch) + a.delta
	}
	if l.height <= 0 {
		return
	}
	if l.follow >= 0 && l.cursor.batch != nil {
		m := min(l.follow, (l.height-1)/2)
		line := l.line(l.cursor)
		l.top = max(min(l.top, line-m), line+m+1-l.height)
	}
	l.top = max(0, min(l.top, l.total-l.height))
	l.setAnchor()
}

// setAnchor ties the top to the cursor's batch, which doesn't move, if the cursor is in view,
// else to the first one in view.
func (l *List) setAnchor() {
	l.anchor = anchor{}
	if l.total == 0 {
		return
	}
	b := l.cursor.batch
	if line := l.line(l.cursor); line < l.top || line >= l.top+l.height {
		b = l.item(l.top).batch
	}
	l.anchor = anchor{batch: b, key: b.key, delta: l.top - l.start(b)}
}

// Line is one line of the list, for drawing.
type Line struct {
	Row    *Row   // nil on a batch's header
	Batch  *Batch // the line's own, or that of its job
	Cursor bool
	Last   bool // the last line of its batch
}

// Lines returns the lines in view, at most as many as the height.
func (l *List) Lines() []Line {
	lines := make([]Line, 0, l.height)
	from := l.top // of the lines of the batch and those after it
	for _, b := range l.order.Values() {
		for n := from; n < b.lines && len(lines) < l.height; n++ {
			line := Line{Batch: b, Last: n+1 == b.lines}
			if n > 0 {
				line.Row = b.at(n - 1)
			}
			line.Cursor = b == l.cursor.batch && line.Row == l.cursor.row
			lines = append(lines, line)
		}
		if from = max(0, from-b.lines); len(lines) == l.height {
			break
		}
	}
	return lines
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

// Position returns the first line in view, and how many lines there are.
func (l *List) Position() (top, total int) { return l.top, l.total }

// SetHeight says how many lines there are room for.
func (l *List) SetHeight(n int) {
	l.height = max(n, 0)
	l.settle()
}

// ScrollBy moves the view n lines down. The cursor stays on its job, out of view if need be.
func (l *List) ScrollBy(n int) {
	l.follow = -1
	l.scroll(n)
	l.settle()
}

func (l *List) scroll(n int) {
	l.top = max(0, min(l.top+n, l.total-l.height))
	if l.height > 0 {
		l.setAnchor()
	}
}

// ToggleFold folds the batch that the cursor is in, or unfolds it.
func (l *List) ToggleFold() {
	if b := l.cursor.batch; b != nil {
		l.fold(!b.Folded, b)
	}
}

// FoldAll folds or unfolds all batches.
func (l *List) FoldAll(fold bool) { l.fold(fold, l.order.Values()...) }

func (l *List) fold(fold bool, batches ...*Batch) {
	for _, b := range batches {
		b.Folded = fold
		l.measure(b)
	}
	l.goTo(l.cursor, margin)
}
