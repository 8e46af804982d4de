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
