package simtest

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/sim"
)

func TestEveryWorkloadIsRepeatableAndWhole(t *testing.T) {
	for _, w := range slices.Concat(Familiar(), Unfamiliar()) {
		lives := w.Make(7, 400)
		if !slices.Equal(lives, w.Make(7, 400)) {
			t.Errorf("%s: the same seed gives another workload", w.Name)
		}
		if slices.Equal(lives, w.Make(8, 400)) {
			t.Errorf("%s: another seed gives the same workload", w.Name)
		}
		for i := range lives {
			l := &lives[i]
			if l.Submitted > l.Start || l.Start+l.Duration > l.End {
				t.Fatalf("%s: job %d is submitted at %v, starts at %v, ends at %v after %v of work",
					w.Name, i, l.Submitted, l.Start, l.End, l.Duration)
			}
			if s, _ := l.At(l.End - 1); s != job.Processing {
				t.Fatalf("%s: job %d is %q just before its end", w.Name, i, s)
			}
			if s, _ := l.At(l.End); !s.Final() {
				t.Fatalf("%s: job %d is %q at its end", w.Name, i, s)
			}
		}
	}
}

func TestUnfamiliarWorkloadsDoWhatTheirNamesSay(t *testing.T) {
	made := map[string][]sim.Life{}
	for _, w := range Unfamiliar() {
		made[w.Name] = w.Make(1, 1000)
	}
	byStart := func(a, b sim.Life) int { return cmp.Compare(a.Start, b.Start) }
	if slices.IsSortedFunc(made["shuffled starts"], byStart) {
		t.Error("shuffled starts are in order")
	}
	lifo := made["last in first out"]
	if lifo[999].Start != 0 || lifo[0].Start < lifo[500].Start {
		t.Error("last in first out starts the first early")
	}
	if l := made["arrivals over time"]; l[999].Submitted < 5*time.Minute {
		t.Errorf("the last of the arrivals comes at %v", l[999].Submitted)
	}
	for i, l := range made["pause of the whole service"] {
		if l.End > time.Minute && l.End < 3*time.Minute {
			t.Errorf("job %d ends at %v, in the pause", i, l.End)
		}
		if l.Start < time.Minute && l.End > 3*time.Minute {
			_, before := l.At(time.Minute)
			if _, after := l.At(3 * time.Minute); before != after {
				t.Errorf("job %d goes from %v to %v in the pause", i, before, after)
			}
		}
	}
	longest := slices.MaxFunc(made["Pareto tail"], func(a, b sim.Life) int { return cmp.Compare(a.Work, b.Work) })
	if longest.Work < 10*time.Minute {
		t.Errorf("the tail's longest job takes %v", longest.Work)
	}
	for i, l := range made["tiny jobs"] {
		if l.Work > time.Second {
			t.Errorf("tiny job %d takes %v", i, l.Work)
		}
	}
}
