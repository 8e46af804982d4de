package joblist

import (
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/session"
)

// Load adds what the session holds at the start, all of it history. Jobs that are on the
// list already stay as they are.
func (l *List) Load(s *session.Session) {
	for _, b := range s.Batches() {
		l.addBatch(b)
	}
	records := s.Records()
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
	r.progressed(before, l.now)
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

// Study calls see with the jobs that changed in the last [List.Apply], and marks each as
// stalled or not, as see says.
func (l *List) Study(see func([]*store.Job) (stalled []bool)) {
	jobs := make([]*store.Job, len(l.changed))
	for i, r := range l.changed {
		jobs[i] = &r.Job
	}
	for i, stalled := range see(jobs) {
		l.changed[i].Stalled = stalled
	}
}

// SetStalled marks a job as one whose progress has stopped, or takes the mark off.
func (l *List) SetStalled(id job.ID, stalled bool) {
	if r, ok := l.rows[id]; ok {
		r.Stalled = stalled
	}
}
