package forecast

import (
	"math"
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

// sampleStep is how far progress moves between two samples: sparklines have 8 levels.
const sampleStep = 1.0 / 24

// sample adds a point. The last one is always the newest.
func (t *track) sample(at time.Duration, p float64) {
	n := len(t.samples)
	switch {
	case n > 0 && at < t.samples[n-1].At: // it restarted
		t.samples = t.samples[:0]
	case n > 1 && math.Abs(p-t.samples[n-2].Progress) < sampleStep:
		t.samples = t.samples[:n-1]
	}
	t.samples = append(t.samples, Sample{at, p})
}

// Samples returns a job's progress over time as this process saw it, oldest first. The
// slice is the caller's.
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
		until := end * time.Duration(c+1) / time.Duration(n)
		for i < len(samples) && samples[i].At <= until {
			p = samples[i].Progress
			i++
		}
		out[c] = p
	}
	return out
}

// Sparkline draws values as one line of bars, a cell each; top, or if that is 0 the
// greatest of them, is as high as the cell. NaN is a blank.
func Sparkline(values []float64, top float64, ascii bool) string {
	levels := []rune("▁▂▃▄▅▆▇█")
	if ascii {
		levels = []rune("_.-=+*#@")
	}
	if top == 0 {
		top = max(slices.Max(values), math.SmallestNonzeroFloat64)
	}
	out := make([]rune, len(values))
	for i, v := range values {
		if out[i] = ' '; !math.IsNaN(v) {
			out[i] = levels[min(int(max(v, 0)/top*float64(len(levels)-1)+0.5), len(levels)-1)]
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

// Spread is zero while no job of the batch is Done. Beyond 512 jobs the median and p95 come
// from an even sample of 512 at most.
func (f *Forecaster) Spread(id store.BatchID) Spread {
	b := f.batches[id]
	if b == nil || len(b.took) == 0 {
		return Spread{}
	}
	few, _ := some(b.took, 512)
	sorted := slices.Sorted(few)
	at := func(q float64) time.Duration {
		return seconds(float64(sorted[int(q*float64(len(sorted)-1)+0.5)]))
	}
	return Spread{
		Jobs: len(b.took), Min: seconds(float64(slices.Min(b.took))), Median: at(0.5), P95: at(0.95),
		Slowest: b.slowest, Max: b.most,
	}
}

// Pace returns how long a job took, or will have taken by its forecast, as a multiple of its
// batch's median. It is false when either is not known.
func (f *Forecaster) Pace(id job.ID, now time.Time) (float64, bool) {
	t := f.tracks[id]
	if t == nil {
		return 0, false
	}
	took := t.took
	if t.state == running {
		if ready := f.Job(id, now).Ready; ready.Known {
			took = f.sec(now) - t.started + ready.Mid.Seconds()
		}
	}
	median := f.Spread(t.batch.id).Median.Seconds()
	return took / max(median, 1e-3), took > 0 && median > 0
}

// Throughput is how many jobs finished a minute in each stretch of a time, oldest first.
type Throughput struct {
	From, To  time.Time
	PerMinute []float64
}

// Throughput returns how a batch's jobs finished, Done or Error, up to now, in at most 32
// stretches. They widen as time goes on; the last one counts as far as now has come.
func (f *Forecaster) Throughput(id store.BatchID, now time.Time) Throughput {
	b := f.batches[id]
	if b == nil || len(b.ends) == 0 {
		return Throughput{}
	}
	from, width := slices.Min(b.ends), 10.0
	until := max(f.sec(now), slices.Max(b.ends)) - from
	for until >= 32*width {
		width *= 2
	}
	counts := make([]int, int(until/width)+1)
	for _, end := range b.ends {
		counts[int((end-from)/width)]++
	}
	at := func(sec float64) time.Time { return f.zero.Add(time.Duration(sec * float64(time.Second))) }
	out := Throughput{From: at(from), To: at(from + width*float64(len(counts)))}
	for i, n := range counts {
		span := min(width, max(f.sec(now)-from-width*float64(i), width/4))
		out.PerMinute = append(out.PerMinute, 60*float64(n)/span)
	}
	return out
}
