package sim_test

import (
	"math"
	"testing"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/sim"
	"example.com/jobwatch/poller/sim/simtest"
)

// Figures are measured on the lives, and may be compared with anybody's who draws the same.
func TestTheWorkloadIsAsDocumented(t *testing.T) {
	r := sim.Random(1)
	if got := r.Uint64(); got != 0x910a2dec89025cc1 {
		t.Errorf("first number of seed 1: %#x", got)
	}
	lives := sim.Lives(1, 1000)
	work := 0.0
	for _, l := range lives {
		work += l.Work.Seconds()
	}
	near(t, "sum of D", work, 33593.238462)
	near(t, "job 0's D", lives[0].Work.Seconds(), 14.297375)
	if lives[0].Type != sim.Stalled {
		t.Errorf("job 0 is of type %d, want one that stalls", lives[0].Type)
	}
	ends := 0.0
	for _, l := range simtest.FirstInFirstOut(lives) {
		ends += l.End.Seconds()
	}
	near(t, "first in first out, sum of ends", ends, 588899.771510)
}

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 2e-6 {
		t.Errorf("%s is %.6f, want %.6f", what, got, want)
	}
}

func TestAJobsProgressRunsAsItsTypeSays(t *testing.T) {
	for i, p := range sim.Lives(2, 2000) {
		before, seen := job.Progress(0), map[job.Progress]bool{}
		for step := range 200 {
			at := p.Duration * time.Duration(step) / 200
			status, progress := p.At(at)
			if status != job.Processing {
				t.Fatalf("job %d after %v of %v is %q", i, at, p.Duration, status)
			}
			if p.Type == sim.Silent {
				if progress != job.Unknown {
					t.Fatalf("silent job %d shows %v", i, progress)
				}
				continue
			}
			if progress < before || progress > 1 {
				t.Fatalf("job %d goes from %v to %v", i, before, progress)
			}
			before, seen[progress] = progress, true
		}
		switch {
		case p.Fail:
			continue
		case p.Type == sim.Linear && before < 0.9:
			t.Errorf("linear job %d ends its work at %v", i, before)
		case p.Type == sim.Stepped && (len(seen) < 3 || before < 0.5):
			t.Errorf("stepped job %d shows %v", i, seen)
		case p.Type == sim.Stalled && (before < 0.49 || before > 0.95):
			t.Errorf("stalled job %d stands at %v", i, before)
		}
	}
}

func TestFirstInFirstOutKeepsTheOrderAndTheWorkers(t *testing.T) {
	lives := simtest.FirstInFirstOut(sim.Lives(4, 1000))
	running := 0
	for i := range lives {
		if i > 0 && lives[i].Start < lives[i-1].Start {
			t.Fatalf("job %d starts before the one before it", i)
		}
		if lives[i].Start <= lives[500].Start && lives[500].Start < lives[i].End {
			running++
		}
	}
	if running != simtest.Workers(1000) {
		t.Errorf("%d jobs run at once, want %d", running, simtest.Workers(1000))
	}
}
