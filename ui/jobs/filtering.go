package jobs

import (
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/ui/filter"
)

// Filter returns the filter of the list.
func (l *List) Filter() filter.Filter { return l.filter }

// SetFilter shows only the jobs that f matches. A cursor whose job disappears goes
// to the nearest one that is left, and comes back with its job if it wasn't moved
// meanwhile: a filter that is typed and taken back leaves things as they were.
func (l *List) SetFilter(f filter.Filter) {
	if f.Equal(l.filter) {
		return
	}
	narrows := f.Narrows(l.filter)
	wasZero := l.filter.IsZero()
	l.filter = f
	if narrows {
		l.narrow()
	} else {
		for i := range l.slots {
			l.slots[i].shown = l.slots[i].batch >= 0 && l.matches(int32(i))
		}
		l.rebuild()
	}
	if wasZero != f.IsZero() {
		l.switchFolds()
	}
	l.makeWish()
	l.settle()
}

// narrow looks only at the rows that are shown.
func (l *List) narrow() {
	for i := range l.batches {
		b := &l.batches[i]
		if b.Matched == 0 {
			continue
		}
		b.shown.keep(func(e entry) bool {
			l.slots[e.slot].shown = l.matches(e.slot)
			return l.slots[e.slot].shown
		})
		l.matched += b.shown.n - b.Matched
		b.Matched = b.shown.n
	}
	l.layout.old = true
}

// switchFolds goes over to the folds of filtering, all open, or back from them.
func (l *List) switchFolds() {
	for i := range l.batches {
		b := &l.batches[i]
		b.foldedFiltered = false
		b.Folded = b.folded && l.filter.IsZero()
	}
}

// matches reports whether the filter shows a row.
func (l *List) matches(i int32) bool {
	if l.filter.IsZero() {
		return true
	}
	r, s := &l.rows[i], &l.slots[i]
	return l.filter.Match(&filter.Subject{
		ID:          r.ID,
		Description: r.Answer.Description,
		Batch:       l.batches[s.batch].Name,
		Meta:        r.Answer.Meta,
		Progress:    r.Answer.Progress,
		Age:         l.now.Sub(r.Added),
		State:       s.tally.state,
		New:         r.News || i == l.looking,
		Stale:       r.Stale(l.now),
		Selected:    r.Selected,
	})
}

// Matching calls yield with the rows that the filter shows in their order, those in
// folded batches too.
func (l *List) Matching(yield func(*Row) bool) {
	more := true
	l.order.from(0, func(b entry) bool {
		l.batches[b.slot].shown.from(0, func(e entry) bool {
			more = yield(&l.rows[e.slot])
			return more
		})
		return more
	})
}

// All calls yield with every row, in no order that means anything.
func (l *List) All(yield func(*Row) bool) {
	for i := range l.rows {
		if l.slots[i].batch >= 0 && !yield(&l.rows[i]) {
			return
		}
	}
}

// Where returns the IDs of all rows, shown or not, that want accepts.
func (l *List) Where(want func(*Row) bool) []job.ID {
	var out []job.ID
	l.All(func(r *Row) bool {
		if want(r) {
			out = append(out, r.ID)
		}
		return true
	})
	return out
}
