package poller

import (
	"testing"
	"time"

	"example.com/jobwatch/poller/sim"
)

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
