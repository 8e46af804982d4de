package jobs

import "example.com/jobwatch/poller/job"

// Selected is how many jobs are selected, shown or not.
func (l *List) Selected() int { return l.selected }

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
		if l.selected == 0 {
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
	l.selected += b2i(on) - b2i(!on)
	l.refresh(i)
}

// Targets is what an action applies to: the selected jobs (those that the filter
// hides too, so say how many), else the current one, else those shown of the
// current batch.
func (l *List) Targets() []job.ID {
	switch {
	case l.selected > 0:
		return l.Where(func(r *Row) bool { return r.Selected })
	case l.cursor.row >= 0:
		return []job.ID{l.rows[l.cursor.row].ID}
	case l.cursor.batch >= 0:
		slots := l.shownOf(l.cursor.batch)
		out := make([]job.ID, len(slots))
		for i, s := range slots {
			out[i] = l.rows[s].ID
		}
		return out
	default:
		return nil
	}
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
