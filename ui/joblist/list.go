// Package joblist is the list on the screen without the screen: every tracked job as
// a row, in batches that fold, ordered, filtered, selected and counted, with a cursor
// that stays on its job while rows move. It draws nothing and knows no keys.
//
// A [List] belongs to one goroutine, that of the program's Update. Each of its methods
// leaves it consistent: the cursor is on a line that exists, the counters are right, and
// [List.Lines] is what to draw. Pointers and slices that it returns are for reading, and
// valid until the next method that changes the list.
//
// # Cost
//
// The cost of a frame does not depend on how many jobs are tracked. A report changes the
// counters and moves the row in its batch's tree, in logarithmic time; drawing reads as
// many lines as are visible. Only a new order, a new filter and, with a filter that asks
// for ages, [List.Tick] look at every row.
//
// # Order
//
// Batches are newest first; in the default order those that are finished sink below the
// others, and inside a batch come the failed jobs, then the running ones by progress, then
// the queued, then the Done ones. Progress counts in tenths and as it was up to 10 s ago,
// and equals stay in the order they were added, so that rows seldom move. The batch under
// the cursor stays in its place until the cursor leaves it.
//
// # News
//
// A job that ended since the start, seen here or by another window, is new until the
// cursor has been on it. What had ended before is history.
package joblist

import (
	"iter"
	"time"

	"github.com/tidwall/btree"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/ui/session"
)

// List is all jobs and how they stand on the screen. Make one with [New].
type List struct {
	since time.Time // the start: what ended before is history
	now   time.Time // as last told

	rows    map[job.ID]*Row
	batches map[BatchID]*batch
	order   btree.Map[uint64, *batch] // by batch.key
	ids     *idIndex

	filter   Filter
	timed    bool // what the filter matches depends on the time
	sort     Sort
	counts   Counts
	matched  int
	failures int // see FailureChanges

	misplaced []*Row    // see noteMisplaced
	resorted  time.Time // when they were last put in their places

	viewport

	changed []*Row // in the last Apply
}

// New returns an empty list. What ends before now is history, not news.
func New(now time.Time) *List {
	l := &List{
		since: now, now: now,
		rows: make(map[job.ID]*Row), batches: make(map[BatchID]*batch), ids: newIDIndex(),
	}
	l.follow = margin
	return l
}

// Load adds what the session holds at the start, all of it history. Jobs that are on the
// list already stay as they are.
func (l *List) Load(batches []*session.Batch, records []*session.Record) {
	for _, b := range batches {
		l.addBatch(b)
	}
	rows := make([]Row, 0, len(records)) // at once, as they are made and read together
	for _, r := range records {
		if _, ok := l.rows[r.ID]; !ok {
			rows = append(rows, newRow(r))
			l.insert(&rows[len(rows)-1])
		}
	}
	l.settle()
}

// Apply takes what has happened to the session's records and batches.
func (l *List) Apply(events []session.Event, now time.Time) {
	l.now, l.changed = now, l.changed[:0]
	for i := range events {
		e := &events[i]
		switch e.Kind {
		case session.Added:
			l.add(e.Record)
		case session.Changed:
			if r, ok := l.rowOf(e.Record); ok {
				l.observe(r)
			}
		case session.Removed:
			if r, ok := l.rowOf(e.Record); ok {
				l.remove(r)
			}
		case session.BatchSet:
			l.setBatch(e.Batch)
		default:
		}
	}
	for _, r := range l.changed {
		if r.changed { // and not removed meanwhile
			r.changed = false
			l.refresh(r)
		}
	}
	l.resortMisplaced()
	l.settle()
	l.sweep()
}

// rowOf returns the row of a record. A job that was removed and added again has another
// record.
func (l *List) rowOf(record *session.Record) (*Row, bool) {
	r, ok := l.rows[record.ID]
	return r, ok && r.Record == record
}

// add adds a record, unless it was removed meanwhile.
func (l *List) add(record *session.Record) {
	if _, ok := l.rows[record.ID]; ok || record.Gone() {
		return
	}
	r := newRow(record)
	if !r.Saving { // else it is what it was when it was removed
		r.News = r.End.Finished() && r.Ended.After(l.since)
	}
	l.insert(&r)
}

// observe takes what the session knows of a row's job now. The row is put in its place
// later, once however often it changed.
func (l *List) observe(r *Row) {
	if r.batch.ID != r.Batch {
		l.remove(r)
		l.insert(r)
	}
	before, state := r.tally.state, r.State()
	r.progressed(before)
	l.noteFailure(before)
	l.noteFailure(state)
	switch {
	case state.Finished() && !before.Finished():
		r.News = true
	case !state.Finished():
		r.News = false
	}
	l.retally(r)
	if !r.changed {
		r.changed = true
		l.changed = append(l.changed, r)
	}
}

