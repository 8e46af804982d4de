package forecast

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
)

// crowd is a model of n live jobs in one batch, one in ten running, and their records.
func crowd(n int) (*Model, []store.Job, time.Time) {
	zero := time.Date(2026, 3, 4, 14, 28, 0, 0, time.UTC)
	m, jobs := New(), make([]store.Job, n)
	at := func(sec float64) time.Time { return zero.Add(time.Duration(sec * float64(time.Second))) }
	for i := range 200 {
		m.See(&store.Job{
			ID: id(1<<30 + i), Added: at(-500), Started: at(-400), Ended: at(-399 + float64(i)),
			Answered: at(-399 + float64(i)), End: job.EndedDone,
		})
	}
	for i := range jobs {
		jobs[i] = store.Job{ID: id(i), Batch: "b", Added: zero, Answer: job.Answer{Status: job.NotStarted, Progress: job.Unknown}}
		m.See(&jobs[i])
	}
	for i := range n / 10 {
		jobs[i].Answered, jobs[i].Started, jobs[i].Answer = at(1), zero, job.Answer{Status: job.Processing, Progress: 0.001}
		m.See(&jobs[i])
	}
	for i := range 30 { // a rate
		jobs[i].Ended, jobs[i].End = at(20+float64(i)), job.EndedDone
		m.See(&jobs[i])
	}
	return m, jobs, at(60)
}

// What a report, a row and a batch's forecast cost must not depend on how many jobs
// there are, but for a logarithm:
//
//	go test -run - -bench Cost ./ui/forecast
func BenchmarkCost(b *testing.B) {
	for _, n := range []int{1000, 100_000} {
		m, jobs, now := crowd(n)
		i := 0
		b.Run(fmt.Sprintf("report/jobs=%d", n), func(b *testing.B) {
			for b.Loop() {
				i++
				j := &jobs[30+i%(n/10-30)]
				now = now.Add(time.Millisecond)
				j.Answered, j.Answer.Progress = now, job.Progress(0.001+float64(i%900)/1000)
				m.See(j)
			}
		})
		b.Run(fmt.Sprintf("row/jobs=%d", n), func(b *testing.B) {
			for b.Loop() {
				i++
				m.Job(jobs[30+i%(n-30)].ID, now)
			}
		})
		b.Run(fmt.Sprintf("batch looked at/jobs=%d", n), func(b *testing.B) {
			for b.Loop() {
				m.batches["b"].held.made = 0
				m.Batch("b", now)
			}
		})
		b.Run(fmt.Sprintf("batch drawn/jobs=%d", n), func(b *testing.B) {
			for b.Loop() {
				m.Batch("b", now)
			}
		})
	}
}

// What a start with so many tracked jobs costs, and what the model keeps of them.
func BenchmarkRestore(b *testing.B) {
	const n = 100_000
	zero := time.Date(2026, 3, 4, 14, 28, 0, 0, time.UTC)
	jobs := make([]store.Job, n)
	for i := range jobs {
		begin := zero.Add(time.Duration(i) * time.Second)
		jobs[i] = store.Job{
			ID: id(i), Batch: store.BatchID(strconv.Itoa(i / 100)), Added: begin, Started: begin.Add(10 * time.Second),
			Ended: begin.Add(time.Minute), Answered: begin.Add(time.Minute), End: job.EndedDone,
			Answer: job.Answer{Status: job.Done, Progress: 1}, History: []store.Change{{At: begin, Status: job.NotStarted}},
		}
		if i%10 == 0 { // one in ten is not finished
			jobs[i].End, jobs[i].Answer = job.Live, job.Answer{Status: job.Processing, Progress: 0.5}
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		m := New()
		for i := range jobs {
			m.See(&jobs[i])
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/job")
}
