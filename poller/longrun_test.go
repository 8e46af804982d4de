package poller_test

import (
	"context"
	"encoding/binary"
	"flag"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/poller/job"
)

// says returns an API that answers with a status and no progress.
func says(status func(id job.ID) job.Status) asked {
	return func(_ context.Context, id job.ID) (job.Answer, error) {
		return job.Answer{Status: status(id), Progress: job.Unknown}, nil
	}
}

// A job was cancelled, which none of the API's four words tells: it may be over or not. It is asked
// ever more rarely, also on the screen and after a restart, but at least hourly.
func TestAnOddStatusIsAskedEverMoreRarely(t *testing.T) {
	for name, shown := range map[string]int{"on the screen": 1, "elsewhere": 0} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				id, begin := job.ID{1}, time.Now()
				cancelled := says(func(job.ID) job.Status { return "Cancelled" })
				r := start(t, cancelled)
				r.Visible([]job.ID{id}[:shown])
				r.Track(poller.Tracked{ID: id})
				r.watch(24 * time.Hour)
				polls := r.polls[id]
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

				again := start(t, cancelled)
				again.Visible([]job.ID{id})
				again.Track(poller.Tracked{
					ID: id, Answer: job.Answer{Status: "Cancelled", Progress: job.Unknown}, Answered: begin, Started: begin,
				})
				again.watch(59 * time.Minute)
				if n := len(again.polls[id]); n != 1 {
					t.Errorf("%d polls in the first hour after a restart", n)
				}
				again.PollNow(id)
				again.watch(time.Second)
				if n := len(again.polls[id]); n != 2 {
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
		var status atomic.Value
		status.Store(job.Status("Cancelling"))
		r := start(t, says(func(job.ID) job.Status { return status.Load().(job.Status) }))
		r.Track(poller.Tracked{ID: id})
		for _, next := range []job.Status{"Cancelled", job.Processing, job.Done} {
			r.watch(10 * time.Minute)
			status.Store(next)
			r.within(6*time.Minute, func() bool { return r.reports[id].Answer.Status == next }, string(next)+" did not come")
			before := len(r.polls[id])
			r.watch(20 * time.Second)
			if n := len(r.polls[id]) - before; next != job.Done && n < 2 {
				t.Errorf("%d polls in the 20 s after it became %q", n, next)
			}
		}
	})
}

// What has been cancelled for days says nothing of how long the others take.
func TestAnOddStatusMakesNoOtherJobWait(t *testing.T) {
	delay := func(cancelled int) (late time.Duration) {
		synctest.Test(t, func(t *testing.T) {
			begin := time.Now()
			r := start(t, says(func(id job.ID) job.Status {
				switch since := time.Since(begin) - 72*time.Hour; {
				case id[0] == 1:
					return "Cancelled"
				case since < 0:
					return job.NotStarted
				case since < time.Duration(id[1])*time.Second:
					return job.Processing
				}
				return job.Done
			}), poller.Options{Concurrency: 1})
			for i := range cancelled {
				r.Track(poller.Tracked{ID: job.ID{1, byte(i)}})
			}
			r.watch(72 * time.Hour)
			for i := range 20 {
				r.Track(poller.Tracked{ID: job.ID{2, byte(5 + i)}})
			}
			r.within(time.Hour, func() bool { return r.ends(job.EndedDone) == 20 }, "not all were done")
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

// go test -run Soak -soak 168h ./poller is a week.
var soak = flag.Duration("soak", 12*time.Hour, "how long the soak test polls, on its fake clock")

// TestSoak polls jobs that come and go, 5,000 in a week, and looks for what is left
// of them.
func TestSoak(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const every, life = 2 * time.Minute, 20 * time.Minute
		begin := time.Now()
		r := start(t, asked(func(_ context.Context, id job.ID) (job.Answer, error) {
			age := time.Since(begin.Add(time.Duration(binary.BigEndian.Uint32(id[:])) * every))
			if age > life {
				return job.Answer{Status: job.Done, Progress: 1}, nil
			}
			return job.Answer{Status: job.Processing, Progress: job.Progress(age.Minutes()) / 20}, nil
		}))
		idOf := func(n int) (id job.ID) {
			binary.BigEndian.PutUint32(id[:], uint32(n)) //nolint:gosec // a few thousand
			return id
		}
		var firstHour uint64
		goroutines, done := 0, 0
		for n := 0; time.Since(begin) < *soak; n++ {
			id := idOf(n)
			r.Track(poller.Tracked{ID: id})
			r.Visible([]job.ID{id})
			if n >= 15 { // half an hour ago
				old := idOf(n - 15)
				if r.reports[old].End == job.EndedDone {
					done++
				}
				r.Remove(old)
				delete(r.reports, old)
				delete(r.polls, old)
			}
			if r.watch(every); n == 30 {
				firstHour, goroutines = heap(), runtime.NumGoroutine()
			}
		}
		if n := int(*soak/every) - 16; done < n {
			t.Errorf("%d jobs were seen to end, want %d", done, n)
		}
		if now := heap(); float64(now) > 1.1*float64(firstHour)+64<<10 {
			t.Errorf("the heap grew from %d to %d bytes", firstHour, now)
		}
		if now := runtime.NumGoroutine(); now > goroutines {
			t.Errorf("%d goroutines became %d", goroutines, now)
		}
	})
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
