package poller

import (
	"math/rand/v2"
	"testing"
	"time"

	"example.com/jobwatch/poller/job"
)

// A host is asked for as much as the budget allows, before, during and after a pause.
func TestTheRateNeverReadsAsOverTheBudget(t *testing.T) {
	for _, rate := range []float64{0.2, 1, 2.5, 10, 50} {
		s, now := newSchedule(rate, max(1, rate), 8, rand.New(rand.NewPCG(1, 1))), 0.0
		var w hostWatcher
		ask := func(seconds float64) {
			for end := now + seconds; now < end; now += 0.05 {
				share := s.breaker.allowedShare(now)
				s.budget.refill(now, share)
				for !s.breaker.tripped && s.budget.readyAt(share) <= now {
					s.budget.spend(1)
					w.meter.add(now, 1)
				}
				w.update(moment{now, time.Unix(0, 0).Add(duration(now))}, s)
				if w.host.Rate > w.host.Budget {
					t.Fatalf("%g/s: after %.2f s the header says %.1f/%.1f req/s", rate, now, w.host.Rate, w.host.Budget)
				}
			}
		}
		ask(30)
		if r := w.host.Rate; r < 0.75*rate {
			t.Errorf("%g/s: the header says %.1f req/s after 30 s of asking", rate, r)
		}
		probe := &entry{}
		s.breaker.failed(now, probe, &job.Problem{Kind: job.RateLimited, RetryAfter: 5 * time.Second})
		ask(1)
		if r := w.host.Rate; r > 0 {
			t.Errorf("%g/s: the header says %.1f req/s while nothing is sent", rate, r)
		}
		s.breaker.sent(now, probe)
		s.breaker.succeeded(now, probe)
		ask(60)
	}
}
