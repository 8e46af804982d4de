package sim

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"example.com/jobwatch/poller/job"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestTheDemoShowsAllThereIsToSee(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(1)
		batches := s.Demo(1)
		var all []job.ID
		for _, b := range batches {
			all = append(all, b.IDs...)
		}
		if len(batches) != 4 || len(all) < 28 || len(all) > 34 {
			t.Fatalf("%d batches of %d jobs", len(batches), len(all))
		}
		count := func() (n map[job.Status]int) {
			n = map[job.Status]int{}
			for _, id := range all {
				j, at, _ := s.Find(id)
				status, _ := j.Life.At(at)
				n[status]++
			}
			return n
		}
		time.Sleep(6 * time.Second) //nolint:forbidigo // fake clock
		if n := count(); n[job.Done] == 0 || n[job.Processing] < 5 || n[job.NotStarted] < 5 {
			t.Errorf("after 6 s: %v", n)
		}
		time.Sleep(4*time.Minute - 6*time.Second) //nolint:forbidigo // fake clock
		if n := count(); n[job.Done]+n[job.Error] < len(all)-3 || n[job.Error] < 2 || n[job.Error] > 5 {
			t.Errorf("after 4 minutes: %v", n)
		}
		types := map[Type]int{}
		for _, id := range all {
			types[s.jobs[id].Life.Type]++
		}
		if len(types) != 4 {
			t.Errorf("types of progress: %v", types)
		}
	})
}

func TestNewJobsArriveInTheDemoForAsLongAsItRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(1)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		begin, n := time.Now(), -4 // the batches of Demo come first
		for b := range s.Arrivals(ctx, 1) {
			switch n++; {
			case n <= 0:
				continue
			case n > 20:
				t.Fatal("an arrival after the end")
			}
			if b.Name == "" || len(b.IDs) == 0 || len(b.IDs) > 3 {
				t.Errorf("arrived: %+v", b)
			}
			for _, id := range b.IDs {
				if j, at, known := s.Find(id); !known || j.Life.End <= at {
					t.Errorf("an arrived job is %+v", j)
				}
			}
			if n == 20 {
				if took := time.Since(begin); took < 8*time.Minute || took > 20*time.Minute {
					t.Errorf("20 arrivals took %v", took)
				}
				cancel()
			}
		}
		if n != 20 {
			t.Errorf("%d arrivals", n)
		}
	})
}

func TestTheSameSeedMakesTheSameJobs(t *testing.T) {
	all := func(seed uint64) (ids []job.ID) {
		for _, b := range New(seed).Demo(seed) {
			ids = append(ids, b.IDs...)
		}
		return ids
	}
	if !slices.Equal(all(3), all(3)) {
		t.Error("the same seed makes other IDs")
	}
	if slices.Equal(all(3), all(4)) {
		t.Error("another seed makes the same IDs")
	}
}
