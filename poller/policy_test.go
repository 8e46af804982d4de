package poller

import (
	"math"
	"testing"
	"time"

	"example.com/jobwatch/poller/sim"
)

func TestWhenAJobIsWorthAnotherLook(t *testing.T) {
	// Of a service whose jobs take 20 s, as every one is taken to at first.
	for _, c := range []struct {
		name string
		job  history
		want float64 // seconds after its last answer
	}{
		{"waiting", history{last: 100}, math.Cbrt(6 * cost * 5 * 20)},
		{"waiting, next to one that started", history{besideStart: true, last: 100}, math.Cbrt(6 * cost * 1 * 20)},
		{"just started, no progress", running(0, history{progress: -1}), math.Sqrt(2 * cost * 0.6 * 20)},
		{"running for 10 min, no progress", running(600, history{progress: -1}), math.Sqrt(2 * cost * 0.6 * 620)},
		{"running for 10 min, its bar still at 0", running(600, history{step: 1}), math.Sqrt(2 * cost * 0.6 * 620)},
		{"a fine bar at half, 50 s to go", running(50, history{progress: 0.5, step: 0.01, speed: 0.01, moved: 100}), math.Pow(5*cost*math.Pow(50, 4), 0.2)},
		{"a fine bar at its last step", running(99, history{progress: 0.99, step: 0.01, speed: 0.01, moved: 100}), math.Pow(2.5*cost, 0.4)},
		{"half of that second is over", running(99, history{progress: 0.99, step: 0.01, speed: 0.01, moved: 99.5}), math.Pow(2.5*cost*math.Pow(0.5, 1.5), 0.4)},
		{"a bar in quarters at its last one, 10 s to go", running(30, history{progress: 0.75, step: 0.25, speed: 0.025, moved: 100}), math.Pow(2.5*cost*math.Pow(10, 1.5), 0.4)},
		{"a bar in quarters that should have ended", running(55, history{progress: 0.75, step: 0.25, speed: 0.025, moved: 85}), math.Sqrt(2 * cost * 0.6 * 75)},
		{"a fine bar that stands still", running(55, history{progress: 0.5, step: 0.01, speed: 0.01, moved: 96}), math.Sqrt(2 * cost * 0.6 * 75)},
		{"a bar seen once", running(10, history{progress: 0.1, step: 0.01, moved: 100}), math.Pow(2.5*cost*math.Pow(0.7*10*0.9/0.11, 1.5), 0.4)},
		{"Processing at 100 %", running(10, history{progress: 1, step: 1, moved: 100}), math.Sqrt(2 * cost * 0.6 * 30)},
		{"about to end", running(10, history{progress: 0.99, step: 0.01, speed: 1, moved: 100}), cost},
	} {
		s := newService()
		if got := s.tau(&c.job); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%s: looked at after %.3f s, want %.3f s", c.name, got, c.want)
		}
	}
}

// running is a job whose last answer came at 100 s, so long after its start.
func running(age float64, h history) history {
	h.running, h.last, h.start = true, 100, 100-age
	return h
}

func TestABarTellsItsSpeedAndItsSteps(t *testing.T) {
	for _, c := range []struct {
		name         string
		looks        []float64 // progress at 0, 10, 20... s
		grain, speed float64
	}{
		{"none", []float64{-1, -1}, 1, 0},
		{"one look", []float64{0.13}, 0.01, 0},
		{"steady", []float64{0.13, 0.23, 0.33}, 0.01, 0.01},
		{"in quarters", []float64{0, 0.25, 0.25, 0.5}, 0.25, 0.0125},
		{"faster now", []float64{0.11, 0.12, 0.42}, 0.01, 0.03},
		{"backwards", []float64{0.5, 0.6, 0.2}, 0.2, 0},
		{"it stopped telling", []float64{0.5, 0.6, -1}, 1, 0},
	} {
		h := history{progress: -1}
		for i, p := range c.looks {
			h.observeProgress(float64(i)*10, p)
		}
		if math.Abs(h.speed-c.speed) > 1e-9 || (c.grain < 1 && h.step != c.grain) {
			t.Errorf("%s: steps of %.3f at %.4f/s, want %.3f at %.4f/s", c.name, h.step, h.speed, c.grain, c.speed)
		}
	}
}

