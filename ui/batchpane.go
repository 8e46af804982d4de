package ui

import (
	"cmp"
	"iter"
	"slices"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/detail"
	"example.com/jobwatch/ui/jobs"
)

// batchPane gathers what the detail pane says of a batch.
func (m *Model) batchPane(b *jobs.Batch) detail.Batch {
	pane := detail.Batch{
		Batch: b.Batch, Counts: b.Counts,
		Ready:      m.oracle.Batch(b.ID, m.now),
		Throughput: m.oracle.Throughput(b.ID, m.now),
		Causes:     m.causes.of(m, b),
	}
	if spread, ok := m.oracle.Spread(b.ID); ok {
		pane.Spread = spread
		pane.Slowest = spread.Slowest.Short()
	}
	return pane
}

// stalled is for how long a live job's progress has stood still; 0 when it moves.
func (m *Model) stalled(r *jobs.Row) time.Duration {
	if r.End.Finished() {
		return 0
	}
	if span, stalled := m.oracle.Stalled(r.ID); stalled {
		return span
	}
	return 0
}

// pace is a job's time over its batch's median; 0 when that can't be told.
func (m *Model) pace(r *jobs.Row) float64 {
	pace, _ := m.oracle.Pace(r.ID, m.now)
	return pace
}

// causeCache keeps the failures of the batch that was shown last: finding them
// means looking at all of its jobs, so it is done only when they are others.
type causeCache struct {
	batch   store.BatchID
	changes int // of failures, when causes were made of them
	causes  []detail.Cause
}

func (c *causeCache) of(m *Model, b *jobs.Batch) []detail.Cause {
	if b.Counts.Failed() == 0 {
		return nil
	}
	changes := m.list.FailureChanges()
	if c.batch == b.ID && c.changes == changes {
		return c.causes
	}
	*c = causeCache{batch: b.ID, changes: changes}
	for _, p := range problems(m.list.InBatch(b.ID)) {
		c.causes = append(c.causes, detail.Cause{Text: m.cause(p), Jobs: len(p.ids)})
	}
	return c.causes
}

// problem is one cause, and the jobs that it failed.
type problem struct {
	cause string // as the API said it, or as we do; untrusted
	ids   []job.ID
}

// problems groups the failed jobs by cause, most jobs first.
func problems(rows iter.Seq[*jobs.Row]) []problem {
	at := make(map[string]int)
	var all []problem
	for r := range rows {
		if !r.State().Failed() {
			continue
		}
		cause := causeOf(&r.Job)
		if cause == "" {
			cause = "no cause was given"
		}
		i, ok := at[cause]
		if !ok {
			i = len(all)
			at[cause] = i
			all = append(all, problem{cause: cause})
		}
		all[i].ids = append(all[i].ids, r.ID)
	}
	slices.SortFunc(all, func(a, b problem) int {
		return cmp.Or(cmp.Compare(len(b.ids), len(a.ids)), cmp.Compare(a.cause, b.cause))
	})
	return all
}
