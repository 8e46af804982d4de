package poller_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/poller/job"
)

// saying is an API that says a status of each job, and notes when it did.
type saying struct {
	mu     sync.Mutex
	status func(id job.ID) job.Status
	polls  map[job.ID][]time.Time
}

// says returns an API that answers with status.
func says(status func(id job.ID) job.Status) *saying {
	return &saying{status: status, polls: map[job.ID][]time.Time{}}
}

// asked returns when it was asked for a job since the last call.
func (s *saying) asked(id job.ID) []time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	polls := s.polls[id]
	delete(s.polls, id)
	return polls
}

// say has it answer otherwise from now on.
func (s *saying) say(status job.Status) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status = func(job.ID) job.Status { return status }
}

func (s *saying) Status(_ context.Context, id job.ID) (job.Answer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.polls[id] = append(s.polls[id], time.Now())
	return job.Answer{Status: s.status(id), Progress: job.Unknown}, nil
}

// A job was cancelled, which none of the API's four words tells: it may be over or not. It is asked
// ever more rarely, also on the screen and after a restart, but at least hourly.
func TestAnOddStatusIsAskedEverMoreRarely(t *testing.T) {
	for name, shown := range map[string]bool{"on the screen": true, "elsewhere": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				id, begin := job.ID{1}, time.Now()
				api := says(func(job.ID) job.Status { return "Cancelled" })
				r := start(t, api, poller.Options{Concurrency: 1})
				if shown {
					r.Visible([]job.ID{id})
				}
				r.Track(poller.Tracked{ID: id})
				r.watch(24 * time.Hour)
				polls := api.asked(id)
				if n := len(polls); n < 24 || n > 60 {
					t.Errorf("%d polls in a day", n)
				}
				for i := 2; i < len(polls); i++ {
					before, gap := polls[i-1].Sub(polls[i-2]), polls[i].Sub(polls[i-1])
					if gap < before-100*time.Millisecond || gap > time.Hour+time.Second {
						t.Errorf("poll %d came %v after the one before, that one after %v", i+1, gap, before)
					}
					if stood := polls[i-1].Sub(begin); stood > time.Minute && gap > stood {
						t.Errorf("poll %d came after %v, though the status had stood for %v only", i+1, gap, stood)
					}
				}
				if next := r.reports[id].Next.Sub(polls[len(polls)-1]); next < 59*time.Minute || next > 61*time.Minute {
					t.Errorf("the next poll is told to be in %v", next)
				}
				r.stop()

				r = start(t, api, poller.Options{Concurrency: 1})
				r.Visible([]job.ID{id})
				r.Track(poller.Tracked{
					ID: id, Answer: job.Answer{Status: "Cancelled", Progress: job.Unknown}, Answered: begin, Started: begin,
				})
				r.watch(59 * time.Minute)
				if n := len(api.asked(id)); n != 1 {
					t.Errorf("%d polls in the first hour after a restart", n)
				}
				r.PollNow(id)
				r.watch(time.Second)
				if n := len(api.asked(id)); n != 1 {
					t.Error("it was not asked when the user wanted")
				}
			})
		})
	}
}

// A new word is news: what comes after it may come soon. And when a known one comes, all
// is as ever.
func TestAnotherOddStatusIsAskedSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		id := job.ID{1}
		api := says(func(job.ID) job.Status { return "Cancelling" })
		r := start(t, api, poller.Options{Concurrency: 1})
		r.Track(poller.Tracked{ID: id})
		for _, next := range []job.Status{"Cancelled", job.Processing, job.Done} {
			r.watch(10 * time.Minute)
			api.say(next)
			r.within(6*time.Minute, func() bool { return r.reports[id].Answer.Status == next }, "it did not come")
			api.asked(id)
			r.watch(20 * time.Second)
			if n := len(api.asked(id)); next != job.Done && n < 2 {
				t.Errorf("%d polls in the 20 s after it became %q", n, next)
			}
		}
	})
}

// What has been cancelled for days says nothing of how long the others take.
func TestAnOddStatusMakesNoOtherJobWait(t *testing.T) {
	delay := func(cancelled int) time.Duration {
		var late time.Duration
		synctest.Test(t, func(t *testing.T) {
			begin := time.Now()
			api := says(func(id job.ID) job.Status {
				switch since := time.Since(begin); {
				case id[0] == 1:
					return "Cancelled"
				case since < 72*time.Hour:
					return job.NotStarted
				case since < 72*time.Hour+time.Duration(id[1])*time.Second:
					return job.Processing
				}
				return job.Done
			})
			r := start(t, api, poller.Options{Concurrency: 1})
			var jobs []poller.Tracked
			for i := range cancelled {
				jobs = append(jobs, poller.Tracked{ID: job.ID{1, byte(i)}})
			}
			r.Track(jobs...)
			r.watch(72 * time.Hour)
			for i := range 20 {
				r.Track(poller.Tracked{ID: job.ID{2, byte(5 + i)}})
			}
			r.watchUntil(time.Hour, func() bool { return r.ends(job.EndedDone) == 20 })
			for id, rep := range r.reports {
				if id[0] == 2 {
					late += rep.At.Sub(begin.Add(72*time.Hour+time.Duration(id[1])*time.Second)) / 20
				}
			}
		})
		return late
	}
	if without, with := delay(0), delay(50); with > without*2 {
		t.Errorf("Done is seen %v late, %v where 50 others were cancelled", without, with)
	}
}
