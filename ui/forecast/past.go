package forecast

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
)

// Sample is a job's progress from a moment on.
type Sample struct {
	At       time.Duration // since the job started
	Progress float64       // 0 to 1
}

// maxSamples bounds what one job keeps; a finished one keeps half.
const maxSamples = 48

// sample adds a point; when there are too many, every other one goes, and from then on
// they come at twice the distance. The last is always the newest.
func (t *track) sample(at time.Duration, p float64) {
	n := len(t.samples)
	if n > 0 && at < t.samples[n-1].At { // it restarted
		t.samples, n = t.samples[:0], 0
	}
	if n > 1 && at-t.samples[n-2].At < t.spacing {
		t.samples[n-1] = Sample{at, p}
		return
	}
	if n == maxSamples {
		t.thin()
		t.spacing = 2 * max(t.spacing, at/maxSamples/2)
	}
	t.samples = append(t.samples, Sample{at, p})
}

// thin drops every other sample but keeps the last.
func (t *track) thin() {
	last := t.samples[len(t.samples)-1]
	n := 0
	for i := 0; i < len(t.samples)-1; i += 2 {
		t.samples[n] = t.samples[i]
		n++
	}
	t.samples = append(t.samples[:n], last)
}

// trim frees what a finished job does not need.
func (t *track) trim() {
	if len(t.samples) > maxSamples/2 {
		t.thin()
	}
	t.samples = slices.Clone(t.samples)
}

// Samples is a job's progress over time as it was seen by this process, at most 49
// points, oldest first; the slice is the caller's.
func (f *Forecaster) Samples(id job.ID) []Sample {
	if t := f.tracks[id]; t != nil {
		return slices.Clone(t.samples)
	}
	return nil
}

// Columns turns samples into n values for [Sparkline]: the progress at the end of
// each n-th of the time up to end, held between samples, NaN before the first.
func Columns(samples []Sample, end time.Duration, n int) []float64 {
	out := make([]float64, n)
	i, p := 0, math.NaN()
	for c := range out {
		until := end / time.Duration(n) * time.Duration(c+1)
		if c == n-1 {
			until = end
		}
		for i < len(samples) && samples[i].At <= until {
			p = samples[i].Progress
			i++
		}
		out[c] = p
	}
	return out
}

// Sparkline draws values as one line of bars, a cell each, the greatest as high as
// the cell: for throughput. NaN is a blank.
func Sparkline(values []float64, ascii bool) string {
	top := 0.0
	for _, v := range values {
		if v > top {
			top = v
		}
	}
	return spark(values, top, ascii)
}

// ProgressSparkline draws progress, 0 to 1: the same value is always as high.
func ProgressSparkline(values []float64, ascii bool) string { return spark(values, 1, ascii) }

func spark(values []float64, top float64, ascii bool) string {
	levels := []rune("▁▂▃▄▅▆▇█")
	if ascii {
		levels = []rune("_.-=+*#@")
	}
	out := make([]rune, len(values))
	for i, v := range values {
		switch {
		case math.IsNaN(v):
			out[i] = ' '
		case top <= 0 || v <= 0:
			out[i] = levels[0]
		default:
			out[i] = levels[min(int(v/top*float64(len(levels)-1)+0.5), len(levels)-1)]
		}
	}
	return string(out)
}

// Spread is how long a batch's Done jobs took.
type Spread struct {
	Jobs             int
	Min, Median, P95 time.Duration
	Slowest          job.ID
	Max              time.Duration // what the slowest took
}

// Spread is false while no job of the batch is Done. Up to 512 jobs it is exact;
// beyond it the median and p95 come from an even sample of 512.
func (f *Forecaster) Spread(id store.BatchID) (Spread, bool) {
	if b := f.batches[id]; b != nil {
		return b.took.spread()
	}
	return Spread{}, false
}

// Pace compares a job with its batch: how long it took, or will have taken by its
// forecast, as a multiple of the batch's median; under 1 is faster. It is false when
// either is not known.
func (f *Forecaster) Pace(id job.ID, now time.Time) (float64, bool) {
	t := f.tracks[id]
	if t == nil {
		return 0, false
	}
	spread, ok := t.batch.took.spread()
	took := t.took
	if t.state == running {
		if ready := f.Job(id, now).Ready; ready.Known {
			took = f.sec(now) - t.started + ready.Mid.Seconds()
		}
	}
	if !ok || took <= 0 || spread.Median <= 0 {
		return 0, false
	}
	return took / spread.Median.Seconds(), true
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
func (f *Forecaster) Throughput(id store.BatchID, now time.Time) Throughput {
	b := f.batches[id]
	if b == nil || b.ends.width == 0 {
		return Throughput{}
	}
	p := b.ends // a copy: looking does not count
	p.reach(f.sec(now))
	return Throughput{
		From:  f.zero.Add(time.Duration(p.from * float64(time.Second))),
		Width: seconds(p.width),
		Jobs:  slices.Clone(p.jobs[:p.n]),
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
