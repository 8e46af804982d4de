package joblist

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
)

// size is how many jobs in how many batches.
type size struct{ jobs, batches int }

func (s size) String() string { return fmt.Sprintf("%d jobs in %d batches", s.jobs, s.batches) }

// sizes: 100 jobs to compare with, and 100,000 both ways.
func sizes() []size { return []size{{100, 1}, {100_000, 1}, {100_000, 1000}} }

var benchStart = time.Date(2025, 6, 10, 12, 0, 0, 0, time.UTC)

// contents makes jobs with every status, each with texts of its own.
func contents(s size, rng *rand.Rand) store.Contents {
	var c store.Contents
	for b := range s.batches {
		c.Batches = append(c.Batches, store.Batch{
			ID: store.BatchID(fmt.Sprint("b", b)), Name: fmt.Sprint("batch ", b),
			Added: benchStart.Add(time.Duration(b) * time.Second),
		})
	}
	for i := range s.jobs {
		b := c.Batches[i*s.batches/s.jobs]
		r := randomReport(job.ID{}, rng, benchStart)
		j := store.Job{ID: randomID(rng), Batch: b.ID, Added: b.Added, Answer: r.Answer, Answered: benchStart, End: r.End}
		j.Answer.Description = fmt.Sprintf("Invoice %d of customer %d.md", i, rng.IntN(1000))
		j.History = []store.Change{{At: benchStart, Status: r.Answer.Status}}
		c.Jobs = append(c.Jobs, j)
	}
	return c
}

func randomID(rng *rand.Rand) (id job.ID) {
	binary.NativeEndian.PutUint64(id[:], rng.Uint64())
	binary.NativeEndian.PutUint64(id[8:], rng.Uint64())
	return id
}

func randomReport(id job.ID, rng *rand.Rand, at time.Time) job.Report {
	r := job.Report{ID: id, At: at, Answered: at, Polls: 3, Latency: time.Second / 10, Next: at.Add(time.Second)}
	r.Answer = job.Answer{Status: job.NotStarted, Progress: job.Unknown}
	switch n := rng.IntN(20); {
	case n < 12:
		r.Answer.Status, r.Answer.Progress = job.Processing, job.Progress(rng.Float64())
		r.Answer.Meta = fmt.Sprintf("rendering page %d", rng.IntN(100))
	case n < 16:
		r.Answer.Status, r.Answer.Progress, r.End = job.Done, 1, job.EndedDone
		r.Answer.Path = "https://api.markdown2pdf.ai/job/x/output"
	case n < 17:
		r.Answer.Status, r.End = job.Error, job.EndedError
		r.Answer.Meta = "LaTeX: missing $ inserted"
	}
	return r
}

func loaded(s size) (*tracker, store.Contents, *rand.Rand) {
	rng := rand.New(rand.NewPCG(1, 2))
	c := contents(s, rng)
	l := newTracker()
	l.SetHeight(60)
	l.load(c)
	return l, c, rng
}

// A report, a key and the frames after them are measured in package ui.

func BenchmarkSort(b *testing.B) {
	for _, s := range sizes() {
		b.Run(s.String(), func(b *testing.B) {
			l, _, _ := loaded(s)
			for b.Loop() {
				l.SetSort(l.Sort().Next())
			}
		})
	}
}

// BenchmarkLoad is what the start waits for.
func BenchmarkLoad(b *testing.B) {
	for _, s := range sizes() {
		b.Run(s.String(), func(b *testing.B) {
			_, c, _ := loaded(s)
			b.ReportAllocs()
			var l *tracker
			before := heap()
			for b.Loop() {
				l = newTracker()
				l.load(c)
			}
			b.ReportMetric(float64(heap()-before)/float64(s.jobs), "heap-B/job")
			runtime.KeepAlive(l)
			runtime.KeepAlive(c)
		})
	}
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc) //nolint:gosec // far below 2^63
}
