package poller

import (
	"math/rand/v2"
	"testing"
	"time"

	"example.com/jobwatch/poller/job"
)

func TestAnEpisodeOfTrouble(t *testing.T) {
	g := newGate(rand.New(rand.NewPCG(1, 1)))
	jobs := make([]*entry, 9)
	for i := range jobs {
		jobs[i] = &entry{}
		g.sent(0, jobs[i])
	}
	limited := &job.Problem{Kind: job.RateLimited, RetryAfter: 10 * time.Second}
	g.bad(1, jobs[0], limited)
	if open := g.opens(); open < 11 || open > 12 {
		t.Fatalf("open again at %.1f s, want the 10 s that were asked for and up to 1 s more", open)
	}
	g.bad(1.1, jobs[1], limited) // under way since before
	g.bad(2, jobs[2], &job.Problem{Kind: job.RateLimited, RetryAfter: 20 * time.Second})
	if open := g.opens(); open < 22 || open > 23 {
		t.Errorf("open again at %.1f s, want more patience when more was asked for", open)
	}
	if s := g.allowed(3); s != 0.5 {
		t.Errorf("%.3f of the budget is left, want it halved once", s)
	}
	if g.good(4, jobs[3]); !g.shut {
		t.Error("an answer from before the episode ended it")
	}

	g.sent(23, jobs[4])
	if g.opens() < never {
		t.Error("a second probe may leave")
	}
	g.bad(24, jobs[4], limited)
	if open := g.opens(); open < 34 || open > 35 {
		t.Errorf("after the failed probe it opens at %.1f s", open)
	}
	g.sent(35, jobs[5])
	g.lost(jobs[5]) // called off: it tells nothing
	g.sent(35, jobs[6])
	if !g.good(36, jobs[6]) || g.opens() > 36 {
		t.Error("a good answer to the probe did not end the episode")
	}
	for _, c := range []struct{ at, want float64 }{{36, 0.5}, {46, 0.75}, {56, 1}, {100, 1}} {
		if got := g.allowed(c.at); got != c.want {
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
		g, e := newGate(rand.New(rand.NewPCG(1, 1))), &entry{}
		for _, k := range c.kinds {
			if k == job.NoProblem {
				g.good(1, e)
			} else {
				g.bad(1, e, &job.Problem{Kind: k})
			}
		}
		if g.shut != c.shut {
			t.Errorf("%s: shut is %v", c.name, g.shut)
		}
	}
}

func TestAsBadAsItGets(t *testing.T) {
	g, e := newGate(rand.New(rand.NewPCG(1, 1))), &entry{}
	now := 0.0
	for range 100 {
		g.bad(now, e, &job.Problem{Kind: job.RateLimited})
		now = max(now, g.opens())
		g.sent(now, e)
		g.good(now, e)
	}
	if s := g.allowed(now); s != leastShare {
		t.Errorf("%.4f of the budget after a hundred episodes, want %.4f", s, leastShare)
	}
	g.bad(now, e, &job.Problem{Kind: job.RateLimited, RetryAfter: 365 * 24 * time.Hour})
	if pause := g.opens() - now; pause > longestRetry+1 {
		t.Errorf("a Retry-After of a year is granted %.0f s", pause)
	}
	g.ask(now)
	if g.opens() < now+longestRetry {
		t.Error("the user may override the time that the host named")
	}
}

func TestTheBudgetHolds(t *testing.T) {
	b := newBudget(10, 10)
	taken := 0
	for now := 0.0; now < 60; now += 0.01 {
		b.refill(now, 1)
		for b.ready(1) <= now {
			b.take()
			taken++
		}
		if float64(taken) > 10+10*now+1 {
			t.Fatalf("%d requests within %.2f s", taken, now)
		}
	}
	if taken < 605 {
		t.Errorf("%d requests in a minute: it's held back", taken)
	}
	b.refill(1000, 0.5)
	if b.tokens > 1 {
		t.Errorf("%.1f requests were saved up while easing off", b.tokens)
	}
}