// insert adds a row whose job is not on the list yet.
func (l *List) insert(r *Row) {
	b := l.addBatch(r.In())
	r.batch, r.tally = b, tallyOf(r)
	r.misplaced, r.changed = false, false
	r.placedAt = hundredths(r)
	r.key = rowKey(l.sort, r)
	l.rows[r.ID] = r
	l.ids.add(r.ID)
	l.count(r, 1)
	b.rows.Set(r.key, r)
	l.refresh(r)
	l.noteFailure(r.tally.state)
}

// remove takes a row off the list. Its fields still say where it stood.
func (l *List) remove(r *Row) {
	b := r.batch
	b.rows.Delete(r.key)
	if b.filtered != nil {
		b.filtered.Delete(r.key)
	}
	l.recount(b)
	l.count(r, -1)
	l.noteFailure(r.tally.state)
	delete(l.rows, r.ID)
	l.ids.remove(r.ID)
	if l.savedCursor.row == r {
		l.savedCursor = cursor{}
	}
	if l.viewedRow == r {
		l.viewedRow = nil
	}
	r.misplaced, r.changed = false, false
	l.placeBatch(b)
}

// refresh counts, filters and places a row that changed, and its batch.
func (l *List) refresh(r *Row) {
	l.retally(r)
	l.noteMisplaced(r)
	l.place(r)
	if l.sort == ByRecent {
		r.batch.noteChange(r)
	}
	l.placeBatch(r.batch)
}

// retally counts a row as it is now.
func (l *List) retally(r *Row) {
	t := tallyOf(r)
	if t == r.tally {
		return
	}
	before := r.tally.state
	l.count(r, -1)
	r.tally = t
	l.count(r, 1)
	if t.state != before {
		r.placedAt = hundredths(r) // such a change moves the row at once
	}
}

// count adds what a row contributes to the counts n times, n being 1 or -1.
func (l *List) count(r *Row, n int) {
	l.counts.add(r.tally, n)
	r.batch.Counts.add(r.tally, n)
}

// Row returns the row of a job.
func (l *List) Row(id job.ID) (*Row, bool) {
	r, ok := l.rows[id]
	return r, ok
}

// Batch returns what there is to draw of a batch.
func (l *List) Batch(id BatchID) (*Batch, bool) {
	b, ok := l.batches[id]
	if !ok {
		return nil, false
	}
	return &b.Batch, true
}

// all returns the batches in their order.
func (l *List) all() iter.Seq[*batch] {
	return func(yield func(*batch) bool) {
		l.order.Scan(func(_ uint64, b *batch) bool { return yield(b) })
	}
}

// All calls yield with every row, in their order.
func (l *List) All(yield func(*Row) bool) { l.each(func(b *batch) *rowTree { return &b.rows }, yield) }

// Matching calls yield with the rows that the filter shows in their order, those in
// folded batches too.
func (l *List) Matching(yield func(*Row) bool) { l.each((*batch).shown, yield) }

// each calls yield with the rows of a tree of each batch.
func (l *List) each(tree func(*batch) *rowTree, yield func(*Row) bool) {
	for b := range l.all() {
		for r := range tree(b).from(0) {
			if !yield(r) {
				return
			}
		}
	}
}

// InBatch returns the rows of a batch, those that the filter hides too.
func (l *List) InBatch(id BatchID) iter.Seq[*Row] {
	if b, ok := l.batches[id]; ok {
		return b.rows.from(0)
	}
	return func(func(*Row) bool) {}
}

// Where returns the IDs of all rows, shown or not, that want accepts.
func (l *List) Where(want func(*Row) bool) []job.ID {
	var out []job.ID
	for r := range l.All {
		if want(r) {
			out = append(out, r.ID)
		}
	}
	return out
}

// Counts returns the counts of all jobs, regardless of the filter.
func (l *List) Counts() Counts { return l.counts }

// FailureChanges counts up whenever the set of failed jobs, or their causes, may have
// changed.
func (l *List) FailureChanges() int { return l.failures }

// noteFailure counts a row in that state that is added, removed or changed.
func (l *List) noteFailure(s State) {
	if s.Failed() {
		l.failures++
	}
}

// Matched is how many jobs the filter shows, those in folded batches included.
func (l *List) Matched() int { return l.matched }

// Emptiness says why there is nothing to see.
type Emptiness uint8

// The kinds of emptiness.
const (
	NotEmpty       Emptiness = iota
	NothingTracked           // there are no jobs at all
	NothingMatches           // there are jobs, and the filter shows none
)

// Empty says whether there is nothing to see, and why.
func (l *List) Empty() Emptiness {
	switch {
	case l.matched > 0:
		return NotEmpty
	case l.counts.Total == 0:
		return NothingTracked
	default:
		return NothingMatches
	}
}
