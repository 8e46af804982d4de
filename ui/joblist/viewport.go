package joblist

import "slices"

// Values of cursor.batch and cursor.row that are no index.
const (
	header = -1 // row: the cursor is on the batch's header line
	gone   = -2 // the job, or batch, is not in the list any more
)

// cursor is a line by what it shows. The keys are where it stood when it was last
// looked at, for finding the neighbour of what is gone.
type cursor struct {
	batch, row    int32
	key, batchKey uint64
}

func nowhere() cursor { return cursor{batch: header, row: header} }

// margin is how many lines are kept in view beyond the cursor where there are any.
const margin = 3

// viewport is what the screen shows of the lines, and the cursor in them.
type viewport struct {
	height  int
	top     int // the first line shown
	anchor  anchor
	follow  int // lines to keep in view around the cursor; -1 where it may leave the view
	cursor  cursor
	wish    cursor // where the cursor was before the filter drove it away
	looking int32  // the row whose news the cursor's being there cleared, or -1
	unseen  bool   // nobody is looking
	lines   []Line
}

func newViewport() viewport {
	return viewport{cursor: nowhere(), wish: nowhere(), looking: -1, anchor: anchor{batch: gone}, follow: margin}
}

// anchor ties the top to a batch, so that what comes and goes above it doesn't
// shift what somebody reads.
type anchor struct {
	batch int32
	key   uint64 // of the batch: once it moved elsewhere, the top doesn't go along
	delta int    // the top less the batch's first line
}

// layout is where each batch's lines begin. It is made anew when it is asked for
// after a change: a pass over the batches.
type layout struct {
	old     bool
	batches []int32 // that have lines, in their order
	starts  []int   // the line of each one's header
	total   int
}

func (l *List) laid() *layout {
	y := &l.layout
	if !y.old {
		return y
	}
	y.old, y.total = false, 0
	y.batches, y.starts = y.batches[:0], y.starts[:0]
	l.order.from(0, func(e entry) bool {
		b := &l.batches[e.slot]
		b.at = -1
		if n := b.lines(); n > 0 {
			b.at = int32(len(y.batches)) //nolint:gosec // an index of batches
			y.batches = append(y.batches, e.slot)
			y.starts = append(y.starts, y.total)
			y.total += n
		}
		return true
	})
	return y
}

// start is the line of a batch's header.
func (l *List) start(batch int32) int { return l.laid().starts[l.batches[batch].at] }

// visible reports whether a batch has lines.
func (l *List) visible(batch int32) bool {
	return batch >= 0 && l.batches[batch].used && l.batches[batch].lines() > 0
}

// line is the line that c is on, which must be one.
func (l *List) line(c cursor) int {
	n := l.start(c.batch)
	if c.row >= 0 {
		n += 1 + l.batches[c.batch].shown.rank(l.slots[c.row].key)
	}
	return n
}

// item is what a line shows, 0 <= line < total.
func (l *List) item(line int) cursor {
	y := l.laid()
	i, found := slices.BinarySearch(y.starts, line)
	if !found {
		i--
	}
	c := cursor{batch: y.batches[i], row: header}
	if n := line - y.starts[i]; n > 0 {
		c.row = l.batches[c.batch].shown.at(n - 1).slot
	}
	return c
}

// settle makes the cursor, the news and the top right after any change.
func (l *List) settle() {
	l.setCursor(l.nearest(l.cursor))
	l.setCursor(l.nearest(l.cursor)) // once more: what it left may have been the last of its batch
	l.look()
	l.settleTop()
}

// nearest is c, or if it is not on a line any more, the line nearest to it: the
// next in its batch, else the one before, else the next batch, else the one before.
func (l *List) nearest(c cursor) cursor {
	if l.matched == 0 {
		return nowhere()
	}
	if c.batch == header { // nowhere
		return l.item(0)
	}
	if !l.visible(c.batch) {
		return l.nearestBatch(c.batchKey)
	}
	b := &l.batches[c.batch]
	switch {
	case c.row == header || b.Folded:
		c.row = header
	case c.row == gone || !l.slots[c.row].shown:
		c.row = b.shown.at(min(b.shown.rank(c.key), b.shown.n-1)).slot
	}
	return c
}

func (l *List) nearestBatch(key uint64) cursor {
	y := l.laid()
	i, _ := slices.BinarySearchFunc(y.batches, key, func(b int32, key uint64) int {
		if l.batches[b].key < key {
			return -1
		}
		return 1
	})
	if i < len(y.batches) {
		return cursor{batch: y.batches[i], row: header}
	}
	return l.item(y.total - 1)
}

// setCursor moves the cursor to c, which is a line or nowhere.
func (l *List) setCursor(c cursor) {
	old := l.cursor
	l.cursor = c
	if c.batch >= 0 {
		l.cursor.batchKey = l.batches[c.batch].key
	}
	if c.row >= 0 {
		l.cursor.key = l.slots[c.row].key
	}
	if i := l.looking; i >= 0 && i != c.row {
		l.looking = -1
		l.refresh(i)
	}
	if old.batch >= 0 && old.batch != c.batch && l.batches[old.batch].used {
		l.placeBatch(old.batch)
	}
}

// leave tells the viewport that a row is being forgotten.
func (l *List) leave(row int32) {
	if l.cursor.row == row {
		l.cursor.row = gone
	}
	if l.wish.row == row {
		l.wish = nowhere()
	}
	if l.looking == row {
		l.looking = -1
	}
}

// makeWish remembers where the cursor was when a new filter drives it away, and
// brings it back once that is shown again.
func (l *List) makeWish() {
	if l.wish.batch < 0 {
		l.wish = l.cursor
	}
	if wish := l.wish; wish.batch >= 0 && l.nearest(wish) == wish {
		l.wish = nowhere()
		l.setCursor(wish)
	}
}

// settleTop puts the top where the anchor, then the cursor, then the end want it.
func (l *List) settleTop() {
	y := l.laid()
	if a := l.anchor; l.top > 0 && l.visible(a.batch) && l.batches[a.batch].key == a.key {
		l.top = l.start(a.batch) + a.delta
	}
	if l.height <= 0 {
		return
	}
	if l.follow >= 0 && l.cursor.batch >= 0 {
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
	l.anchor = anchor{batch: gone}
	if l.layout.total == 0 {
		return
	}
	batch := l.cursor.batch
	if line := l.line(l.cursor); line < l.top || line >= l.top+l.height {
		batch = l.item(l.top).batch
	}
	l.anchor = anchor{batch: batch, key: l.batches[batch].key, delta: l.top - l.start(batch)}
}
