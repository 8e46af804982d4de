package joblist

import "example.com/jobwatch/poller/job"

// SetWatched says whether somebody is looking, as far as the terminal tells by its
// focus. While nobody is, the cursor's being on a job doesn't make it seen.
func (l *List) SetWatched(watched bool) {
	l.unseen = !watched
	l.settle()
}

// look takes the mark off the row under the cursor. For a filter such as is:new
// the row counts as new until the cursor leaves it: it must not vanish, and the
// next after it, because they are looked at.
func (l *List) look() {
	i := l.cursor.row
	if l.unseen || i < 0 || !l.rows[i].News {
		return
	}
	l.looking = i
	l.rows[i].News = false
	l.refresh(i)
}

// SetStalled marks a job as one whose progress has stopped, or takes the mark off.
func (l *List) SetStalled(id job.ID, stalled bool) {
	if i, ok := l.slot(id); ok {
		l.rows[i].Stalled = stalled
	}
}

// NextAttention moves the cursor to the next job after it, around the end, that
// wants attention: a failure not yet looked at or a stalled job, or if there is
// none, any failure. It looks among the jobs that the filter shows, unfolds the
// batch, and reports whether there is one.
func (l *List) NextAttention() bool {
	return l.next(func(r *Row) bool { return r.News && r.State().Failed() || r.Stalled && !r.End.Finished() }) ||
		l.next(func(r *Row) bool { return r.State().Failed() })
}

// next moves the cursor to the next row after it that want accepts.
func (l *List) next(want func(*Row) bool) bool {
	if l.cursor.batch < 0 {
		return false
	}
	first, after, passed := int32(-1), int32(-1), false
	l.order.from(0, func(b entry) bool {
		passed = passed || b.slot == l.cursor.batch && l.cursor.row == header
		l.batches[b.slot].shown.from(0, func(e entry) bool {
			switch {
			case e.slot == l.cursor.row:
				passed = true
			case !want(&l.rows[e.slot]):
			case passed:
				after = e.slot
			case first < 0:
				first = e.slot
			}
			return after < 0
		})
		return after < 0
	})
	if after < 0 {
		after = first
	}
	return after >= 0 && l.Go(l.rows[after].ID)
}
