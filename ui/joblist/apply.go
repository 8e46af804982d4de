package joblist

import (
	"time"

	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/session"
)

// Load adds what the session holds at the start, all of it history. Jobs that are on the
// list already stay as they are.
func (l *List) Load(s *session.Session) {
	records := s.Records()
	if len(l.rows) == 0 {
		l.clear(len(records))
	}
	for _, b := range s.Batches() {
		l.addBatch(b)
	}
	for _, r := range records {
		slot := l.free()
		l.rows[slot] = newRow(r)
		if !l.put(slot) {
			l.release(slot)
		}
	}
	l.rekey()
	l.rematch()
	l.replaceBatches()
	l.settle()
}

// Apply takes what has happened to the session's records and batches.
func (l *List) Apply(events []session.Event, now time.Time) {
	l.now = now
	l.heard = l.heard[:0]
	for i := range events {
		switch e := &events[i]; e.Kind {
		case session.Added:
			if !e.Record.Gone() {
				l.add(e.Record)
			}
		case session.Changed:
			if slot, ok := l.slotOf(e.Record); ok {
				slot = l.rebatch(slot)
				l.observe(slot)
				l.heard = append(l.heard, slot)
			}
		case session.Removed:
			if slot, ok := l.slotOf(e.Record); ok {
				l.take(slot)
			}
		case session.BatchSet:
			l.setBatch(e.Batch)
		default:
		}
	}
	l.arrange()
	l.sweep()
	l.settle()
}

// slotOf returns where the row of a record is. A job that was removed and added again has
// another.
func (l *List) slotOf(r *session.Record) (int32, bool) {
	slot, ok := l.slot(r.ID)
	return slot, ok && l.rows[slot].Record == r
}

func (l *List) add(r *session.Record) {
	i := l.free()
	l.rows[i] = newRow(r)
	if !r.Saving { // else it is what it was when it was removed
		r.News = r.End.Finished() && r.Ended.After(l.since)
	}
	if !l.put(i) {
		l.release(i)
		return
	}
	l.refresh(i)
	l.changed(i)
}

// rebatch puts a row into the batch that its job is in now, and returns where it is.
func (l *List) rebatch(i int32) int32 {
	r := l.rows[i]
	if l.batches[l.slots[i].batch].ID == r.Batch {
		return i
	}
	l.take(i)
	to := l.free()
	l.rows[to] = r
	l.put(to)
	return to
}

// observe takes what is known of a row's job now.
func (l *List) observe(i int32) {
	r := &l.rows[i]
	before, state := l.slots[i].tally.state, r.State()
	if r.Answer.Progress != r.progress {
		r.Moved = l.now
	}
	r.hear(before)
	l.noteFailure(before)
	l.noteFailure(state)
	switch {
	case state.Finished() && !before.Finished():
		r.News = true
	case !state.Finished():
		r.News = false
	}
	l.refresh(i)
	l.changed(i)
}

// Study calls see with the jobs that the last [List.Apply] told of, and marks each as
// stalled or not, as see says.
func (l *List) Study(see func([]*store.Job) (stalled []bool)) {
	if len(l.heard) == 0 {
		return
	}
	jobs := make([]*store.Job, 0, len(l.heard))
	rows := make([]*Row, 0, len(l.heard))
	for _, slot := range l.heard {
		if l.slots[slot].batch >= 0 { // else it was removed meanwhile
			jobs, rows = append(jobs, &l.rows[slot].Job), append(rows, &l.rows[slot])
		}
	}
	for i, stalled := range see(jobs) {
		rows[i].Stalled = stalled
	}
}

// Tick tells the list the time, for filters that depend on it: with one of those it
// looks at every row.
func (l *List) Tick(now time.Time) {
	l.now = now
	if !l.filter.Timed() {
		return
	}
	for i := range l.slots {
		if l.slots[i].batch >= 0 {
			l.refresh(int32(i))
		}
	}
	l.settle()
}

// refresh puts a row that changed into its place and counts it as it is now.
func (l *List) refresh(i int32) {
	s, r := &l.slots[i], &l.rows[i]
	b := &l.batches[s.batch]
	if t := tallyOf(r); t != s.tally {
		if t.state != s.tally.state {
			s.at = hundredths(r, t) // such news moves at once
		}
		b.Counts.add(s.tally, -1)
		l.counts.add(s.tally, -1)
		b.Counts.add(t, 1)
		l.counts.add(t, 1)
		s.tally = t
	}
	l.watch(i)
	key, show := rowKey(l.sort, r, s), l.matches(i)
	if key == s.key && show == s.shown {
		return
	}
	before := *s
	s.key, s.shown = key, show
	if before.shown {
		b.shown.remove(before.key)
	}
	if show {
		b.shown.insert(entry{key, i})
	}
	if before.shown != show {
		l.layout.old = true
		b.Matched = b.shown.n
		l.matched += b2i(show) - b2i(before.shown)
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}
