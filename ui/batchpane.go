package ui

import (
	"time"

	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/detail"
	"example.com/jobwatch/ui/joblist"
)

// batchPane gathers what the detail pane says of a batch.
func (m *Model) batchPane(b *joblist.Batch) detail.Batch {
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
func (m *Model) stalled(r *joblist.Row) time.Duration {
	if r.End.Finished() {
		return 0
	}
	if span, stalled := m.oracle.Stalled(r.ID); stalled {
		return span
	}
	return 0
}

// pace is a job's time over its batch's median; 0 when that can't be told.
func (m *Model) pace(r *joblist.Row) float64 {
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

func (c *causeCache) of(m *Model, b *joblist.Batch) []detail.Cause {
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
