package poller_test

import (
	"context"
	"encoding/binary"
	"flag"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/poller/job"
)

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
