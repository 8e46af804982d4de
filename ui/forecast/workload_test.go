package forecast

import (
	"cmp"
	"math"
	"slices"
	"testing"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/sim"
	"example.com/jobwatch/poller/sim/simtest"
)

// workload is jobs with lives that are known in advance, and how they are polled.
type workload struct {
	lives   []sim.Life
	batch   []int     // of each job
	history []float64 // seconds that earlier jobs took
	slowest float64   // seconds between two polls of a job, at most
	seed    uint64
}

func pick[T any](r *sim.Random, of ...T) T { return of[r.IntN(len(of))] }

func after(s float64) time.Duration { return time.Duration(math.Round(s * 1e9)) }

// factors are what the workloads of the grid differ in.
type factors struct {
	jobs, workers                         int // 0 workers: as many as jobs
	order, lengths, bars, batches, before string
	pause                                 bool
	scale                                 float64
	seed                                  uint64
}

// grid returns n workloads, each factor by chance.
func grid(seed uint64, n int, sizes ...int) []workload {
	c := sim.Random(seed)
	var out []workload
	for i := range n {
		f := factors{
			jobs:    pick(&c, sizes...),
			workers: pick(&c, 1, 4, 4, 25, 0),
			order:   pick(&c, "fifo", "fifo", "shuffled", "others"),
			lengths: pick(&c, "0.3", "0.8", "0.8", "1.4", "narrow", "bimodal", "pareto"),
			bars:    pick(&c, "linear", "absent", "mixed"),
			batches: pick(&c, "one", "at once", "in turn", "unlike"),
			pause:   c.Float64() < 0.1,
			before:  pick(&c, "none", "none", "alike", "longer", "shorter"),
			scale:   pick(&c, 0.3, 1, 1, 4),
			seed:    seed*1000 + uint64(i),
		}
		if f.jobs >= 1000 && f.workers == 1 {
			f.workers = 25
		}
		out = append(out, f.workload())
	}
	return out
}

// length draws how long a job takes, in seconds.
func (f *factors) length(c *sim.Random) float64 {
	switch f.lengths {
	case "0.3":
		return f.scale * 15 * math.Exp(0.3*c.Norm())
	case "0.8":
		return f.scale * 15 * math.Exp(0.8*c.Norm())
	case "1.4":
		return f.scale * min(15*math.Exp(1.4*c.Norm()), 1200)
	case "narrow":
		return f.scale * 20 * math.Exp(0.1*c.Norm())
	case "bimodal":
		if c.Float64() < 0.75 {
			return f.scale * (3 + 4*c.Float64())
		}
		return f.scale * (90 + 180*c.Float64())
	}
	return f.scale * min(3*math.Pow(1-c.Float64(), -1/1.1), 3600)
}

func (f *factors) workload() workload {
	c := sim.Random(f.seed*7919 + 17)
	total, batches := f.jobs, 4
	if f.order == "others" { // as many foreign jobs share the workers
		total = 2 * f.jobs
	}
	switch {
	case f.batches == "one":
		batches = 1
	case f.jobs < 8:
		batches = 2
	}
	lives, mean := sim.Lives(f.seed, total), 0.0
	order, batch := make([]int, total), make([]int, total)
	for i := range lives {
		p := &lives[i]
		switch f.bars {
		case "linear":
			p.Type = sim.Linear
		case "absent":
			p.Type = sim.Silent
		}
		d := f.length(&c)
		order[i], batch[i] = i, i*batches/total
		if f.batches == "unlike" {
			d *= [...]float64{0.25, 1, 1, 4}[batch[i]]
		}
		share := float64(p.Duration) / float64(p.Work)
		p.Work = after(d)
		p.Duration = after(share * d)
		mean += p.Duration.Seconds() / float64(total)
	}
	workers := f.workers
	if workers == 0 {
		workers = total
	}
	groups := [][]int{order} // what is shuffled together
	if f.batches == "in turn" {
		groups = make([][]int, batches)
		gap := mean * float64(total) / float64(workers) / float64(batches) * 0.7
		for i := range lives {
			lives[i].Submitted = after(gap * float64(batch[i]))
			groups[batch[i]] = append(groups[batch[i]], i)
		}
	}
	if f.order != "fifo" {
		for _, g := range groups {
			for i := range g {
				j := c.IntN(i + 1)
				g[i], g[j] = g[j], g[i]
			}
		}
		order = slices.Concat(groups...)
	}
	end := serve(lives, order, workers, sim.Pause{})
	if f.pause {
		serve(lives, order, workers, sim.Pause{From: after(0.3 * end), Until: after(0.5 * end)})
	}
	w := workload{slowest: 5, seed: f.seed}
	for i := range lives {
		if f.order == "others" && c.Float64() < 0.5 && len(w.lives) > 0 && total-i > f.jobs-len(w.lives) {
			continue
		}
		if len(w.lives) == f.jobs {
			break
		}
		w.lives = append(w.lives, lives[i])
		w.batch = append(w.batch, batch[i])
	}
	if by, ok := map[string]float64{"alike": 1, "longer": 3, "shorter": 1.0 / 3}[f.before]; ok {
		for range 200 {
			w.history = append(w.history, by*f.length(&c))
		}
	}
	return w
}

