// Package joblist is the list on the screen without the screen: every tracked job as
// a row, in batches that fold, ordered, filtered, selected and counted, with a cursor
// that stays on its job while rows move. It draws nothing and knows no keys.
//
// A [List] belongs to one goroutine. Each of its methods leaves it consistent. Pointers and
// slices that it returns are for reading, and valid until the next method that changes it.
//
// A report moves its row in its batch's tree, in logarithmic time; drawing reads the visible
// lines. Only a new order, a new filter and, with a filter that asks for ages, [List.Tick]
// look at every row. Rows seldom move: progress counts in tenths and as it was up to 10 s ago,
// and the batch under the cursor stays in its place until the cursor leaves it.
//
// A job that ended since the start is new until the cursor has been on it.
package joblist

import (
	"time"

	"github.com/tidwall/btree"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/session"
)

// List is all jobs and how they stand on the screen. Make one with [New].
type List struct {
	since time.Time // the start: what ended before is history
	now   time.Time // as last told

	rows    map[job.ID]*Row
	batches map[store.BatchID]*Batch  // those with jobs
	order   btree.Map[uint64, *Batch] // by Batch.key
	ids     *idIndex

	filter   Filter
	sort     Sort
	counts   Counts
	failures int // see FailureChanges

	resorted time.Time // when rows were last put in other places for their progress

	viewport
}

// New returns an empty list. What ends before now is history, not news.
func New(now time.Time) *List {
	less := func(a, b job.ID) bool { return a.Compare(b) < 0 }
	ids := btree.NewBTreeGOptions(less, btree.Options{NoLocks: true})
	return &List{
		since: now, now: now, rows: make(map[job.ID]*Row), batches: make(map[store.BatchID]*Batch),
		ids: &idIndex{ids, 1}, viewport: viewport{follow: margin},
	}
}

// Load adds what the session holds at the start. Jobs that are on the list already stay as
// they are.
func (l *List) Load(records []*session.Record) {
	for _, r := range records {
		l.add(r)
	}
	l.settle()
}

// Apply takes what has happened to the session's records and batches.
func (l *List) Apply(events []session.Event, now time.Time) {
	l.now = now
	for i := range events {
		e := &events[i]
		switch e.Kind {
		case session.Added:
			l.add(e.Record)
		case session.Changed, session.Removed:
			r := l.rows[e.Record.ID]
			switch {
			case r == nil || r.Record != e.Record: // it was removed, or also added again
			case e.Kind == session.Changed:
				l.observe(r)
			default:
				l.remove(r)
			}
		case session.BatchSet:
			if b, ok := l.batches[e.Batch.ID]; ok {
				l.refilter(b) // its jobs may match by its name
			}
		default:
		}
	}
	l.resortMisplaced()
	l.settle()
}

// add adds a record, unless it is there or was removed meanwhile.
func (l *List) add(record *session.Record) {
	if _, ok := l.rows[record.ID]; ok || record.Gone() {
		return
	}
	r := &Row{Record: record}
	if !r.Saving { // else it is what it was when it was removed
		r.News = r.End.Finished() && r.Ended.After(l.since)
	}
	l.insert(r)
}

// observe takes what the session knows of a row's job now.
func (l *List) observe(r *Row) {
	before, state := r.tally.state, r.State()
	if r.batch.ID != r.Batch {
		l.remove(r)
		l.insert(r)
	}
	r.progressed()
	switch {
	case state.Finished() && !before.Finished():
		r.News = true
	case !state.Finished():
		r.News = false
	}
	l.refresh(r)
}

// insert adds a row whose job is not on the list yet.
func (l *List) insert(r *Row) {
	b, ok := l.batches[r.Batch]
	if !ok {
		b = &Batch{Batch: r.In(), ids: l.ids}
		if !l.filter.IsZero() {
			b.foldedBefore, b.Folded = b.Folded, false
		}
		l.batches[r.Batch] = b
		l.refilter(b)
	}
	r.batch, r.key, r.tally = b, 0, tallyOf(r)
	l.rows[r.ID] = r
	l.ids.Set(r.ID)
	l.ids.changes++
	l.count(r, 1)
	l.place(r, l.rowKey(r))
	l.placeBatch(b)
}

// remove takes a row off the list, and its batch with its last one. Their fields still say
// where they stood.
func (l *List) remove(r *Row) {
	b := r.batch
	delete(l.rows, r.ID)
	l.ids.Delete(r.ID)
	l.ids.changes++
	l.count(r, -1)
	b.rows.Delete(r.key)
	b.shown.Delete(r.key)
	l.measure(b)
	l.placeBatch(b)
	if b.Counts.Total == 0 {
		delete(l.batches, b.ID)
		l.order.Delete(b.key)
		if !l.filter.IsZero() {
			b.Folded = b.foldedBefore // when it comes back
		}
	}
	if saved := l.savedCursor; saved.row == r || saved.batch == b && b.Counts.Total == 0 {
		l.savedCursor = cursor{}
	}
	r.viewed = false
}

// refresh counts, filters and places a row that changed, and its batch.
func (l *List) refresh(r *Row) {
	before := r.tally.state
	l.count(r, -1)
	r.tally = tallyOf(r)
	l.count(r, 1)
	key := l.rowKey(r)
	if r.tally.state == before && l.sort != ByRecent && key != r.key { // only its progress asks for another place
		r.batch.misplaced, key = true, r.key
	}
	l.place(r, key)
	l.placeBatch(r.batch)
}

// count adds what a row contributes to the counts n times, n being 1 or -1.
func (l *List) count(r *Row, n int) {
	l.counts.add(r.tally, n)
	r.batch.Counts.add(r.tally, n)
	if r.tally.state.Failed() {
		l.failures++
	}
}

// Row returns the row of a job.
func (l *List) Row(id job.ID) (*Row, bool) {
	r, ok := l.rows[id]
	return r, ok
}

// Batch returns a batch that has jobs.
func (l *List) Batch(id store.BatchID) (*Batch, bool) {
	b, ok := l.batches[id]
	return b, ok
}

// All returns all rows in their order.
func (l *List) All() (rows []*Row) {
	for _, b := range l.order.Values() {
		rows = append(rows, b.Rows()...)
	}
	return rows
}

// Matching returns the rows that the filter shows, in folded batches too.
func (l *List) Matching() (rows []*Row) {
	for _, b := range l.order.Values() {
		rows = append(rows, b.shown.Values()...)
	}
	return rows
}

// Counts returns the counts of all jobs, regardless of the filter.
func (l *List) Counts() Counts { return l.counts }

// FailureChanges counts up whenever the set of failed jobs, or their causes, may have
// changed.
func (l *List) FailureChanges() int { return l.failures }

// Matched is how many jobs the filter shows, those in folded batches included.
func (l *List) Matched() int { return l.matched }
