package joblist

import (
	"slices"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
)

// cursor is a line by what it shows: a row of a batch, or without one the batch's header. The
// zero cursor is nowhere.
type cursor struct {
	batch *Batch
	row   *Row
	key   uint64 // of the row when it was last looked at, for finding its neighbour
}

// settle corrects the cursor, what is new and the top after any change. For a filter such as
// is:new, the row under the cursor counts as new until the cursor leaves it.
func (l *List) settle() {
	l.setCursor(l.nearest(l.cursor))
	l.setCursor(l.nearest(l.cursor)) // once more: what it left may have been the last of its batch
	if r := l.cursor.row; r != nil && r.News && !l.unwatched {
		r.News, r.viewed = false, true
		l.refresh(r)
	}
	l.settleTop()
}

// nearest returns c or, if it is on no line any more, the nearest one: the next in its batch,
// else the one before, else the next batch, else the last line.
func (l *List) nearest(c cursor) cursor {
	if c.row != nil && c.row.shown() {
		c.batch = c.row.batch // it may have moved to another one
	}
	switch {
	case l.matched == 0:
		return cursor{}
	case c.batch == nil:
		return l.item(0)
	case c.batch.Matched == 0:
		return l.item(min(l.start(c.batch), l.total-1))
	case c.batch.Folded:
		c.row = nil
	case c.row != nil && !c.row.shown():
		c.row = c.batch.at(min(c.batch.rank(c.key), c.batch.Matched-1))
	}
	return c
}

// setCursor moves the cursor to c, which is a line or nowhere.
func (l *List) setCursor(c cursor) {
	left := l.cursor
	l.cursor = c
	if c.row != nil {
		l.cursor.key = c.row.key
	}
	if left.row != nil && left.row != c.row && left.row.viewed {
		left.row.viewed = false
		l.refresh(left.row)
	}
	if left.batch != nil && left.batch != c.batch {
		l.placeBatch(left.batch)
	}
}

// SetWatched says whether the user is looking, as far as the terminal reports its focus.
// While they are not, the cursor's being on a job doesn't count as a look.
func (l *List) SetWatched(watched bool) {
	l.unwatched = !watched
	l.settle()
}

// Current returns what the cursor is on: a job and its batch, a batch alone, or nothing.
func (l *List) Current() (*Row, *Batch) { return l.cursor.row, l.cursor.batch }

// Move moves the cursor n lines down, up if n is negative, to the end at most.
func (l *List) Move(n int) {
	if l.cursor.batch != nil {
		l.goTo(l.item(max(0, min(l.line(l.cursor)+n, l.total-1))), margin)
	}
}

// Page moves the cursor and the view by n screens, less a line of overlap.
func (l *List) Page(n int) {
	by := n * max(l.height-1, 1)
	l.scroll(by)
	l.Move(by)
}

// Home moves the cursor to the first line.
func (l *List) Home() { l.Move(-l.total) }

// End moves the cursor to the last line.
func (l *List) End() { l.Move(l.total) }

func (l *List) goTo(c cursor, follow int) {
	l.savedCursor = cursor{}
	l.follow = follow
	l.setCursor(c)
	l.settle()
}

// ClickLine puts the cursor on the i-th line of those drawn, if there is one.
func (l *List) ClickLine(i int) {
	if i >= 0 && i < l.height && l.top+i < l.total {
		l.goTo(l.item(l.top+i), 0) // no margin: what was clicked stays under the pointer
	}
}

// Go puts the cursor on a job, unfolding its batch, and reports whether it is shown.
func (l *List) Go(id job.ID) bool {
	r, ok := l.rows[id]
	if !ok || !r.shown() {
		return false
	}
	l.fold(false, r.batch)
	l.goTo(cursor{batch: r.batch, row: r}, margin)
	return true
}

// GoBatch puts the cursor on a batch's header, if it is shown.
func (l *List) GoBatch(id store.BatchID) {
	if b, ok := l.batches[id]; ok && b.Matched > 0 {
		l.goTo(cursor{batch: b}, margin)
	}
}

// NextAttention moves the cursor to the next job after it, around the end, that wants
// attention: a failure not yet looked at or a stalled job, else any failure. It looks among
// the jobs that the filter shows, unfolds the batch, and reports whether there is one.
func (l *List) NextAttention() bool {
	c, rows := l.cursor, l.Matching()
	at := slices.IndexFunc(rows, func(r *Row) bool { return r == c.row || c.row == nil && r.batch == c.batch })
	at = max(at, 0)
	around := slices.Concat(rows[at:], rows[:at])
	for _, wants := range [...]func(*Row) bool{
		func(r *Row) bool { return r.News && r.State().Failed() || r.Stalled > 0 && !r.End.Finished() },
		func(r *Row) bool { return r.State().Failed() },
	} {
		i := slices.IndexFunc(around, func(r *Row) bool { return r != c.row && wants(r) })
		if i >= 0 {
			return l.Go(around[i].ID)
		}
	}
	return false
}
