package joblist

import (
	"iter"
	"sort"

	"github.com/tidwall/btree"

	"example.com/jobwatch/ui/session"
)

// Batch is jobs that were added together.
type Batch struct {
	*session.Batch
	Counts  Counts // of all its jobs
	Matched int    // how many of them the filter shows

	rows      rowTree
	shown     *rowTree // the rows that the filter shows: all of them while there is none
	misplaced bool     // some row's progress asks for another place than it has
	lines     int      // on the screen
	key       uint64   // place among the batches
	ids       *idIndex

	foldedBefore bool // Folded as it was before there was a filter, which opens all batches
}

// Rows returns the batch's rows in their order.
func (b *Batch) Rows() iter.Seq[*Row] { return b.rows.all() }

// rowTree is rows in the order of their keys.
type rowTree struct{ btree.Map[uint64, *Row] }

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

// all returns the rows in their order.
func (t *rowTree) all() iter.Seq[*Row] {
	return func(yield func(*Row) bool) {
		t.Scan(func(_ uint64, r *Row) bool { return yield(r) })
	}
}

// addBatch returns the batch with that ID, which it makes if there is none.
func (l *List) addBatch(sb *session.Batch) *Batch {
	if b, ok := l.batches[sb.ID]; ok {
		return b
	}
	b := &Batch{Batch: sb, ids: l.ids}
	l.batches[sb.ID] = b
	if !l.filter.IsZero() {
		b.foldedBefore, b.Folded = b.Folded, false
	}
	l.refilter(b)
	return b
}

// rename finds out which jobs of a batch match by its new name.
func (l *List) rename(sb *session.Batch) {
	if b, ok := l.batches[sb.ID]; ok {
		l.refilter(b)
	}
}

// measure counts the rows that the filter shows of a batch, and the lines that it has.
func (l *List) measure(b *Batch) {
	matched, lines := b.shown.Len(), 0
	switch {
	case matched > 0 && b.Folded:
		lines = 1
	case matched > 0:
		lines = 1 + matched
	}
	l.matched += matched - b.Matched
	l.total += lines - b.lines
	b.Matched, b.lines = matched, lines
}

// Counts is how many jobs there are of each kind, and how far they are.
type Counts struct {
	Total    int
	By       [States]int
	Selected int

	done int64 // millionths of a job
}

// Finished is how many jobs have ended, one way or another.
func (c *Counts) Finished() int { return c.By[Done] + c.Failed() }

// Failed is how many jobs have ended without a result.
func (c *Counts) Failed() int { return c.By[Error] + c.By[Rejected] + c.By[GivenUp] }

// Live is how many jobs are still polled.
func (c *Counts) Live() int { return c.Total - c.Finished() }

// Progress is the finished share of the whole, 0 to 1: failed jobs count 1, unknown progress 0.
func (c *Counts) Progress() float64 {
	if c.Total == 0 {
		return 0
	}
	return float64(c.done) / (whole * float64(c.Total))
}

// whole is what a finished job adds to Counts.done: a sum of fractions would drift over weeks.
const whole = 1e6

// tally is what one row adds to the counts.
type tally struct {
	done     int32
	state    State
	selected bool
}

func tallyOf(r *Row) tally {
	t := tally{state: r.State(), selected: r.Selected}
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
}
