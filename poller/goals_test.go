package poller

import (
	"testing"

	"example.com/jobwatch/poller/sim"
	"example.com/jobwatch/poller/sim/simtest"
)

// The figures that the policy is held to. Simulated ones are the same on every
// machine, so these are exact; BenchmarkPolicy prints them all.

func TestAnswersCostHalfOfAFixedIntervals(t *testing.T) {
	goals := map[string]struct{ delay, requests, p99 float64 }{
		"all at once":        {0.43, 0.46, 4.0},
		"own waits":          {0.40, 0.41, 4.5},
		"first in first out": {0.06, 0.06, 4.5},
	}
	for _, wl := range simtest.Familiar() {
		goal := goals[wl.Name]
		seeds := seedsOf(wl, 1000)
		a := each(seeds, ours(trial{}))
		d, r := against(seeds, a.requests, a.mean)
		if d > goal.delay || r > goal.requests || a.p99 > goal.p99 {
			t.Errorf("%s: %.3f of the delay at equal requests, %.3f of the requests at equal delay, p99 %.2f s; want at most %+v", wl.Name, d, r, a.p99, goal)
		}
		if a.stalest > 61 {
			t.Errorf("%s: a live job went unheard for %.0f s", wl.Name, a.stalest)
		}
	}
}

func TestSteadyBarsNeedHardlyAnyLooks(t *testing.T) {
	var linear [][]sim.Life
	var jobs, requests int
	var delay float64
	for seed := uint64(1); seed <= 5; seed++ {
		lives := sim.Lives(seed, 1000)
		var some []sim.Life
		for _, l := range lives {
			if l.Type == sim.Linear {
				some = append(some, l)
			}
		}
		linear = append(linear, some)
		o := trial{lives: lives}.run().types[sim.Linear]
		jobs += o.jobs
		requests += o.requests
		delay += o.delay
	}
	n := float64(jobs)
	if d, _ := against(linear, float64(requests)/n, delay/n); d > 0.16 {
		t.Errorf("%.3f of a fixed interval's delay at equal requests, want at most 0.16", d)
	}
}

func TestWithoutProgressItIsAsGoodAsCanBe(t *testing.T) {
	const lambda = 0.1
	total := 0.0
	for seed := uint64(1); seed <= 5; seed++ {
		o := trial{lives: sim.Lives(seed, 1000), cost: lambda}.run().types[sim.Silent]
		total += (o.delay + lambda*float64(o.requests)) / float64(o.jobs) / 5
	}
	if best := optimum(lambda, 0.1); total > 1.02*best {
		t.Errorf("cost %.3f, the optimum's is %.3f", total, best)
	}
}

func TestUnfamiliarWorkloadsAreNoWorseThanAFixedInterval(t *testing.T) {
	for _, wl := range simtest.Unfamiliar() {
		seeds := seedsOf(wl, 100)[:2]
		a := each(seeds, ours(trial{}))
		if d, r := against(seeds, a.requests, a.mean); d > 0.6 || r > 0.65 {
			t.Errorf("%s: %.3f of the delay at equal requests, %.3f of the requests at equal delay", wl.Name, d, r)
		}
		if a.stalest > 61 {
			t.Errorf("%s: a live job went unheard for %.0f s", wl.Name, a.stalest)
		}
	}
}

func TestAQueueIsFollowedUnderABudget(t *testing.T) {
	for _, c := range []struct {
		jobs int
		rate float64
		mean float64 // seconds
	}{
		{1000, 5, 3.5},
		{1000, 10, 1.3}, // a fixed 3 s: 26
		{1000, 20, 1.0},
		{20000, 50, 9},
	} {
		o := trial{lives: simtest.FirstInFirstOut(sim.Lives(1, c.jobs)), rate: c.rate, concurrency: 8}.run()
		if o.mean > c.mean {
			t.Errorf("%d jobs at %g/s: %.2f s on average, want at most %.2f", c.jobs, c.rate, o.mean, c.mean)
		}
	}
}

func TestATooSmallBudgetIsSharedAsWellAsByTurns(t *testing.T) {
	for _, rate := range []float64{1, 5, 20, 50} {
		lives := sim.Lives(1, 1000)
		o, f := trial{lives: lives, rate: rate, concurrency: 8}.run(), queued(lives, 3, rate, 0.1)
		if o.mean > 1.05*f.mean {
			t.Errorf("at %g/s: %.1f s on average, by turns %.1f s", rate, o.mean, f.mean)
		}
	}
}

func TestRowsOnTheScreenAreFresh(t *testing.T) {
	o := screenTrial(1).run()
	if o.rowAge > 2.6 || o.aheadBar > 0.017 || o.barError > 0.026 || o.barError > o.heldBar {
		t.Errorf("rows are %.2f s old; bars are wrong by %.4f, those drawn ahead by %.4f, and would be by %.4f as they came",
			o.rowAge, o.barError, o.aheadBar, o.heldBar)
	}
}

func TestErrorsCostLittle(t *testing.T) {
	x := outages()[4]
	if o := x.run(); o.failed > 400 || o.mean > 3 {
		t.Errorf("%d requests failed, and the mean delay was %.2f s", o.failed, o.mean)
	}
}