// serve has free workers take the next job of order that was submitted, and returns
// the end in seconds.
func serve(lives []sim.Life, order []int, workers int, pause sim.Pause) float64 {
	free, last := make([]time.Duration, workers), time.Duration(0)
	for _, i := range order {
		l, w := &lives[i], 0
		for k := range free {
			if free[k] < free[w] {
				w = k
			}
		}
		l.Pause, l.Start = pause, max(free[w], l.Submitted)
		if l.Start >= pause.From && l.Start < pause.Until {
			l.Start = pause.Until
		}
		l.End = l.Start + l.Duration
		if l.Start < pause.Until && l.End > pause.From {
			l.End += pause.Until - max(pause.From, l.Start)
		}
		free[w] = l.End
		last = max(last, l.End)
	}
	return last.Seconds()
}

// product is the workloads of the polling policy.
func product(seeds ...uint64) []workload {
	var out []workload
	for _, seed := range seeds {
		for _, s := range append(simtest.Familiar(), simtest.Unfamiliar()...) {
			w := workload{lives: s.Make(seed, 100), slowest: 5, seed: seed}
			for i := range w.lives {
				w.batch = append(w.batch, i*4/len(w.lives))
			}
			out = append(out, w)
		}
	}
	return out
}

// demo is what `jobwatch --demo` shows at first.
func demo(seed uint64) workload {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	server := sim.New(1)
	server.Clock = func() time.Time { return now }
	w := workload{slowest: 3, seed: seed}
	for b, added := range server.Demo(seed) {
		for _, id := range added.IDs {
			j, _, _ := server.Find(id)
			w.lives = append(w.lives, j.Life)
			w.batch = append(w.batch, b)
		}
	}
	return w
}

// answer is one poll's, or a job's being added.
type answer struct {
	at       float64
	job      int
	added    bool
	status   job.Status
	progress job.Progress
}

// answers polls each job at its own interval, waiting ones at most every 15 s and once
// just before they start, running ones at most 150 times.
func (w *workload) answers() []answer {
	c := sim.Random(w.seed ^ 0xabcdef)
	var out []answer
	for i := range w.lives {
		l := &w.lives[i]
		submitted, start, end := l.Submitted.Seconds(), l.Start.Seconds(), l.End.Seconds()
		every := 0.5 * math.Pow(w.slowest/0.5, c.Float64())
		t := submitted + every*c.Float64()
		look := func(at float64) {
			status, p := l.At(after(at))
			out = append(out, answer{at: at, job: i, status: status, progress: p})
		}
		out = append(out, answer{at: submitted, job: i, added: true})
		for k := 0; t < start; k++ {
			if k < 20 {
				look(t)
			}
			next := t + max(every, 15)
			if next >= start || k >= 19 {
				last := t + math.Floor((start-t)/every)*every
				if last > t {
					look(last)
				}
				t = last + every
				break
			}
			t = next
		}
		for every = max(every, (end-start)/150); ; t += every {
			if look(t); t >= end {
				break
			}
		}
	}
	slices.SortStableFunc(out, func(a, b answer) int { return cmp.Compare(a.at, b.at) })
	return out
}

// The figures of one version can only be compared with another's on the same workloads.
func TestTheWorkloadsStayTheSame(t *testing.T) {
	dev, big := grid(1, 3, 5, 12, 30, 30, 100, 300), grid(3, 1, 1000, 1000, 1000, 10000)
	for _, c := range []struct {
		name      string
		w         workload
		end, work float64
		answers   int
	}{
		{"dev 0", dev[0], 295.140, 1122.380, 979},
		{"dev 1", dev[1], 2865.142, 10658.683, 7899},
		{"dev 2", dev[2], 29.331, 1523.448, 1346},
		{"dev2 0", grid(2, 1, 5, 12, 30, 30, 100, 300)[0], 218.396, 955.767, 649},
		{"big 0", big[0], 626.971, 15391.470, 24835},
		{"all at once", product(1)[0], 281.564, 3095.227, 2190},
		{"demo 1", demo(1), 159.944, 1059.336, 1201},
		{"demo 2", demo(2), 153.041, 1086.754, 1092},
	} {
		end, work := 0.0, 0.0
		for i := range c.w.lives {
			end = max(end, c.w.lives[i].End.Seconds())
			work += c.w.lives[i].Duration.Seconds()
		}
		if n := len(c.w.answers()); math.Abs(end-c.end) > 1e-3 || math.Abs(work-c.work) > 1e-2 || n != c.answers {
			t.Errorf("%s: it ends at %.3f after %.3f s of work and %d answers, want %.3f, %.3f, %d", c.name, end, work, n, c.end, c.work, c.answers)
		}
	}
}
