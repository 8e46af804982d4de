package joblist

import (
	"slices"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
)

// Track adds jobs to a batch, which is made if it isn't there. They are drawn as
// being saved until [List.Saved]. It returns those that were added and how many
// were tracked already; those stay as they are.
func (l *List) Track(jobs []store.Job, b store.Batch) (added []store.Job, already int) {
	if len(jobs) == 0 {
		return nil, 0
	}
	added = make([]store.Job, 0, len(jobs))
	for i := range jobs {
		if _, ok := l.slot(jobs[i].ID); ok {
			already++
			continue
		}
		if len(added) == 0 {
			l.addBatch(b)
			l.grow(len(jobs))
		}
		j := jobs[i]
		j.Batch = b.ID
		added = append(added, j)
		l.insert(Row{Job: j, Saving: true}, 0)
	}
	l.settle()
	return added, already
}

// grow makes room for n more rows at once: they are large to copy time and again.
func (l *List) grow(n int) {
	if n -= len(l.frees); n > 0 {
		l.rows, l.slots = slices.Grow(l.rows, n), slices.Grow(l.slots, n)
	}
}

// insert adds a row and gives it its place in the order.
func (l *List) insert(r Row, seq uint32) {
	i := l.free()
	l.rows[i] = r
	l.put(i, seq)
	l.refresh(i)
	l.changed(i)
}

// Saved says that these jobs are in the state file.
func (l *List) Saved(ids []job.ID) {
	for _, id := range ids {
		if i, ok := l.slot(id); ok {
			l.rows[i].Saving = false
		}
	}
}

// Removed is a job that was taken off the list, with its place.
type Removed struct {
	row      Row
	seq      uint32
	batch    store.Batch
	batchSeq uint32
}

// ID is the job's.
func (r *Removed) ID() job.ID { return r.row.ID }

// Member is a job as it has stood in a batch since it was added. One that was removed and
// added again, or moved to another batch, is another member.
type Member struct {
	ID    job.ID
	Batch BatchID
	added int64 // in milliseconds, as the state file has it
}

// MemberOf returns the member that a record is of.
func MemberOf(j *store.Job) Member { return Member{j.ID, j.Batch, j.Added.UnixMilli()} }

// Members returns the jobs of those that are tracked, as they stand in their batches.
func (l *List) Members(ids []job.ID) []Member {
	out := make([]Member, 0, len(ids))
	for _, id := range ids {
		if i, ok := l.slot(id); ok {
			out = append(out, MemberOf(&l.rows[i].Job))
		}
	}
	return out
}

// Still returns those of the members that are still on the list.
func (l *List) Still(members []Member) []Member {
	out := make([]Member, 0, len(members))
	for _, m := range members {
		if i, ok := l.slot(m.ID); ok && MemberOf(&l.rows[i].Job) == m {
			out = append(out, m)
		}
	}
	return out
}

// Remove takes members off the list, as [List.Forget] does.
func (l *List) Remove(members []Member) []Removed {
	var ids []job.ID
	for _, m := range l.Still(members) {
		ids = append(ids, m.ID)
	}
	return l.Forget(ids)
}

// Absent is how many of the removed jobs are not on the list again.
func (l *List) Absent(removed []Removed) int {
	n := 0
	for i := range removed {
		if _, ok := l.slot(removed[i].row.ID); !ok {
			n++
		}
	}
	return n
}

// Forget takes jobs off the list and returns what [List.Restore] needs to bring
// them back. IDs that are not tracked are passed over.
func (l *List) Forget(ids []job.ID) []Removed {
	var out []Removed
	for _, id := range ids {
		i, ok := l.slot(id)
		if !ok {
			continue
		}
		s := &l.slots[i]
		b := &l.batches[s.batch]
		out = append(out, Removed{row: l.rows[i], seq: seqOf(s.key), batch: b.Batch.Batch, batchSeq: b.seq})
		l.take(i)
	}
	l.sweep()
	l.settle()
	return out
}

// Restore brings forgotten jobs back to their places, drawn as being saved. It
// returns their records; a job that was tracked again meanwhile is left alone.
func (l *List) Restore(removed []Removed) []store.Job {
	var out []store.Job
	for i := range removed {
		m := &removed[i]
		if _, ok := l.slot(m.row.ID); ok {
			continue
		}
		if _, ok := l.byBatch[m.batch.ID]; !ok {
			l.restoreBatch(m.batch, m.batchSeq)
		}
		r := m.row
		r.Saving, r.Selected, r.Speed = true, false, 0 // what it did meanwhile is not known
		out = append(out, r.Job)
		l.insert(r, m.seq)
	}
	l.settle()
	return out
}

// restoreBatch makes a batch again that was swept away, in its old place.
func (l *List) restoreBatch(sb store.Batch, seq uint32) {
	i := l.addBatch(sb)
	b := &l.batches[i]
	before := b.key
	b.seq = seq
	b.key = l.batchKey(b)
	l.order.remove(before)
	l.order.insert(entry{b.key, i})
}
