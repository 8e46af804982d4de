package joblist

import (
	"iter"
	"sort"

	"github.com/tidwall/btree"

	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/session"
)

// BatchID identifies a batch for good.
type BatchID = store.BatchID

// Batch is what there is to draw of a batch.
type Batch struct {
	store.Batch
	Counts  Counts // of all its jobs
	Matched int    // how many of them the filter shows
	Folded  bool
}

// batch is a Batch with what the list needs of it.
type batch struct {
	Batch
	rows     rowTree
	filtered *rowTree // the rows that the filter shows; nil while there is no filter
	ids      *idIndex // the list's
	seq      uint32   // place in the order of adding
	recent   uint32   // when one of its jobs changed last; see batchKey
	key      uint64   // place among the batches
	at       int      // index in layout.batches, if it has lines

	// foldedBefore is Folded as it was before there was a filter. Folding is apart while
	// filtering: nobody would find a match in a batch that was folded before.
	foldedBefore bool
}

// shown returns the rows that the filter shows.
func (b *batch) shown() *rowTree {
	if b.filtered != nil {
		return b.filtered
	}
	return &b.rows
}

// lines is how many lines the batch has on the screen.
func (b *batch) lines() int {
	switch {
	case b.Matched == 0:
		return 0
	case b.Folded:
		return 1
	default:
		return 1 + b.Matched
	}
}

// rowTree is rows in the order of their keys.
type rowTree struct{ btree.Map[uint64, *Row] }

// has reports whether there is a row with that key.
func (t *rowTree) has(key uint64) bool {
	_, ok := t.Get(key)
	return ok
}

// at returns the i-th row.
func (t *rowTree) at(i int) *Row {
	_, r, _ := t.GetAt(i)
	return r
}

// rank is how many rows are before key.
func (t *rowTree) rank(key uint64) int {
	return sort.Search(t.Len(), func(i int) bool {
		k, _, _ := t.GetAt(i)
		return k >= key
	})
}

// from returns the rows from the i-th on.
func (t *rowTree) from(i int) iter.Seq[*Row] {
	return func(yield func(*Row) bool) {
		if first, _, ok := t.GetAt(i); ok {
			t.Ascend(first, func(_ uint64, r *Row) bool { return yield(r) })
		}
	}
}

// addBatch returns the batch with that ID, which it makes if there is none.
func (l *List) addBatch(sb *session.Batch) *batch {
	if b, ok := l.batches[sb.ID]; ok {
		return b
	}
	b := &batch{Batch: Batch{Batch: sb.Batch}, ids: l.ids, seq: sb.Seq, recent: seconds(sb.Added)}
	if !l.filter.IsZero() {
		b.filtered = &rowTree{}
	}
	b.key = l.batchKey(b)
	l.order.Set(b.key, b)
	l.batches[sb.ID] = b
	return b
}

// setBatch gives a batch its name.
func (l *List) setBatch(sb *session.Batch) {
	b := l.addBatch(sb)
	renamed := b.Name != sb.Name
	b.Batch.Batch = sb.Batch
	if renamed && !l.filter.IsZero() { // its jobs may match by its name
		l.refilter(b, false, false)
	}
}

// emptyKept is how many batches without jobs are kept, beyond as many as there are
// jobs. They keep their name and place for an undo.
const emptyKept = 256

// sweep drops the batches without jobs once there are too many of them, so that a
// dashboard left running for months does not grow. The cursor is on none of them.
func (l *List) sweep() {
	if len(l.batches) <= 2*len(l.rows)+emptyKept {
		return
	}
	for id, b := range l.batches {
		if b.Counts.Total > 0 {
			continue
		}
		delete(l.batches, id)
		l.order.Delete(b.key)
		if l.savedCursor.batch == b {
			l.savedCursor = cursor{}
		}
	}
}

// Counts is how many jobs there are of each kind, and how far they are.
type Counts struct {
	Total       int
	By          [States]int
	News        int // ends that have not been looked at
	NewFailures int // those of them that are failures
	Selected    int

	done int64 // millionths of a job
}

// Finished is how many jobs have ended, one way or another.
func (c *Counts) Finished() int { return c.By[Done] + c.Failed() }

// Failed is how many jobs have ended without a result.
func (c *Counts) Failed() int { return c.By[Error] + c.By[Rejected] + c.By[GivenUp] }

// Live is how many jobs are still polled.
func (c *Counts) Live() int { return c.Total - c.Finished() }

// Progress is the finished share of the whole, 0 to 1: a finished job counts 1, failed
// or not; a live job counts its progress, 0 while that is unknown. 0 if there are no jobs.
func (c *Counts) Progress() float64 {
	if c.Total == 0 {
		return 0
	}
	return float64(c.done) / (whole * float64(c.Total))
}

// whole is what one finished job adds to Counts.done. Whole numbers, since a sum
// of fractions that is added to and taken from for weeks would drift.
const whole = 1e6

// tally is what one row adds to the counts.
type tally struct {
	done     int32
	state    State
	news     bool
	selected bool
}

func tallyOf(r *Row) tally {
	t := tally{state: r.State(), news: r.News, selected: r.Selected}
	switch p := r.Answer.Progress; {
	case t.state.Finished():
		t.done = whole
	case p.Known():
		t.done = int32(min(p, 1)*whole + 0.5)
	}
	return t
}

// add adds n times t, n being 1 or -1.
func (c *Counts) add(t tally, n int) {
	c.Total += n
	c.By[t.state] += n
	c.done += int64(n) * int64(t.done)
	if t.selected {
		c.Selected += n
	}
	if t.news {
		c.News += n
		if t.state.Failed() {
			c.NewFailures += n
		}
	}
}