func TestTwoLooksAtOnceTellNoSpeed(t *testing.T) {
	h := running(10, history{progress: -1})
	h.observeProgress(100, 0.2)
	h.observeProgress(100, 0.4)
	s := newService()
	if tau := s.tau(&h); math.IsNaN(tau) || tau <= 0 || math.IsInf(h.drawableSpeed(), 0) || math.IsNaN(h.drawableSpeed()) {
		t.Errorf("looked at after %v s, at a speed of %v", tau, h.drawableSpeed())
	}
}

func TestTheServiceIsLearned(t *testing.T) {
	s := newService()
	for range 50 {
		s.observeRun(30, false) // seen to run for half a minute, without an end yet
		s.observeRun(30, true)
	}
	if m := s.mean(); m < 55 || m > 60 {
		t.Errorf("jobs that take a minute are taken to take %.1f s", m)
	}
	for range 5000 {
		s.observeRun(5, true)
	}
	if m := s.mean(); m > 6 {
		t.Errorf("after thousands that take 5 s they are still taken to take %.1f s", m)
	}
	c := starts{5, 1}
	for range 1_000_000 {
		c.observeWait(60, false)
	}
	if tau := math.Cbrt(c.mean()); math.IsNaN(tau) || math.IsInf(tau, 0) {
		t.Error("a service that starts nothing for a year is beyond numbers")
	}
	for range 200 {
		c.observeWait(4, true)
	}
	if m := c.mean(); m < 1 || m > 4 {
		t.Errorf("waits of 4 s are taken to be %.1f s", m)
	}
}

// Bars that stop for good are reported as stalled; those that move are not, be it in
// steps, nor those that tell nothing.
func TestStandingBarsAreReportedAsStalled(t *testing.T) {
	asked, flagged := map[string]int{}, map[string]int{}
	for _, seed := range []uint64{1, 2} {
		for _, plan := range sim.Lives(seed, 500) {
			s, h, longest, stands := newService(), history{progress: -1, running: true}, 0.0, 0.0
			for now := 0.0; now < plan.Duration.Seconds(); now++ {
				_, p := plan.At(time.Duration(now * float64(time.Second)))
				if float64(p) == h.progress {
					stands++
				} else {
					stands = 0
				}
				h.observeProgress(now, float64(p))
				h.last = now
				longest = max(longest, s.stalledFor(&h))
			}
			kind := [...]string{"fine", "in quarters", "silent", "stalled"}[plan.Type]
			if plan.Type == sim.Stalled && (plan.Fail || stands < 120) {
				continue
			}
			if asked[kind]++; longest > 0 {
				flagged[kind]++
			}
			if plan.Type == sim.Stalled && longest > 0 && (longest < stands-1 || longest > stands+1) {
				t.Errorf("a bar that stood for %v s is said to have stood for %v s", stands, longest)
			}
		}
	}
	for kind, most := range map[string]float64{"fine": 0.02, "in quarters": 0.05, "silent": 0} {
		if share := float64(flagged[kind]) / float64(asked[kind]); share > most {
			t.Errorf("%d of %d bars that are %s were reported as stalled", flagged[kind], asked[kind], kind)
		}
	}
	if flagged["stalled"] < asked["stalled"]*95/100 {
		t.Errorf("only %d of %d bars that stood still for 2 min were reported", flagged["stalled"], asked["stalled"])
	}
	t.Log(flagged, asked)
}

// A job that never moved is stalled when it takes longer than three of its like.
func TestABarThatNeverMovedIsStalledInTheEnd(t *testing.T) {
	s, h := newService(), history{progress: -1, running: true}
	for now := 0.0; now <= 100; now++ {
		h.observeProgress(now, 0)
		h.last = now
		if stood := s.stalledFor(&h); (stood > 0) != (now > 3*s.mean()) {
			t.Fatalf("after %v s, where jobs take %v s, it is said to have stood for %v s", now, s.mean(), stood)
		}
	}
}
