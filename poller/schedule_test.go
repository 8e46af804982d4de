package poller

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"example.com/jobwatch/poller/job"
)

func newTestSchedule(rate float64, concurrency int) *schedule {
	return newSchedule(rate, max(1, min(rate, 1e9)), concurrency, rand.New(rand.NewPCG(1, 1)))
}

func TestPollsThatAreNearlyDueGoAlong(t *testing.T) {
	s := newTestSchedule(math.Inf(1), 100)
	jobs := batchOf(0, 4, 0)
	s.track(0, jobs)
	for i, due := range []float64{1, 1.01, 1.02, 1.2} {
		s.due.set(&jobs[i].due, due)
		s.contacts.set(&jobs[i].contacted, 0)
	}
	if e, at := s.next(0.9); e != nil || at != 1 {
		t.Errorf("before anything is due, %v is asked, and the next is due at %g", e, at)
	}
	for i := range 3 {
		if e, _ := s.next(1); e != jobs[i] {
			t.Errorf("job %d does not go along with the one that is due", i)
		}
	}
	if e, at := s.next(1); e != nil || at != 1.2 {
		t.Errorf("then %v is asked, and the next is due at %g", e, at)
	}
}

func TestNothingIsLearnedAcrossASuspend(t *testing.T) {
	s := newTestSchedule(math.Inf(1), 100)
	jobs := batchOf(0, 2, 0)
	s.track(0, jobs)
	ask := func(now float64, status job.Status) {
		for range jobs {
			e, _ := s.next(now)
			s.answered(now, now, e, &job.Answer{Status: status, Progress: job.Unknown}, nil)
		}
	}
	ask(0, job.NotStarted)
	before := s.service
	s.clockJumped()
	ask(9*3600, job.Processing)
	if s.service != before {
		t.Errorf("learned %+v from what nobody watched", s.service)
	}
	if age := 9*3600 - jobs[0].start; math.Abs(age-4.5*3600) > 10 {
		t.Errorf("a job that started within a gap of 9 h is taken to be %.0f s old", age)
	}
}

func TestFinishedJobsOfBeforeTellHowLongOthersTake(t *testing.T) {
	now := time.Now()
	at := moment{now: 1000, wall: now}
	s := newTestSchedule(10, 8)
	var batch []*entry
	for i := range 50 {
		batch = append(batch,
			newEntry(at, &Tracked{ID: idOf(3 * i), Answer: job.Answer{Status: job.Done}, Started: now.Add(-time.Hour - 5*time.Minute), Answered: now.Add(-time.Hour)}),
			newEntry(at, &Tracked{ID: idOf(3*i + 1), Answer: job.Answer{Status: job.Done}, Answered: now.Add(-time.Hour)}),
			newEntry(at, &Tracked{ID: idOf(3*i + 2), End: job.EndedRejected}))
	}
	s.track(1000, batch)
	if m := s.service.mean(); m < 290 || m > 300 {
		t.Errorf("after 50 jobs of 5 min, and 100 that tell nothing, others are taken to take %.0f s", m)
	}
	if e, _ := s.next(1000); e != nil {
		t.Errorf("a finished job is asked: %+v", e)
	}
	s.pollNow(1000, []job.ID{idOf(2)})
	if e, _ := s.next(1000); e != batch[2] {
		t.Error("a rejected job that the user wants asked is not")
	}
}

