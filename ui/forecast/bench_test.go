package forecast

import (
	"fmt"
	"testing"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
)

// many is a Forecaster of n live jobs in one batch, so many of them running.
func many(n, running int) (*Forecaster, []store.Job) {
	f, jobs := New(), make([]store.Job, n)
	for i := range jobs {
		jobs[i] = store.Job{ID: id(i), Batch: "b", Added: clockAt(0), Answer: job.Answer{Status: job.NotStarted, Progress: job.Unknown}}
		f.See(&jobs[i])
	}
	for i := range running {
		jobs[i].Answered, jobs[i].Started, jobs[i].Answer = clockAt(1), clockAt(0), job.Answer{Status: job.Processing}
		f.See(&jobs[i])
	}
	return f, jobs
}

// What a report and a forecast cost hardly depends on how many jobs there are:
//
//	go test -run - -bench Cost -benchmem ./ui/forecast
func BenchmarkCost(b *testing.B) {
	for _, n := range []struct{ jobs, running int }{{1000, 25}, {100_000, 25}, {100_000, 10_000}, {100_000, 100_000}} {
		f, jobs := many(n.jobs, n.running)
		name := fmt.Sprintf("jobs=%d/running=%d", n.jobs, n.running)
		now, i := clockAt(10), 0
		b.Run("report/"+name, func(b *testing.B) {
			for b.Loop() {
				i++
				j := &jobs[i*7919%n.running]
				now = now.Add(time.Millisecond)
				j.Answered, j.Answer.Progress = now, job.Progress(float64(i%900)/1000)
				f.See(j)
			}
		})
		b.Run("row/"+name, func(b *testing.B) {
			for b.Loop() {
				i++
				f.Job(jobs[i%n.jobs].ID, now)
			}
		})
		b.Run("look and whole/"+name, func(b *testing.B) {
			for b.Loop() {
				now = now.Add(time.Second)
				f.All(now)
			}
		})
		b.Run("batch/"+name, func(b *testing.B) {
			for b.Loop() {
				f.batches["b"].shown.look = 0
				f.Batch("b", now)
			}
		})
	}
}

// What a start with so many tracked jobs costs.
func BenchmarkRestore(b *testing.B) {
	const n = 100_000
	jobs := make([]store.Job, n)
	for i := range jobs {
		added := float64(i)
		jobs[i] = store.Job{
			ID: id(i), Batch: batchID(i / 100), Added: clockAt(added), Started: clockAt(added + 10),
			Ended: clockAt(added + 60), Answered: clockAt(added + 60), End: job.EndedDone,
			Answer: job.Answer{Status: job.Done, Progress: 1}, History: []store.Change{{At: clockAt(added), Status: job.NotStarted}},
		}
		if i%10 == 0 { // one in ten is not finished
			jobs[i].End, jobs[i].Answer = job.Live, job.Answer{Status: job.Processing, Progress: 0.5}
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		f := New()
		for i := range jobs {
			f.See(&jobs[i])
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/job")
}
