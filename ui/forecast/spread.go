package forecast

import (
	"math/rand/v2"
	"slices"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
)

// Spread is how long a batch's Done jobs took.
type Spread struct {
	Jobs             int
	Min, Median, P95 time.Duration
	Slowest          job.ID
	Max              time.Duration // what the slowest took
}

// Spread is false while no job of the batch is Done. Up to 512 jobs it is exact;
// beyond it the median and p95 come from an even sample of 512.
func (m *Model) Spread(id store.BatchID) (Spread, bool) {
	if b := m.batches[id]; b != nil {
		return b.took.spread()
	}
	return Spread{}, false
}

// reservoir is an even sample of durations (Vitter's algorithm R, 1985).
type reservoir struct {
	n           int
	kept        []float32 // seconds, in no order
	sorted      []float32 // kept in order; empty when out of date
	least, most float64
	slowest     job.ID
}

const maxKept = 512

func (r *reservoir) add(id job.ID, took float64, random *rand.Rand) {
	r.n++
	if r.n == 1 || took < r.least {
		r.least = took
	}
	if took > r.most {
		r.most, r.slowest = took, id
	}
	r.sorted = r.sorted[:0]
	if len(r.kept) < maxKept {
		r.kept = append(r.kept, float32(took))
	} else if i := random.IntN(r.n); i < maxKept {
		r.kept[i] = float32(took)
	}
}

func (r *reservoir) spread() (Spread, bool) {
	if r.n == 0 {
		return Spread{}, false
	}
	if len(r.sorted) == 0 {
		r.sorted = append(r.sorted, r.kept...)
		slices.Sort(r.sorted)
	}
	at := func(q float64) time.Duration {
		return seconds(float64(r.sorted[int(q*float64(len(r.sorted)-1)+0.5)]))
	}
	return Spread{
		Jobs: r.n, Min: seconds(r.least), Median: at(0.5), P95: at(0.95),
		Slowest: r.slowest, Max: seconds(r.most),
	}, true
}
