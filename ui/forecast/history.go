package forecast

import (
	"math"
	"time"

	"example.com/jobwatch/poller/job"
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
func (t *track) sample(now, p float64) {
	at := time.Duration(0)
	if t.live != nil {
		at = seconds(now - t.live.started)
	}
	if n := len(t.samples); n > 0 && at < t.samples[n-1].At {
		t.samples = t.samples[:0] // it began again
	}
	if n := len(t.samples); n > 1 && at-t.samples[n-2].At < t.spacing {
		t.samples[n-1] = Sample{at, p}
		return
	}
	if len(t.samples) == maxSamples {
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
	t.samples = append([]Sample(nil), t.samples...)
}

// Samples is a job's progress over time as it was seen by this process, at most 49
// points, oldest first; the slice is the caller's.
func (m *Model) Samples(id job.ID) []Sample {
	if t := m.tracks[id]; t != nil {
		return append([]Sample(nil), t.samples...)
	}
	return nil
}

// Pace compares a job with its batch: how long it took, or will have taken by its
// forecast, as a multiple of the batch's median; under 1 is faster. It is false when
// either is not known.
func (m *Model) Pace(id job.ID, now time.Time) (float64, bool) {
	t := m.tracks[id]
	if t == nil {
		return 0, false
	}
	spread, ok := t.batch.took.spread()
	if !ok {
		return 0, false
	}
	took := t.took
	if l := t.live; l != nil {
		if l.waiting {
			return 0, false
		}
		f := m.Job(id, now)
		if !f.Work.Known {
			return 0, false
		}
		took = m.sec(now) - l.started + f.Work.Mid.Seconds()
	}
	if took <= 0 || spread.Median <= 0 {
		return 0, false
	}
	return took / spread.Median.Seconds(), true
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
