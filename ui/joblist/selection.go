package joblist

import (
	"slices"

	"example.com/jobwatch/poller/job"
)

// Selected is how many jobs are selected, shown or not.
func (l *List) Selected() int { return l.counts.Selected }

// ToggleSelect selects the current job or takes it out of the selection. On a
// batch's header it does so with all the jobs shown of the batch: selects them,
// unless all are selected already.
func (l *List) ToggleSelect() {
	if l.cursor.row >= 0 {
		l.selectRow(l.cursor.row, !l.rows[l.cursor.row].Selected)
		l.settle()
		return
	}
	if l.cursor.batch < 0 {
		return
	}
	slots := l.shownOf(l.cursor.batch)
	on := false
	for _, i := range slots {
		on = on || !l.rows[i].Selected
	}
	for _, i := range slots {
		l.selectRow(i, on)
	}
	l.settle()
}

// SelectAll selects every job that the filter shows.
func (l *List) SelectAll() {
	for i := range l.slots {
		if l.slots[i].shown {
			l.selectRow(int32(i), true)
		}
	}
	l.settle()
}

// ClearSelection selects nothing.
func (l *List) ClearSelection() {
	for i := range l.slots {
		if l.Selected() == 0 {
			break
		}
		if l.slots[i].batch >= 0 {
			l.selectRow(int32(i), false)
		}
	}
	l.settle()
}

func (l *List) selectRow(i int32, on bool) {
	r := &l.rows[i]
	if r.Selected == on {
		return
	}
	r.Selected = on
	l.refresh(i)
}

// Targets are the jobs that an action applies to, by whether the list shows them. What
// is scrolled out of view counts as shown, and so do all jobs of a folded batch.
type Targets struct {
	Shown  []job.ID
	Hidden []job.ID // selected, but left out by the filter, or some of a folded batch

	Filtered int     // how many of Hidden the filter leaves out
	Folded   int     // how many of Shown have no row, as their batch is folded
	Batch    BatchID // the batch that they are of, if the cursor is on its row
}

// All are the targets, shown or not.
func (t *Targets) All() []job.ID { return slices.Concat(t.Shown, t.Hidden) }

// Targets returns what an action applies to: the selected jobs, else those of
// [List.CurrentTargets].
func (l *List) Targets() Targets {
	if l.Selected() == 0 {
		return l.CurrentTargets()
	}
	var t Targets
	whole := make(map[int32]bool) // folded batches of which all is selected
	for i := range l.rows {
		slot := int32(i)
		s, r := &l.slots[i], &l.rows[i]
		switch {
		case s.batch < 0 || !r.Selected:
		case !s.shown:
			t.Filtered++
			t.Hidden = append(t.Hidden, r.ID)
		case !l.batches[s.batch].Folded || l.allSelected(s.batch, whole):
			l.target(slot, &t)
		default:
			t.Hidden = append(t.Hidden, r.ID)
		}
	}
	return t
}

// CurrentTargets returns the current job, or the jobs of the current batch that the
// filter shows, whatever is selected.
func (l *List) CurrentTargets() Targets {
	var t Targets
	switch {
	case l.cursor.row >= 0:
		l.target(l.cursor.row, &t)
	case l.cursor.batch >= 0:
		t.Batch = l.batches[l.cursor.batch].ID
		for _, slot := range l.shownOf(l.cursor.batch) {
			l.target(slot, &t)
		}
	}
	return t
}

// FinishedTargets returns the finished jobs that the filter shows.
func (l *List) FinishedTargets() Targets {
	var t Targets
	l.order.from(0, func(b entry) bool {
		for _, slot := range l.shownOf(b.slot) {
			if l.rows[slot].End.Finished() {
				l.target(slot, &t)
			}
		}
		return true
	})
	return t
}

// target adds a job to those that are shown.
func (l *List) target(slot int32, t *Targets) {
	t.Shown = append(t.Shown, l.rows[slot].ID)
	t.Folded += b2i(l.batches[l.slots[slot].batch].Folded)
}

// allSelected reports whether all jobs that the filter shows of a batch are selected,
// and remembers it in known.
func (l *List) allSelected(batch int32, known map[int32]bool) bool {
	all, ok := known[batch]
	if !ok {
		all = !slices.ContainsFunc(l.shownOf(batch), func(slot int32) bool { return !l.rows[slot].Selected })
		known[batch] = all
	}
	return all
}

// shownOf returns the rows shown of a batch, in their order.
func (l *List) shownOf(batch int32) []int32 {
	b := &l.batches[batch]
	out := make([]int32, 0, b.shown.n)
	b.shown.from(0, func(e entry) bool {
		out = append(out, e.slot)
		return true
	})
	return out
}
