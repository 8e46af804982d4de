package poller

import (
	"math/rand/v2"
	"testing"
	"time"

	"example.com/jobwatch/poller/job"
)

// asking is a host that is asked for as much as the budget allows, and what the
// header would say of it.
type asking struct {
	*schedule
	watcher hostWatcher
	now     float64
}

func newAsking(rate float64) *asking {
	return &asking{schedule: newSchedule(rate, max(1, rate), 8, rand.New(rand.NewPCG(1, 1)))}
}

// go on for so many seconds, telling how it stands each twentieth of one.
func (a *asking) on(seconds float64, tell func(Host)) {
	for end := a.now + seconds; a.now < end; a.now += 0.05 {
		share := a.breaker.allowedShare(a.now)
		a.budget.refill(a.now, share)
		for !a.breaker.tripped && a.budget.readyAt(share) <= a.now {
			a.budget.spend(1)
			a.watcher.meter.add(a.now, 1)
		}
		a.watcher.update(moment{a.now, time.Unix(0, 0).Add(duration(a.now))}, a.schedule)
		tell(a.watcher.host)
	}
}

func TestTheRateNeverReadsAsOverTheBudget(t *testing.T) {
	for _, rate := range []float64{0.2, 1, 2.5, 10, 50} {
		a := newAsking(rate)
		within := func(h Host) {
			if h.Rate > h.Budget {
				t.Fatalf("%g/s: after %.2f s the header says %.1f/%.1f req/s", rate, a.now, h.Rate, h.Budget)
			}
		}
		a.on(30, within)
		if r := a.watcher.host.Rate; r < 0.75*rate {
			t.Errorf("%g/s: the header says %.1f req/s after 30 s of asking", rate, r)
		}
		a.breaker.failed(a.now, &entry{}, &job.Problem{Kind: job.RateLimited, RetryAfter: 5 * time.Second})
		a.on(1, within)
		if r := a.watcher.host.Rate; r > 0 {
			t.Errorf("%g/s: the header says %.1f req/s while nothing is sent", rate, r)
		}
		probe := &entry{}
		a.breaker.sent(a.now, probe)
		a.breaker.succeeded(a.now, probe)
		a.on(60, within)
	}
}