// TestTheScheduleKeepsItsBooks does anything in any order, and looks whether every
// job is where it belongs.
func TestTheScheduleKeepsItsBooks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		concurrency := rapid.IntRange(1, 4).Draw(t, "concurrency")
		s := newTestSchedule(rapid.SampledFrom([]float64{0.5, 10, math.Inf(1)}).Draw(t, "rate"), concurrency)
		now, made := 0.0, 0
		var inFlight []*entry
		var external []*externalRequest // waiting or in flight
		polls := 0                      // in a row, while an external request waited
		some := func(t *rapid.T) []job.ID {
			var ids []job.ID
			for range rapid.IntRange(0, 4).Draw(t, "ids") {
				ids = append(ids, idOf(rapid.IntRange(0, made+1).Draw(t, "id")))
			}
			return ids
		}
		land := func(t *rapid.T) *entry {
			if len(inFlight) == 0 {
				t.Skip("none in flight")
			}
			i := rapid.IntRange(0, len(inFlight)-1).Draw(t, "flight")
			e := inFlight[i]
			inFlight = append(inFlight[:i], inFlight[i+1:]...)
			external = slices.DeleteFunc(external, func(g *externalRequest) bool { return &g.entry == e })
			return e
		}
		t.Repeat(map[string]func(*rapid.T){
			"time":  func(t *rapid.T) { now += rapid.Float64Range(0, 100).Draw(t, "passes") },
			"track": func(t *rapid.T) { s.track(now, batchOf(made, 5, now)); made += 5 },
			"again": func(*rapid.T) { s.track(now, batchOf(0, made, now)) },
			"remove": func(t *rapid.T) {
				for _, id := range some(t) {
					s.remove(id)
				}
			},
			"poll now": func(t *rapid.T) { s.pollNow(now, some(t)) },
			"show":     func(t *rapid.T) { s.setVisible(some(t)) },
			"pause":    func(t *rapid.T) { s.paused = rapid.Bool().Draw(t, "paused") },
			"clock jumps": func(*rapid.T) {
				now += 1000
				s.clockJumped()
			},
			"next": func(t *rapid.T) {
				e, at := s.next(now)
				if e == nil && at <= now {
					t.Fatalf("at %v there is nothing to do until %v", now, at)
				}
				if e != nil {
					inFlight = append(inFlight, e)
					polls++
				}
				if len(s.external) == 0 || e != nil && e.removed {
					polls = 0
				}
				if polls > 1 {
					t.Fatalf("at %v an external request waits, and two polls in a row go", now)
				}
			},
			"external": func(*rapid.T) {
				g := &externalRequest{entry: entry{removed: true}, granted: make(chan struct{})}
				external, s.external = append(external, g), append(s.external, g)
			},
			"cancel external": func(t *rapid.T) {
				if len(external) == 0 {
					t.Skip("there are none")
				}
				i := rapid.IntRange(0, len(external)-1).Draw(t, "external")
				g := external[i]
				external = slices.Delete(external, i, i+1)
				inFlight = slices.DeleteFunc(inFlight, func(e *entry) bool { return e == &g.entry })
				s.cancelExternal(now, g)
			},
			"answer": func(t *rapid.T) {
				s.answered(now, now, land(t), &job.Answer{
					Status:   rapid.SampledFrom([]job.Status{job.NotStarted, job.Processing, job.Done, job.Error, "Odd"}).Draw(t, "status"),
					Progress: job.Progress(rapid.SampledFrom([]float64{-1, 0, 0.25, 0.5, 0.77, 1}).Draw(t, "progress")),
				}, nil)
			},
			"fail": func(t *rapid.T) {
				kind := rapid.IntRange(int(job.Rejected), int(job.NotAPI)).Draw(t, "kind")
				s.answered(now, now, land(t), &job.Answer{}, &job.Problem{Kind: job.Kind(kind)}) //nolint:gosec // few kinds
			},
			"call off": func(t *rapid.T) { s.canceled(now, land(t)) },
			"":         func(t *rapid.T) { checkBooks(t, s, inFlight) },
		})
	})
}

func checkBooks(t *rapid.T, s *schedule, inFlight []*entry) {
	if s.inFlight != len(inFlight) || s.inFlight > s.concurrency {
		t.Fatalf("%d in flight, want %d of at most %d", s.inFlight, len(inFlight), s.concurrency)
	}
	if p := s.breaker.probe; p != nil && !slices.Contains(inFlight, p) {
		t.Fatalf("all wait for a probe that is not in flight: %+v", p)
	}
	queued := 0
	for _, e := range s.jobs {
		waits := !e.inFlight && !e.End.Finished()
		for at, q := range map[*turn]jobHeap{&e.due: s.due, &e.contacted: s.contacts} {
			if waits != (at.place > 0) || (waits && q[at.place-1] != at) || at.job != e {
				t.Fatalf("job %d is in the wrong place of a heap: %+v", indexOf(e), e)
			}
			if waits && math.IsNaN(at.at) {
				t.Fatalf("job %d has no time: %+v", indexOf(e), e)
			}
		}
		if waits {
			queued++
		}
		if e.waiting != nil && (e.End.Finished() || e.running) {
			t.Fatalf("job %d is among the waiting: %+v", indexOf(e), e)
		}
	}
	if len(s.due) != queued || len(s.contacts) != queued {
		t.Fatalf("%d and %d jobs in the heaps, want %d", len(s.due), len(s.contacts), queued)
	}
	for at := s.waiting.Front(); at != nil; at = at.Next() {
		if e, _ := at.Value.(*entry); e.removed || e.waiting != at {
			t.Fatalf("the list of waiting jobs is broken at %+v", e)
		}
	}
}
