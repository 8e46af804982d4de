package forecast

import (
	"math"
	"time"

	"example.com/jobwatch/store"
)

// batch is what is kept of the jobs that were added together.
type batch struct {
	id      store.BatchID
	jobs    int // that were seen and not forgotten
	running runHeap
	waiting line
	news    int // reports so far

	took  reservoir
	pace  throughput
	held  held
	shown shown
}

func newBatch(which int) *batch {
	return &batch{running: runHeap{which: which}, waiting: line{which: which}}
}

// held is a batch's forecast between two looks at its jobs: the three figures as
// moments, so that they count down.
type held struct {
	low, mid, high float64
	known, overdue bool
	made           float64
	news           int
}

// Batch forecasts when the last job of a batch is ready.
func (m *Model) Batch(id store.BatchID, now time.Time) Estimate {
	b := m.batches[id]
	if b == nil {
		return Estimate{}
	}
	return m.ready(b, now)
}

// All forecasts when the last job of all is ready.
func (m *Model) All(now time.Time) Estimate { return m.ready(m.all, now) }

func (m *Model) ready(b *batch, now time.Time) Estimate {
	s := m.sec(now)
	if h := &b.held; h.made == 0 || s-h.made >= h.lasts() || (h.news != b.news && s-h.made >= 1) {
		next := m.last(b, s)
		next.made, next.news = s, b.news
		if h.known && next.known && !h.left(next, s) {
			next.low, next.mid, next.high = h.low, h.mid, h.high
		}
		*h = next
	}
	h := b.held
	e := Estimate{Known: h.known, Overdue: h.overdue}
	if h.known {
		e.Low, e.Mid, e.High = seconds(h.low-s), seconds(h.mid-s), seconds(h.high-s)
		b.shown = b.shown.settle(e)
		e.shown = b.shown
	}
	return e
}

// lasts is for how many seconds a forecast without news is good.
func (h *held) lasts() float64 { return min(max((h.mid-h.made)/40, 1), 30) }

// left says that the next forecast differs by more than is worth a word: a tenth of
// what is left.
func (h *held) left(next held, now float64) bool {
	off := func(a, b float64) bool { return math.Abs(a-b) > 0.1*max(b-now, 1) }
	return off(h.low, next.low) || off(h.mid, next.mid) || off(h.high, next.high)
}
