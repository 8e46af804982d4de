package joblist

import (
	"slices"

	"example.com/jobwatch/poller/job"
)

// margin is how many lines are kept in view beyond the cursor where there are any.
const margin = 3

// viewport is what the screen shows of the lines, and the cursor in them.
type viewport struct {
	height  int
	top     int // the first line shown
	anchor  anchor
	follow  int // lines to keep in view around the cursor; -1 where it may leave the view
	laidOut layout
	lines   []Line // of the last call of Lines

	cursor      cursor
	savedCursor cursor // where the cursor was before the filter hid it
	viewedRow   *Row   // the row that stopped being new because the cursor is on it
	unwatched   bool   // the terminal doesn't have the focus
}

// anchor ties the top to a batch, so that what comes and goes above it doesn't
// shift what somebody reads.
type anchor struct {
	batch *batch
	key   uint64 // of the batch: once it moved elsewhere, the top doesn't go along
	delta int    // the top less the batch's first line
}

// layout is where each batch's lines begin. A change makes it invalid; it is made again
// when it is next needed, in a pass over the batches.
type layout struct {
	valid   bool
	batches []*batch // that have lines, in their order
	starts  []int    // the line of each one's header
	total   int
}

func (l *List) layOut() *layout {
	y := &l.laidOut
	if y.valid {
		return y
	}
	*y = layout{valid: true, batches: y.batches[:0], starts: y.starts[:0]}
	for b := range l.all() {
		if n := b.lines(); n > 0 {
			b.at = len(y.batches)
			y.batches = append(y.batches, b)
			y.starts = append(y.starts, y.total)
			y.total += n
		}
	}
	return y
}

// start returns the line of the header of a batch that has lines.
func (l *List) start(b *batch) int { return l.layOut().starts[b.at] }

// line returns the line that c is on, which must be one.
func (l *List) line(c cursor) int {
	n := l.start(c.batch)
	if c.row != nil {
		n += 1 + c.batch.shown().rank(c.row.key)
	}
	return n
}

// item returns what a line shows, 0 <= line < total.
func (l *List) item(line int) cursor {
	y := l.layOut()
	i, found := slices.BinarySearch(y.starts, line)
	if !found {
		i--
	}
	c := cursor{batch: y.batches[i]}
	if n := line - y.starts[i]; n > 0 {
		c.row = c.batch.shown().at(n - 1)
	}
	return c
}

// settleTop puts the top where the anchor, then the cursor, then the end want it.
func (l *List) settleTop() {
	y := l.layOut()
	if a := l.anchor; l.top > 0 && a.batch != nil && a.batch.lines() > 0 && a.batch.key == a.key {
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
	l.top = max(0, min(l.top, y.total-l.height))
	l.setAnchor()
}

// setAnchor ties the top to the cursor's batch where the cursor is in view, since
// that batch doesn't move, and to the first one in view otherwise.
func (l *List) setAnchor() {
	l.anchor = anchor{}
	if l.layOut().total == 0 {
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
	l.lines = l.lines[:0]
	y := l.layOut()
	if l.height <= 0 || y.total == 0 {
		return l.lines
	}
	first := l.item(l.top).batch
	skip := l.top - l.start(first)
	for _, b := range y.batches[first.at:] {
		if len(l.lines) == l.height {
			break
		}
		l.batchLines(b, skip)
		skip = 0
	}
	return l.lines
}

// batchLines adds the lines of one batch, from its skip-th on.
func (l *List) batchLines(b *batch, skip int) {
	if skip == 0 {
		here := l.cursor.batch == b && l.cursor.row == nil
		l.lines = append(l.lines, Line{Batch: &b.Batch, Cursor: here, Last: b.Folded})
		skip = 1
	}
	if b.Folded {
		return
	}
	left := b.Matched - (skip - 1)
	for r := range b.shown().from(skip - 1) {
		if len(l.lines) == l.height {
			return
		}
		left--
		l.lines = append(l.lines, Line{Row: r, Batch: &b.Batch, Cursor: r == l.cursor.row, Last: left == 0})
	}
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

// Position returns where the view and the cursor are.
func (l *List) Position() Position {
	p := Position{Top: l.top, Height: l.height, Cursor: -1, Total: l.layOut().total}
	if l.cursor.batch != nil {
		p.Cursor = l.line(l.cursor)
	}
	return p
}

// SetHeight says how many lines there are room for.
func (l *List) SetHeight(n int) {
	l.height = max(n, 0)
	l.settle()
}

// ScrollBy moves the view n lines down, as the mouse wheel does. The cursor stays
// on its job, out of view if need be, until it is moved.
func (l *List) ScrollBy(n int) {
	l.follow = -1
	l.scroll(n)
	l.settle()
}

func (l *List) scroll(n int) {
	l.top = max(0, min(l.top+n, l.layOut().total-l.height))
	if l.height > 0 {
		l.setAnchor()
	}
}

// ToggleFold folds the batch that the cursor is in, or unfolds it.
func (l *List) ToggleFold() {
	if b := l.cursor.batch; b != nil {
		l.savedCursor, l.follow = cursor{}, margin
		l.setFold(b, !b.Folded)
		l.settle()
	}
}

// FoldAll folds or unfolds all batches.
func (l *List) FoldAll(fold bool) {
	l.savedCursor, l.follow = cursor{}, margin
	for _, b := range l.batches {
		l.setFold(b, fold)
	}
	l.settle()
}

func (l *List) setFold(b *batch, fold bool) {
	if b.Folded != fold {
		b.Folded = fold
		l.laidOut.valid = false
	}
}
