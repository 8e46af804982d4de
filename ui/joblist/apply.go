package joblist

import (
	"cmp"
	"slices"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
)

// Applied is what came of reports or of what another dashboard did.
type Applied struct {
	Save   []store.Job // to be recorded in the state file as store.Observe
	Events []Event     // in the order they came
	Added  []store.Job // by other dashboards, to be polled from now on
	Gone   []job.ID    // forgotten by other dashboards, to be polled no more
}

// Apply takes in the poller's reports. Reports of jobs that were forgotten
// meanwhile are dropped.
func (l *List) Apply(reports []job.Report, now time.Time) Applied {
	l.now = now
	var out Applied
	l.found, l.saves = l.found[:0], l.saves[:0]
	for some := range slices.Chunk(reports, fetchStep) {
		for i, slot := range l.fetch(some) {
			if slot >= 0 {
				l.apply(slot, &some[i], &out)
			}
		}
	}
	l.arrange()
	out.Save = make([]store.Job, len(l.saves))
	for i, slot := range l.saves {
		out.Save[i] = l.rows[slot].Job
	}
	l.settle()
	return out
}

// apply takes in one report of the row's job.
func (l *List) apply(slot int32, r *job.Report, out *Applied) {
	row := &l.rows[slot]
	after, save := row.Observe(*r)
	row.Problem, row.Next, row.Latency, row.Polls, row.Heard = r.Problem, r.Next, r.Latency, r.Polls, r.At
	l.observe(slot, &after, out)
	row.Speed = r.Speed
	if save {
		l.saves = append(l.saves, slot)
	}
}

// Study calls see with the jobs that the last [List.Apply] took a report into, and
// marks each as stalled or not, as see says. It does not look for them again: among
// 100,000 jobs, finding 500 takes as long as changing them.
func (l *List) Study(see func([]*store.Job) (stalled []bool)) {
	l.heard = l.heard[:0]
	for _, slot := range l.found {
		if slot >= 0 {
			l.heard = append(l.heard, &l.rows[slot].Job)
		}
	}
	n := 0
	stalled := see(l.heard)
	for _, slot := range l.found {
		if slot >= 0 {
			l.rows[slot].Stalled = stalled[n]
			n++
		}
	}
	clear(l.heard) // else rows would outlive their list
}

// fetchStep is how many rows are fetched at once: many to wait for, and not so many
// that the first have left the nearest cache when the last are there.
const fetchStep = 64

// fetch adds to found where the reported jobs are, -1 for those that are not there,
// and reads a little of every cache line of their rows and batches. In loops that do
// nothing else the processor waits for many of them at once, where [List.Apply] would
// wait for one after the other.
func (l *List) fetch(reports []job.Report) []int32 {
	from := len(l.found)
	for i := range reports {
		l.found = append(l.found, l.index.candidate(&reports[i].ID))
	}
	found := l.found[from:]
	for i, slot := range found {
		if slot < 0 {
			continue
		}
		r := &l.rows[slot]
		if r.ID != reports[i].ID {
			found[i] = -1
			continue
		}
		l.fetched += len(r.Batch) + len(r.Answer.Description) + r.Answered.Nanosecond() + r.Ended.Nanosecond() +
			len(r.Cause) + len(r.History) + r.Next.Nanosecond() + r.Moved.Nanosecond() + int(r.idBytes) +
			int(l.slots[slot].batch)
	}
	for _, slot := range found {
		if slot < 0 {
			continue
		}
		r, b := &l.rows[slot], &l.batches[l.slots[slot].batch]
		if n := len(r.History); n > 0 {
			l.fetched += len(r.History[n-1].Status)
		}
		if text := r.Answer.Description; text != "" {
			l.fetched += int(text[0])
		}
		l.fetched += len(b.Name) + b.Counts.NewFailures + b.shown.n + int(b.key) + b.shown.fetch(l.slots[slot].key) //nolint:gosec // a sum that nobody looks at
	}
	return found
}

// ApplyOps takes in what other dashboards wrote into the state file, in its order.
// Where it says less than what is known here, of a job's end or where its PDF is, the
// job is among those to be saved: else the file would say it for good, as such are not
// asked about any more.
func (l *List) ApplyOps(ops []store.Op, now time.Time) Applied {
	l.now = now
	var out Applied
	for _, op := range ops {
		switch op := op.(type) {
		case store.SetBatch:
			l.setBatch(op.Batch)
		case store.Track:
			if _, ok := l.slot(op.Job.ID); ok {
				continue
			}
			out.Added = append(out.Added, op.Job)
			l.insert(Row{Job: op.Job, News: l.recent(&op.Job)}, 0)
		case store.Observe:
			i, ok := l.slot(op.Job.ID)
			if !ok {
				continue
			}
			before := l.rows[i].Job
			after := before
			if newer(&op.Job, &before) {
				after = op.Job
				after.Batch, after.Added = before.Batch, before.Added
			}
			after.File = cmp.Or(after.File, op.Job.File, before.File) // one may not know what the other saved
			l.observe(i, &after, &out)
			if undoes(&op.Job, &before) {
				out.Save = append(out.Save, after)
			}
		case store.Forget:
			if i, ok := l.slot(op.ID); ok {
				out.Gone = append(out.Gone, op.ID)
				l.take(i)
			}
		}
	}
	l.sweep()
	l.settle()
	return out
}

// recent reports whether a job ended since the start.
func (l *List) recent(j *store.Job) bool { return j.End.Finished() && j.Ended.After(l.since) }

// newer reports whether theirs says more of a job than ours: an end that we
// haven't seen, or else a later answer. Two dashboards poll the same job.
func newer(theirs, ours *store.Job) bool {
	if a, b := theirs.End.Finished(), ours.End.Finished(); a != b {
		return a || theirs.Answered.After(ours.Answered)
	}
	return !theirs.Answered.Before(ours.Answered)
}

// undoes reports whether a state file that says theirs last has lost what ours knows
// for good: an end, or where the PDF is.
func undoes(theirs, ours *store.Job) bool {
	return theirs.File == "" && ours.File != "" ||
		ours.End.Finished() && !theirs.End.Finished() && !newer(theirs, ours)
}

// observe replaces what is known of a row and tells what came of it.
func (l *List) observe(i int32, after *store.Job, out *Applied) {
	row := &l.rows[i]
	if after.Answer.Progress != row.Answer.Progress {
		row.Moved = l.now
	}
	row.hear(after)
	batch := l.slots[i].batch
	before, live := l.slots[i].tally.state, l.batches[batch].Counts.Live()
	row.Job = *after
	state := row.State()
	l.noteFailure(before)
	l.noteFailure(state)
	ended := state.Finished() && !before.Finished()
	switch {
	case ended:
		row.News = true
	case !state.Finished():
		row.News = false
	}
	l.refresh(i)
	l.changed(i)
	if !ended {
		return
	}
	kind := JobDone
	if state.Failed() {
		kind = JobFailed
	}
	out.Events = append(out.Events, Event{Kind: kind, ID: row.ID, Batch: row.Batch, State: state})
	if live > 0 && l.batches[batch].Counts.Live() == 0 {
		out.Events = append(out.Events, Event{Kind: BatchFinished, Batch: row.Batch})
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
