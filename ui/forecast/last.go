package forecast

import "math"

// How many jobs a batch's forecast looks at: the five upper levels of the heap of
// those that run, and as many of those that wait.
const (
	looks     = 31
	lookWaits = 16
)

// part is some of a batch's jobs: one outlook for so many of them.
type part struct {
	outlook
	begin  float64
	start  float64 // seconds from now
	weight float64
}

// last forecasts the last of a batch's jobs: all are ready by t with the product of
// their chances.
func (m *Model) last(b *batch, now float64) held {
	m.count()
	var parts [looks + lookWaits]part
	n, overdue := 0, false
	jobs := b.running.jobs
	for i := range jobs[:min(len(jobs), looks)] {
		o := m.workOf(jobs[i].live, now)
		if !o.known() {
			return held{}
		}
		if o.overdue() {
			overdue = true
			continue
		}
		parts[n] = part{outlook: o, begin: o.begin(), weight: 1}
		if i >= looks/2 && len(jobs) > looks { // the lowest level stands for all below it
			parts[n].weight = float64(len(jobs)-looks/2) / (looks/2 + 1)
		}
		n++
	}
	var wait Estimate // of the last to start
	if b.waiting.n > 0 {
		added, w, ok := m.waits(b, now, parts[n:])
		if !ok {
			return held{}
		}
		wait = w
		n += added
	}
	if n == 0 {
		return held{overdue: overdue}
	}
	e := quantiles(parts[:n])
	return held{
		known: true,
		low:   now + max(0, e[1]-math.Hypot(e[1]-e[0], (wait.Mid-wait.Low).Seconds())),
		mid:   now + e[1],
		high:  now + e[1] + math.Hypot(e[2]-e[1], (wait.High-wait.Mid).Seconds()),
	}
}

// waits sets parts for the waiting jobs, evenly chosen between the first and the
// last, and returns their number and the wait of the last.
func (m *Model) waits(b *batch, now float64, parts []part) (int, Estimate, bool) {
	work := byAge(m.work, 0)
	first, last := b.waiting.first(), b.waiting.last()
	if !work.known() {
		return 0, Estimate{}, false
	}
	n := min(b.waiting.n, lookWaits)
	turn := m.turnOf(last, now)
	inOrder := turn.known() && m.queue.inOrder()
	own := m.waitOf(last, now)
	if !own.known() {
		return 0, Estimate{}, false
	}
	begin := work.begin()
	from, to := float64(m.queue.ahead(first)+1), float64(m.queue.ahead(last)+1)
	for i := range n {
		at := (float64(i) + 0.5) / float64(n)
		start := own.at(at)
		if inOrder {
			place := from + (to-from)*at
			start = turn.scale / to * place
		}
		parts[i] = part{outlook: work, begin: begin, start: start, weight: float64(b.waiting.n) / float64(n)}
	}
	if !inOrder {
		return n, Estimate{}, true // each wait's own spread is in the starts
	}
	return n, own.estimate(), true
}

// quantiles finds by when all parts are over with chance 0.05, 0.5 and 0.9, in
// seconds from now. The early end is lower than a job's, because the product of
// chances takes the jobs to be independent of each other: as far as they are alike,
// the last one is less far out. On the simulated workloads this makes the range
// right: see BenchmarkCalibration.
func quantiles(parts []part) [3]float64 {
	var out [3]float64
	for i, q := range [...]float64{0.05, 0.5, 0.9} {
		want := math.Log(q)
		lo, hi := math.Log(0.1), math.Log(longest.Seconds())
		for range 14 {
			mid := (lo + hi) / 2
			if over(parts, math.Exp(mid), want) {
				hi = mid
			} else {
				lo = mid
			}
		}
		out[i] = math.Exp(hi)
	}
	return out
}

// over says whether the logarithm of the chance that all are over by t is at least
// want.
func over(parts []part, t, want float64) bool {
	sum := 0.0
	for i := range parts {
		p := &parts[i]
		if t <= p.start {
			return false
		}
		if sum += p.weight * math.Log1p(-p.past(t-p.start, p.begin)); sum < want {
			return false
		}
	}
	return true
}
