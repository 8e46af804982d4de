package joblist

import (
	"slices"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
)

// ToggleSelect selects the current job or deselects it. On a batch's header it does so
// with all the jobs shown of the batch: selects them, unless all are selected already.
func (l *List) ToggleSelect() {
	rows := l.current()
	l.selectRows(rows, slices.ContainsFunc(rows, unselected))
}

// SelectAll selects every job that the filter shows.
func (l *List) SelectAll() { l.selectRows(l.Matching(), true) }

// ClearSelection deselects all jobs.
func (l *List) ClearSelection() { l.selectRows(l.All(), false) }

func (l *List) selectRows(rows []*Row, on bool) {
	for _, r := range rows {
		if r.Selected != on {
			r.Selected = on
			l.refresh(r)
		}
	}
	l.settle()
}

func unselected(r *Row) bool { return !r.Selected }

// current returns the row under the cursor, or the rows shown of the batch under it.
func (l *List) current() []*Row {
	switch {
	case l.cursor.row != nil:
		return []*Row{l.cursor.row}
	case l.cursor.batch != nil:
		return l.cursor.batch.shown.Values()
	default:
		return nil
	}
}

// Targets are the jobs that an action applies to, by whether the list shows them. What
// is scrolled out of view counts as shown, and so do all jobs of a folded batch.
type Targets struct {
	Shown  []job.ID
	Hidden []job.ID // selected, but left out by the filter, or some of a folded batch

	Filtered int           // how many of Hidden the filter leaves out
	Folded   int           // how many of Shown have no row, as their batch is folded
	Batch    store.BatchID // the batch that they are of, if the cursor is on its row
}

// All returns the targets, shown or not.
func (t *Targets) All() []job.ID { return slices.Concat(t.Shown, t.Hidden) }

// show adds jobs that are shown.
func (t *Targets) show(rows ...*Row) {
	for _, r := range rows {
		t.Shown = append(t.Shown, r.ID)
		if r.batch.Folded {
			t.Folded++
		}
	}
}

// Targets returns what an action applies to: the selected jobs, else those of
// [List.CurrentTargets].
func (l *List) Targets() Targets {
	if l.counts.Selected == 0 {
		return l.CurrentTargets()
	}
	var t Targets
	for _, b := range l.order.Values() {
		if b.Counts.Selected == 0 {
			continue
		}
		some := b.Folded && slices.ContainsFunc(b.shown.Values(), unselected)
		for _, r := range b.Rows() {
			switch {
			case !r.Selected:
			case !r.shown():
				t.Filtered++
				t.Hidden = append(t.Hidden, r.ID)
			case some:
				t.Hidden = append(t.Hidden, r.ID)
			default:
				t.show(r)
			}
		}
	}
	return t
}

// CurrentTargets returns the current job, or the jobs of the current batch that the
// filter shows, whatever is selected.
func (l *List) CurrentTargets() Targets {
	var t Targets
	if l.cursor.batch != nil && l.cursor.row == nil {
		t.Batch = l.cursor.batch.ID
	}
	t.show(l.current()...)
	return t
}

// FinishedTargets returns the finished jobs that the filter shows.
func (l *List) FinishedTargets() Targets {
	var t Targets
	t.show(slices.DeleteFunc(l.Matching(), func(r *Row) bool { return !r.End.Finished() })...)
	return t
}
