package forecast

import (
	"math/rand/v2"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
)

// Throughput is how many jobs finished in each stretch of time, oldest first.
type Throughput struct {
	From  time.Time     // when the first stretch begins
	Width time.Duration // of each
	Jobs  []int
}

// PerMinute is the same in jobs per minute, for [Sparkline] and for a figure. The
// last stretch counts as far as now has come.
func (t Throughput) PerMinute(now time.Time) []float64 {
	out := make([]float64, len(t.Jobs))
	for i, n := range t.Jobs {
		width := t.Width
		if begun := t.From.Add(t.Width * time.Duration(i)); now.Sub(begun) < width {
			width = max(now.Sub(begun), t.Width/4)
		}
		out[i] = float64(n) / width.Minutes()
	}
	return out
}

// Throughput is how a batch's jobs finished, Done or Error, up to now, in at most 32
// stretches; they widen as time goes on.
func (m *Model) Throughput(id store.BatchID, now time.Time) Throughput {
	b := m.batches[id]
	if b == nil || b.pace.width == 0 {
		return Throughput{}
	}
	p := b.pace // a copy: looking does not count
	p.reach(m.sec(now))
	return Throughput{
		From:  m.zero.Add(time.Duration(p.from * float64(time.Second))),
		Width: seconds(p.width),
		Jobs:  append([]int(nil), p.jobs[:p.n]...),
	}
}

// throughput counts in stretches of equal width; when there are too many, two
// become one.
type throughput struct {
	from, width float64 // seconds
	jobs        [32]int
	n           int // stretches in use
}

func (p *throughput) add(now float64) {
	if p.width == 0 {
		p.from, p.width = now, 10
	}
	for now < p.from { // the state file is not in the order of ends
		p.shift()
	}
	p.reach(now)
	p.jobs[int((now-p.from)/p.width)]++
}

// shift begins earlier: by half of the room, at the cost of the detail.
func (p *throughput) shift() {
	p.halve()
	by := len(p.jobs) / 2
	copy(p.jobs[by:], p.jobs[:by])
	clear(p.jobs[:by])
	p.from -= float64(by) * p.width
	p.n = min(p.n+by, len(p.jobs))
}

// reach makes now fit.
func (p *throughput) reach(now float64) {
	for now >= p.from+p.width*float64(len(p.jobs)) {
		p.halve()
	}
	p.n = max(p.n, int((now-p.from)/p.width)+1)
}

func (p *throughput) halve() {
	for i := range p.jobs {
		sum := 0
		if 2*i+1 < len(p.jobs) {
			sum = p.jobs[2*i] + p.jobs[2*i+1]
		}
		p.jobs[i] = sum
	}
	p.width *= 2
	p.n = (p.n + 1) / 2
}

// finished notes one end; took is not positive when the job was not Done.
func (b *batch) finished(id job.ID, took, ended float64, r *rand.Rand) {
	b.pace.add(ended)
	if took > 0 {
		b.took.add(id, took, r)
	}
}
