package poller

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"

	"example.com/jobwatch/poller/job"
)

func TestAnEpisodeOfTrouble(t *testing.T) {
	g := breaker{rand: rand.New(rand.NewPCG(1, 1)), share: 1}
	jobs := make([]*entry, 9)
	for i := range jobs {
		jobs[i] = &entry{}
		g.sent(0, jobs[i])
	}
	limited := &job.Problem{Kind: job.RateLimited, RetryAfter: 10 * time.Second}
	g.failed(1, jobs[0], limited)
	if open := g.opensAt(); open < 11 || open > 12 {
		t.Fatalf("open again at %.1f s, want the 10 s that were asked for and up to 1 s more", open)
	}
	g.failed(1.1, jobs[1], limited) // under way since before
	g.failed(2, jobs[2], &job.Problem{Kind: job.RateLimited, RetryAfter: 20 * time.Second})
	if open := g.opensAt(); open < 22 || open > 23 {
		t.Errorf("open again at %.1f s, want more patience when more was asked for", open)
	}
	if s := g.allowedShare(3); s != 0.5 {
		t.Errorf("%.3f of the budget is left, want it halved once", s)
	}
	if g.succeeded(4, jobs[3]); !g.tripped {
		t.Error("an answer from before the episode ended it")
	}

	g.sent(23, jobs[4])
	if g.opensAt() < never {
		t.Error("a second probe may leave")
	}
	g.failed(24, jobs[4], limited)
	if open := g.opensAt(); open < 34 || open > 35 {
		t.Errorf("after the failed probe it opens at %.1f s", open)
	}
	g.sent(35, jobs[6])
	if !g.succeeded(36, jobs[6]) || g.opensAt() > 36 {
		t.Error("a good answer to the probe did not end the episode")
	}
	for _, c := range []struct{ at, want float64 }{{36, 0.5}, {46, 0.75}, {56, 1}, {100, 1}} {
		if got := g.allowedShare(c.at); got != c.want {
			t.Errorf("%.0f s after it, %.2f of the budget, want %.2f", c.at-36, got, c.want)
		}
	}
}

func TestWhenProblemsAreTheHosts(t *testing.T) {
	for _, c := range []struct {
		name  string
		kinds []job.Kind // NoProblem is a good answer
		shut  bool
	}{
		{"a 429", []job.Kind{job.RateLimited}, true},
		{"refused twice", []job.Kind{job.Unreachable, job.Unreachable}, false},
		{"refused three times", []job.Kind{job.Unreachable, job.Unreachable, job.Unreachable}, true},
		{"with a good one between", []job.Kind{job.Unreachable, job.Unreachable, job.NoProblem, job.Unreachable}, false},
		{"four 500s", []job.Kind{job.Trouble, job.Trouble, job.Trouble, job.Trouble}, false},
		{"five 500s", []job.Kind{job.Trouble, job.Trouble, job.Trouble, job.Trouble, job.Trouble}, true},
		{"a captive portal", []job.Kind{job.NotAPI, job.NotAPI, job.NotAPI, job.NotAPI, job.NotAPI}, true},
	} {
		g, e := breaker{rand: rand.New(rand.NewPCG(1, 1)), share: 1}, &entry{}
		for _, k := range c.kinds {
			if k == job.NoProblem {
				g.succeeded(1, e)
			} else {
				g.failed(1, e, &job.Problem{Kind: k})
			}
		}
		if g.tripped != c.shut {
			t.Errorf("%s: shut is %v", c.name, g.tripped)
		}
	}
}

func TestAsBadAsItGets(t *testing.T) {
	g, e := breaker{rand: rand.New(rand.NewPCG(1, 1)), share: 1}, &entry{}
	now := 0.0
	for range 100 {
		g.failed(now, e, &job.Problem{Kind: job.RateLimited})
		now = max(now, g.opensAt())
		g.sent(now, e)
		g.succeeded(now, e)
	}
	if s := g.allowedShare(now); s != minShare {
		t.Errorf("%.4f of the budget after a hundred episodes, want %.4f", s, minShare)
	}
	g.failed(now, e, &job.Problem{Kind: job.RateLimited, RetryAfter: 365 * 24 * time.Hour})
	if pause := g.opensAt() - now; pause > maxRetryAfter+1 {
		t.Errorf("a Retry-After of a year is granted %.0f s", pause)
	}
	g.retrySooner(now)
	if g.opensAt() < now+maxRetryAfter {
		t.Error("the user may override the time that the host named")
	}
}

func TestTheBudgetHolds(t *testing.T) {
	b := budget{rate: 10, burst: 10, tokens: 10}
	var taken []float64
	// Wanted are: all at once, nothing for a while, one, then all again, so that
	// bursts come at every awkward moment.
	for tick := range 6000 {
		now := float64(tick) / 100
		b.refill(now, 1)
		hungry := now < 30 || now >= 33.5
		for b.readyAt(1) <= now && (hungry || now >= 32.6 && len(taken) < 301) {
			b.spend(1)
			taken = append(taken, now)
			if n := len(taken); n > 10 && taken[n-11]+1 > now {
				t.Fatalf("11 requests from %.2f to %.2f s", taken[n-11], now)
			}
		}
	}
	if n := len(taken); n < 560 {
		t.Errorf("%d requests in 56.5 s of asking: it's held back", n)
	}
	for i := 20; i < 300; i++ {
		if gap := taken[i] - taken[i-1]; gap > 0.12 {
			t.Fatalf("nothing from %.2f to %.2f s, in the middle of asking: bursts are not paced", taken[i-1], taken[i])
		}
	}
	b.refill(1000, 0.5)
	if b.tokens > 1 {
		t.Errorf("%.1f requests were saved up while backing off", b.tokens)
	}
}

func TestTheBudgetHoldsWhenItIsNoWholeNumber(t *testing.T) {
	for _, rate := range []float64{0.2, 1, 2.5, 9.9, 100} {
		b := budget{rate: rate, burst: max(1, rate), tokens: max(1, rate)}
		taken, now := 0, 0.0
		for now < 100 {
			b.refill(now, 1)
			if at := b.readyAt(1); at > now {
				now = at
				continue
			}
			b.spend(1)
			taken++
		}
		if want := rate * 100; math.Abs(float64(taken)-want) > rate+1 {
			t.Errorf("%g/s: %d requests in 100 s, want close to %.0f", rate, taken, want)
		}
	}
}

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
					w.count(now, 1)
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

// TestTheNewestReportOfEachJobIsDelivered compares the reports with a plain map.
func TestTheNewestReportOfEachJobIsDelivered(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var p Poller
		jobs := batchOf(0, 8, 0)
		want := map[job.ID]int{}
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) {
				e := rapid.SampledFrom(jobs).Draw(t, "job")
				e.polls++
				p.put(e, job.Report{ID: e.ID, Polls: e.polls})
				want[e.ID] = e.polls
			},
			"send": func(t *rapid.T) {
				if len(p.reports) != len(want) {
					t.Fatalf("%d reports, want %d", len(p.reports), len(want))
				}
				for _, r := range p.reports {
					if want[r.ID] != r.Polls {
						t.Fatalf("a report of poll %d, want %d", r.Polls, want[r.ID])
					}
				}
				clear(want)
				p.reports = nil
			},
		})
	})
}
