package sim_test

import (
	"math"
	"testing"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/sim"
	"example.com/jobwatch/poller/sim/simtest"
)

// The documentation of Plans has figures to check a workload with.
func TestTheWorkloadIsAsDocumented(t *testing.T) {
	r := sim.Random(1)
	if got := r.Uint64(); got != 0x910a2dec89025cc1 {
		t.Errorf("first number of seed 1: %#x", got)
	}
	plans := sim.Lives(1, 1000)
	work := 0.0
	for i := range plans {
		work += plans[i].Work.Seconds()
	}
	near(t, "sum of D", work, 33593.238462)
	near(t, "job 0's D", plans[0].Work.Seconds(), 14.297375)
	if plans[0].Type != sim.Stalled {
		t.Errorf("job 0 is of type %d, want one that stalls", plans[0].Type)
	}
	ends := 0.0
	for _, l := range simtest.FirstInFirstOut(plans) {
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

func TestAJobIsNotStartedThenProcessingThenOver(t *testing.T) {
	failed := 0
	for _, l := range simtest.FirstInFirstOut(sim.Lives(3, 500)) {
		if s, _ := l.At(l.Start - 1); l.Start > 0 && s != job.NotStarted {
			t.Fatalf("before its start: %q", s)
		}
		if s, _ := l.At(l.Start); s != job.Processing {
			t.Fatalf("at its start: %q", s)
		}
		if s, _ := l.At(l.End - 1); s != job.Processing {
			t.Fatalf("just before its end: %q", s)
		}
		want := job.Done
		if l.Fail {
			want = job.Error
			failed++
		}
		s, p := l.At(l.End)
		if s != want || (want == job.Done && p != 1) {
			t.Fatalf("at its end: %q, %v; want %q", s, p, want)
		}
	}
	if failed < 5 || failed > 30 {
		t.Errorf("%d of 500 jobs fail, want about 15", failed)
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

func BenchmarkPlanAt(b *testing.B) {
	plans := sim.Lives(1, 1000)
	i := 0
	for b.Loop() {
		p := &plans[i%len(plans)]
		p.At(p.Duration / 2)
		i++
	}
}
