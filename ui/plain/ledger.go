package plain

import (
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
)

// ledger is all that the state file holds, kept up to date, so that it can be written
// anew should somebody remove the file.
type ledger struct {
	jobs    map[job.ID]*store.Job
	order   []job.ID // as they were tracked; those that were forgotten stay in it
	batches map[store.BatchID]store.Batch
	members map[store.BatchID]*members
}

// members are a batch's jobs, of which the first so many are known to be over. One that
// was forgotten and tracked again stands in it twice.
type members struct {
	ids  []job.ID
	past int
}

func newLedger(c *store.Contents) ledger {
	l := ledger{
		jobs:    make(map[job.ID]*store.Job, len(c.Jobs)),
		order:   make([]job.ID, 0, len(c.Jobs)),
		batches: make(map[store.BatchID]store.Batch, len(c.Batches)),
		members: make(map[store.BatchID]*members, len(c.Batches)),
	}
	for _, b := range c.Batches {
		l.batches[b.ID] = b
	}
	for _, j := range c.Jobs {
		l.track(j)
	}
	return l
}

func (l *ledger) track(j store.Job) {
	if _, ok := l.jobs[j.ID]; !ok {
		l.jobs[j.ID] = &j
		l.order = append(l.order, j.ID)
		if l.members[j.Batch] == nil {
			l.members[j.Batch] = new(members)
		}
		l.members[j.Batch].ids = append(l.members[j.Batch].ids, j.ID)
	}
}

// over reports whether no job of a batch is unfinished, and how they ended.
func (l *ledger) over(batch store.BatchID) (done, failed int, over bool) {
	m := l.members[batch]
	if m == nil {
		return 0, 0, false
	}
	for m.past < len(m.ids) {
		if j := l.jobs[m.ids[m.past]]; j != nil && j.Batch == batch && !j.End.Finished() {
			return 0, 0, false
		}
		m.past++
	}
	counted := make(map[job.ID]bool, len(m.ids))
	for _, id := range m.ids {
		switch j := l.jobs[id]; {
		case j == nil, j.Batch != batch, counted[id]: // it was forgotten, and perhaps tracked again
		case j.End == job.EndedDone:
			done++
		default:
			failed++
		}
		counted[id] = true
	}
	return done, failed, true
}

// each calls do with every tracked job, in their order.
func (l *ledger) each(do func(*store.Job)) {
	for _, id := range l.order {
		if j, ok := l.jobs[id]; ok {
			do(j)
		}
	}
}

// ops are what writes the whole ledger.
func (l *ledger) ops() []store.Op {
	ops := make([]store.Op, 0, len(l.jobs)+len(l.batches))
	for _, b := range l.batches {
		ops = append(ops, store.SetBatch{Batch: b})
	}
	l.each(func(j *store.Job) { ops = append(ops, store.Track{Job: *j}) })
	return ops
}
