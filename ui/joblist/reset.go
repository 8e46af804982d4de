package joblist

import "example.com/jobwatch/store"

// Reset replaces everything by the contents of a state file that was replaced
// under us. The cursor, selection, folds and news stay with their jobs and
// batches, and so does what only this process knows. Where that is more than the
// file says of a job, the job is among those to be saved. There are no events.
func (l *List) Reset(c store.Contents) Applied {
	var out Applied
	l.forgetOthers(c, &out) // before anything else, so that the cursor finds a neighbour
	old := *l
	l.clear(len(c.Jobs))
	l.cursor, l.wish, l.looking, l.anchor = nowhere(), nowhere(), -1, anchor{batch: gone}
	l.load(c)
	for i := range l.rows {
		l.inherit(int32(i), &old, &out)
	}
	l.replaceBatches()
	for i := range old.batches {
		from := &old.batches[i]
		if to, ok := l.byBatch[from.ID]; ok && from.used {
			b := &l.batches[to]
			b.folded, b.foldedFiltered, b.Folded = from.folded, from.foldedFiltered, from.Folded
		}
	}
	l.layout.old = true
	l.cursor, l.wish = old.translate(old.cursor, l), old.translate(old.wish, l)
	if a := old.anchor; a.batch >= 0 {
		if to, ok := l.byBatch[old.batches[a.batch].ID]; ok {
			l.anchor = anchor{batch: to, key: l.batches[to].key, delta: a.delta}
		}
	}
	l.settle()
	return out
}

// forgetOthers forgets the jobs that c doesn't hold.
func (l *List) forgetOthers(c store.Contents, out *Applied) {
	stays := make([]bool, len(l.slots))
	for i := range c.Jobs {
		if slot, ok := l.slot(c.Jobs[i].ID); ok {
			stays[slot] = true
		}
	}
	for i, stay := range stays {
		if !stay && l.slots[i].batch >= 0 {
			out.Gone = append(out.Gone, l.rows[i].ID)
			l.take(int32(i))
		}
	}
	l.settle()
}

// inherit takes over what the old list knows of a row beyond the state file.
func (l *List) inherit(i int32, old *List, out *Applied) {
	r := &l.rows[i]
	j, ok := old.slot(r.ID)
	if !ok {
		out.Added = append(out.Added, r.Job)
		r.News = l.recent(&r.Job)
		l.refresh(i)
		return
	}
	was := &old.rows[j]
	if newer(&was.Job, &r.Job) && !newer(&r.Job, &was.Job) {
		batch, added := r.Batch, r.Added
		r.Job = was.Job
		r.Batch, r.Added = batch, added
		out.Save = append(out.Save, r.Job)
	}
	r.Problem, r.Next, r.Latency, r.Polls = was.Problem, was.Next, was.Latency, was.Polls
	r.Heard, r.Moved, r.Stalled, r.Selected = was.Heard, was.Moved, was.Stalled, was.Selected
	r.Speed, r.drawn = was.Speed, was.drawn
	r.News = r.State().Finished() && (was.News || !was.State().Finished())
	l.noteFailure(r.State())
	l.refresh(i)
	l.changed(i)
}

// translate says where c of this list is in other.
func (l *List) translate(c cursor, other *List) cursor {
	if c.batch < 0 {
		return c
	}
	id := l.batches[c.batch].ID
	out := cursor{row: header}
	if c.row >= 0 {
		out.row, _ = other.slot(l.rows[c.row].ID) // forgetOthers left only jobs that stay
		out.key, id = other.slots[out.row].key, other.rows[out.row].Batch
	}
	b, ok := other.byBatch[id]
	if !ok {
		return nowhere() // an empty batch that the file doesn't know
	}
	out.batch, out.batchKey = b, other.batches[b].key
	return out
}
