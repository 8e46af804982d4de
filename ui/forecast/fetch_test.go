package forecast

import (
	"testing"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
)

// A storm of reports teaches what the same reports teach one by one: of jobs that run
// on, finish, are put back or stand still, of new ones, and of one that is reported twice.
func TestManyReportsAtOnceTeachTheSame(t *testing.T) {
	one, jobs, now := crowd(2000)
	many, _, _ := crowd(2000)
	var reports []*store.Job
	for turn := range 50 {
		now = now.Add(10 * time.Second)
		reports = reports[:0]
		for i := range 300 {
			j := jobs[(turn*300+i*7)%len(jobs)]
			j.Answered = now
			switch (turn + i) % 5 {
			case 0:
				j.Answer, j.Started = job.Answer{Status: job.Processing, Progress: 0.5}, now.Add(-time.Minute)
			case 1:
				j.Answer, j.Started = job.Answer{Status: job.Processing, Progress: job.Progress(i) / 300}, now.Add(-time.Second)
			case 2:
				j.Answer = job.Answer{Status: job.NotStarted, Progress: job.Unknown}
			case 3:
				j.Answer, j.End, j.Ended = job.Answer{Status: job.Done, Progress: 1}, job.EndedDone, now
			case 4:
				j.ID, j.Added = id(100_000+turn*300+i), now
			}
			reports = append(reports, &j)
		}
		reports = append(reports, reports[1])
		for i, stalled := range many.SeeAll(reports) {
			if want := one.See(reports[i]); stalled != want {
				t.Fatalf("report %d of turn %d: stalled is %v, want %v", i, turn, stalled, want)
			}
		}
	}
	for i := range jobs {
		if got, want := many.Job(jobs[i].ID, now), one.Job(jobs[i].ID, now); got != want {
			t.Fatalf("job %d is forecast %v, want %v", i, got, want)
		}
	}
	if got, want := many.All(now), one.All(now); got != want || !got.Known {
		t.Errorf("all are forecast %v, want %v", got, want)
	}
}
