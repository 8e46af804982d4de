package joblist

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
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

// statusReport is a report whose status is another for each n of four in a row.
func statusReport(id job.ID, n int, rng *rand.Rand, at time.Time) job.Report {
	for {
		r := randomReport(id, rng, at)
		want := [...]job.Status{job.Processing, job.Done, job.NotStarted, job.Error}[n%4]
		if r.Answer.Status == want {
			return r
		}
	}
}

// forgetHistory keeps what a job was from growing beyond what a job's life holds.
func forgetHistory(l *tracker, reports []job.Report) {
	for i := range reports {
		r, _ := l.Row(reports[i].ID)
		r.History = r.History[:1]
	}
}

func loaded(s size) (*tracker, store.Contents, *rand.Rand) {
	rng := rand.New(rand.NewPCG(1, 2))
	c := contents(s, rng)
	l := newTracker()
	l.SetHeight(60)
	l.load(c)
	return l, c, rng
}

// BenchmarkFrame is what the list does between two frames at most load: 500
// reports taken in and the lines in view read.
func BenchmarkFrame(b *testing.B) {
	for _, s := range sizes() {
		b.Run(s.String(), func(b *testing.B) {
			l, c, rng := loaded(s)
			now := benchStart
			// Made beforehand, as the poller does. A job that comes again comes with
			// another status, so that every report is a change.
			var frames [256][]job.Report
			for i := range frames {
				for j := range 500 {
					n := (i%64*500 + j) * 7919 % len(c.Jobs)
					frames[i] = append(frames[i], statusReport(c.Jobs[n].ID, i/64+j/len(c.Jobs), rng, now))
				}
			}
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				l.report(frames[n%len(frames)], now)
				n++
				if len(l.Lines()) == 0 {
					b.Fatal("nothing to draw")
				}
				b.StopTimer()
				forgetHistory(l, frames[(n-1)%len(frames)])
				b.StartTimer()
			}
		})
	}
}

func BenchmarkMove(b *testing.B) {
	for _, s := range sizes() {
		b.Run(s.String(), func(b *testing.B) {
			l, _, _ := loaded(s)
			for n := 0; b.Loop(); n++ {
				if n/s.jobs%2 == 0 {
					l.Move(1)
				} else {
					l.Move(-1)
				}
				l.Lines()
			}
		})
	}
}

// BenchmarkType is a filter typed letter by letter and taken back. The slowest key
// is the one that takes longest at its best.
func BenchmarkType(b *testing.B) {
	const typed = "customer 77 status:done !page"
	var texts []string
	for i := range typed {
		texts = append(texts, typed[:i+1])
	}
	for i := range typed {
		texts = append(texts, typed[:len(typed)-1-i])
	}
	for _, s := range sizes() {
		b.Run(s.String(), func(b *testing.B) {
			l, _, _ := loaded(s)
			best := make([]time.Duration, len(texts))
			for b.Loop() {
				for i, text := range texts {
					start := time.Now()
					f, _ := ParseFilter(text)
					l.SetFilter(f)
					l.Lines()
					if d := time.Since(start); best[i] == 0 || d < best[i] {
						best[i] = d
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*len(texts)), "µs/key")
			b.ReportMetric(float64(slices.Max(best).Microseconds()), "µs/slowest-key")
		})
	}
}

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
func BenchmarkLoad(b *testing.B) { benchmarkLoad(b, false) }

// BenchmarkLoadVersion7 is the same with IDs that begin with the time.
func BenchmarkLoadVersion7(b *testing.B) { benchmarkLoad(b, true) }

func benchmarkLoad(b *testing.B, version7 bool) {
	b.Helper()
	for _, s := range sizes() {
		b.Run(s.String(), func(b *testing.B) {
			_, c, _ := loaded(s)
			for i := range c.Jobs {
				if version7 { // three a millisecond
					ms := uint64(benchStart.UnixMilli()) + uint64(i)/3
					random := binary.BigEndian.Uint64(c.Jobs[i].ID[:]) & 0xfff
					binary.BigEndian.PutUint64(c.Jobs[i].ID[:], ms<<16|0x7000|random)
				}
			}
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
