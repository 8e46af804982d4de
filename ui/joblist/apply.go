package joblist

import (
	"time"

	"example.com/jobwatch/ui/session"
)

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
