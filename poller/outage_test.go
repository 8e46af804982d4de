package poller

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/sim"
	"example.com/jobwatch/poller/sim/simtest"
)

// outage is a trial in which the host fails for a while.
type outage struct {
	name        string
	rate        float64
	from, until float64
	fault       func(now float64) *job.Problem
}

func outages() []outage {
	fails := func(p job.Problem) func(float64) *job.Problem {
		return func(float64) *job.Problem { return &p }
	}
	return []outage{
		{"503 for 60 s", 10, 300, 360, fails(job.Problem{Kind: job.Trouble, Code: 503})},
		{"503, Retry-After 10, for 60 s", 10, 300, 360, fails(job.Problem{Kind: job.RateLimited, Code: 503, RetryAfter: 10 * time.Second})},
		{"refused for 10 min", 10, 300, 900, fails(job.Problem{Kind: job.Unreachable})},
		{"429, Retry-After 30, for 60 s", 10, 300, 360, fails(job.Problem{Kind: job.RateLimited, Code: 429, RetryAfter: 30 * time.Second})},
		{"the error scenario, at 20/s", 20, 0, math.Inf(1), errorScenario()},
	}
}

// errorScenario is trouble now and then, an outage, and a host that
// allows less than the budget.
func errorScenario() func(now float64) *job.Problem {
	r := rand.New(rand.NewPCG(3, 4))
	tokens, filled := 10.0, 600.0
	return func(now float64) *job.Problem {
		switch {
		case now >= 300 && now < 345:
			return &job.Problem{Kind: job.RateLimited, Code: 503, RetryAfter: 10 * time.Second}
		case now >= 600 && now < 900:
			tokens = min(10, tokens+5*(now-filled))
			filled = now
			if tokens < 1 {
				return &job.Problem{Kind: job.RateLimited, Code: 429, RetryAfter: time.Second}
			}
			tokens--
		}
		if r.Float64() < 0.02 {
			return &job.Problem{Kind: job.Trouble, Code: 500}
		}
		return nil
	}
}

func (x outage) run() *outcome {
	return trial{
		lives: simtest.FirstInFirstOut(sim.Lives(1, 1000)),
		rate:  x.rate, burst: x.rate, concurrency: DefaultConcurrency,
		fault: func(now float64) *job.Problem {
			if now < x.from || now >= x.until {
				return nil
			}
			return x.fault(now)
		},
	}.run()
}

// during is how many requests were made while the host failed.
func (x outage) during(o *outcome) int { return len(between(o.sent, x.from, x.until)) }

// recovery is how long after the outage the first good answer came.
func (x outage) recovery(o *outcome) float64 {
	for _, t := range between(o.good, x.until, math.Inf(1)) {
		return t - x.until
	}
	return math.NaN()
}

// peak is the most requests within a second of the 30 s after the outage.
func (x outage) peak(o *outcome) int { return crowd(between(o.sent, x.until, x.until+30), 1) }

// probes is the most requests under way at once from 2 s into the outage on.
func (x outage) probes(o *outcome) int { return crowd(between(o.sent, x.from+2, x.until), 0.1) }

func between(times []float64, from, until float64) []float64 {
	first, _ := slices.BinarySearch(times, from)
	last, _ := slices.BinarySearch(times, until)
	return times[first:last]
}

// crowd returns the most of the times within a span.
func crowd(times []float64, span float64) (most int) {
	for i, t := range times {
		first := i
		for first > 0 && t-times[first-1] < span {
			first--
		}
		most = max(most, i-first+1)
	}
	return most
}
