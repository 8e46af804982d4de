package simtest

import (
	"slices"
	"testing"

	"example.com/jobwatch/poller/job"
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
