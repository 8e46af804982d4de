package joblist

import (
	"math"
	"time"
)

// Sort is an order of the list.
type Sort uint8

// The sort orders. Equals stay in the order they were added; batches are newest first if
// nothing else is said.
const (
	Attention  Sort = iota // failed, running by nearness to done, queued, Done; batches with nothing live last
	ByAdded                // as they were added, batches too
	ByStatus               // failed, running, queued, Done
	ByProgress             // most first, unknown last
	ByRecent               // status changed last first, batches too
)

// String names the order for the screen.
func (s Sort) String() string {
	return [...]string{"attention", "added", "status", "progress", "recent change"}[s]
}

// Next is the order after s, around.
func (s Sort) Next() Sort { return (s + 1) % (ByRecent + 1) }

// Sort returns the order of the list.
func (l *List) Sort() Sort { return l.sort }

// SetSort orders the list by s.
func (l *List) SetSort(s Sort) {
	l.sort = s
	for _, b := range l.batches {
		l.resort(b)
	}
	l.order.Clear()
	for _, b := range l.batches { // that of the cursor, too
		b.key = l.batchKey(b)
		l.order.Set(b.key, b)
	}
	l.settle()
}

// resort puts all rows of a batch in their places.
func (l *List) resort(b *Batch) {
	rows := b.Rows()
	b.rows, b.misplaced = rowTree{}, false
	for _, r := range rows {
		r.key = l.rowKey(r)
		b.rows.Set(r.key, r)
	}
	l.refilter(b)
}

// rowKey returns the key of a row as it is now: its rank, then its place in the order of adding.
func (l *List) rowKey(r *Row) uint64 { return uint64(l.rank(r))<<32 | uint64(r.Seq) }

// rank returns the rank of a row; what is less comes first.
func (l *List) rank(r *Row) uint32 {
	state, percent := r.tally.state, uint32(r.tally.done()/(whole/100)) //nolint:gosec // 0 to 100
	known := state == Done || r.Answer.Progress.Known()
	switch {
	case l.sort == Attention && state == Running && known:
		// In tenths, so that a row moves ten times in its life and not at each report.
		return urgency(state)<<8 | (10 - percent/10)
	case l.sort == Attention:
		return urgency(state)<<8 | 11
	case l.sort == ByStatus:
		return urgency(state)
	case l.sort == ByProgress && (state.Failed() || !known):
		return math.MaxUint32
	case l.sort == ByProgress:
		return 100 - percent
	case l.sort == ByRecent:
		return ^uint32(max(0, min(r.Changed().Unix(), math.MaxUint32))) // until 2106
	default:
		return 0
	}
}

// urgency ranks states by how much they need attention. A job without an answer counts
// as queued, so that first answers don't shuffle a new batch.
func urgency(s State) uint32 {
	return [...]uint32{Error: 0, Rejected: 0, GivenUp: 0, Running: 1, Other: 2, Unheard: 3, Queued: 3, Done: 4}[s]
}

// place puts a row in a place, and shows it or not.
func (l *List) place(r *Row, key uint64) {
	b, before := r.batch, r.key
	r.key = key
	if key != before {
		b.rows.Delete(before)
		b.rows.Set(key, r)
	}
	if b.shown != &b.rows {
		b.shown.Delete(before)
		if l.filter.Match(r, l.now) {
			b.shown.Set(key, r)
		}
	}
	l.measure(b)
}

// resortInterval is how long rows keep their places while only their progress changes. Then
// all move at once: nobody can read a list of which half the rows move every second.
const resortInterval = 10 * time.Second

// resortMisplaced puts rows where their progress asks for, unless it did so just now.
func (l *List) resortMisplaced() {
	if l.now.Sub(l.resorted) < resortInterval {
		return
	}
	for _, b := range l.batches {
		if b.misplaced {
			l.resort(b)
			l.resorted = l.now
		}
	}
}

// batchKey returns the key of a batch: live ones first, then what changed last, then
// what came last, each only where the order asks for it.
func (l *List) batchKey(b *Batch) uint64 {
	const seqBits = 31
	seq := uint64(b.Seq) & (1<<seqBits - 1)
	newest := 1<<seqBits - 1 - seq
	switch l.sort {
	case Attention:
		if b.Counts.Live() == 0 {
			return 1<<63 | newest
		}
		return newest
	case ByAdded:
		return seq
	case ByRecent:
		first, _, _ := b.rows.Min()
		return first>>32<<seqBits | newest
	default:
		return newest
	}
}

// placeBatch puts a batch where it belongs, unless it is gone or has the cursor: what the user
// looks at stays where it is.
func (l *List) placeBatch(b *Batch) {
	if key := l.batchKey(b); key != b.key && b != l.cursor.batch && b.Counts.Total > 0 {
		l.order.Delete(b.key)
		b.key = key
		l.order.Set(key, b)
	}
}

// Filter returns the filter of the list.
func (l *List) Filter() Filter { return l.filter }

// SetFilter shows only the jobs that f matches. A cursor whose job disappears goes to the
// nearest line, and comes back with its job unless it was moved meanwhile.
func (l *List) SetFilter(f Filter) {
	begins, ends := l.filter.IsZero(), f.IsZero()
	l.filter = f
	for _, b := range l.batches {
		switch {
		case begins && !ends:
			b.foldedBefore, b.Folded = b.Folded, false
		case ends && !begins:
			b.Folded = b.foldedBefore
		}
		l.refilter(b)
	}
	if l.savedCursor.batch == nil {
		l.savedCursor = l.cursor
	}
	if saved := l.savedCursor; saved.batch != nil && l.nearest(saved) == saved {
		l.savedCursor = cursor{}
		l.setCursor(saved)
	}
	l.settle()
}

// refilter finds out which rows of a batch the filter shows.
func (l *List) refilter(b *Batch) {
	b.shown = &b.rows
	if !l.filter.IsZero() {
		b.shown = &rowTree{}
		for _, r := range b.Rows() {
			if l.filter.Match(r, l.now) {
				b.shown.Load(r.key, r)
			}
		}
	}
	l.measure(b)
}

// Tick tells the list the time. With a filter that depends on it, it looks at every row.
func (l *List) Tick(now time.Time) {
	l.now = now
	if l.filter.Timed() {
		for _, b := range l.batches {
			l.refilter(b)
		}
		l.settle()
	}
}
