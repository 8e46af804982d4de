package joblist

import (
	"sort"

	"github.com/tidwall/btree"

	"example.com/jobwatch/poller/job"
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

// rowTree is rows by their keys.
type rowTree = btree.Map[uint64, *Row]

// Rows returns the batch's rows in their order.
func (b *Batch) Rows() []*Row { return b.rows.Values() }

// at returns the i-th row shown.
func (b *Batch) at(i int) *Row {
	_, r, _ := b.shown.GetAt(i)
	return r
}

// rank returns how many rows shown are before key.
func (b *Batch) rank(key uint64) int {
	return sort.Search(b.shown.Len(), func(i int) bool { return b.at(i).key >= key })
}

// measure counts the rows that the filter shows of a batch, and the lines that it has.
func (l *List) measure(b *Batch) {
	matched := b.shown.Len()
	lines := min(matched, 1)
	if !b.Folded {
		lines += matched
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
	progress job.Progress
	state    State
	selected bool
}

func tallyOf(r *Row) tally { return tally{r.Answer.Progress, r.State(), r.Selected} }

// done returns the finished share in millionths.
func (t tally) done() int64 {
	switch {
	case t.state.Finished():
		return whole
	case t.progress.Known():
		return int64(min(t.progress, 1)*whole + 0.5)
	}
	return 0
}

// add adds n times t, n being 1 or -1.
func (c *Counts) add(t tally, n int) {
	c.Total += n
	c.By[t.state] += n
	c.done += int64(n) * t.done()
	if t.selected {
		c.Selected += n
	}
}
