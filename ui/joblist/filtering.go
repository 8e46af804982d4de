package joblist

import (
	"iter"

	"example.com/jobwatch/poller/job"
)

// Filter returns the filter of the list.
func (l *List) Filter() Filter { return l.filter }

// SetFilter shows only the jobs that f matches. A cursor whose job disappears goes
// to the nearest one that is left, and comes back with its job if it wasn't moved
// meanwhile: a filter that is typed and taken back leaves things as they were.
func (l *List) SetFilter(f Filter) {
	if f.Equal(l.filter) {
		return
	}
	before := l.filter
	l.filter = f
	switch {
	case f.Narrows(before):
		l.narrow(f.Without(before))
	case before.Narrows(f):
		l.widen()
	default:
		l.rematch()
	}
	if before.IsZero() != f.IsZero() {
		l.switchFolds()
	}
	l.makeWish()
	l.settle()
}

// narrow looks only at the rows that are shown, and asks only what is new of them.
// It goes by slot and not by order, since that is how they lie in memory.
func (l *List) narrow(rest Filter) {
	for i := range l.slots {
		if s := &l.slots[i]; s.shown {
			s.shown = l.passes(int32(i), rest)
		}
	}
	for i := range l.batches {
		b := &l.batches[i]
		b.shown.recount()
		l.matched += b.shown.n - b.Matched
		b.Matched = b.shown.n
	}
	l.layout.old = true
}

// widen looks only at the rows that are not shown.
func (l *List) widen() {
	for i := range l.slots {
		if s := &l.slots[i]; !s.shown && s.batch >= 0 {
			s.shown = l.matches(int32(i))
		}
	}
	l.rebuild()
}

// rematch looks at all rows.
func (l *List) rematch() {
	for i := range l.slots {
		if s := &l.slots[i]; s.batch >= 0 {
			s.shown = l.matches(int32(i))
		}
	}
	l.rebuild()
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
func (l *List) matches(i int32) bool { return l.passes(i, l.filter) }

// passes reports whether a filter matches a row.
func (l *List) passes(i int32, f Filter) bool {
	if f.IsZero() {
		return true
	}
	r, s := &l.rows[i], &l.slots[i]
	subject := Subject{
		ID:          r.ID,
		Description: r.Answer.Description,
		Batch:       l.batches[s.batch].Name,
		Meta:        r.Answer.Meta,
		Progress:    r.Answer.Progress,
		State:       s.tally.state,
		New:         r.News || i == l.looking,
		Selected:    r.Selected,
	}
	if f.Timed() {
		subject.Age, subject.Stale = l.now.Sub(r.Added), r.Stale(l.now)
	}
	return f.Match(&subject)
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

// InBatch is the rows of a batch, in no order that means anything.
func (l *List) InBatch(id BatchID) iter.Seq[*Row] {
	return func(yield func(*Row) bool) {
		batch, ok := l.byBatch[id]
		for i := range l.slots { // far smaller than the rows
			if ok && l.slots[i].batch == batch && !yield(&l.rows[i]) {
				return
			}
		}
	}
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
