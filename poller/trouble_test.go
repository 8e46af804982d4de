package poller_test

import (
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/sim/simtest"
)

func TestAnOutageIsSatOutAndFollowedByNoStampede(t *testing.T) {
	const settled = 25 * time.Second
	for name, o := range map[string]struct {
		lasts time.Duration
		fault simtest.Fault // nil: connections are refused
		kind  job.Kind
	}{
		"503 for 60 s, with Retry-After": {time.Minute, simtest.Unavailable("10"), job.RateLimited},
		"500 for 60 s":                   {time.Minute, simtest.Trouble(500), job.Trouble},
		"429, with Retry-After 30":       {time.Minute, simtest.TooMany("30"), job.RateLimited},
		"403, with Retry-After 30":       {time.Minute, simtest.Forbidden("30"), job.RateLimited},
		"a captive portal for 10 min":    {10 * time.Minute, simtest.CaptivePortal(), job.NotAPI},
		"a hanging host for 10 min":      {10 * time.Minute, simtest.Hang(), job.Unreachable},
		"refused for 10 min":             {10 * time.Minute, nil, job.Unreachable},
		"refused for 8 h":                {8 * time.Hour, nil, job.Unreachable},
	} {
		t.Run(name, func(t *testing.T) {
			polling(t, func(s *service, r *run) {
				r.track(s, 100, 24*time.Hour)
				r.watch(time.Minute)
				if o.fault == nil {
					s.refuse()
				} else {
					s.Break(o.fault)
				}
				r.watch(settled) // what was under way comes back
				if r.host.State != poller.BackingOff || r.host.RetryAt.IsZero() || r.host.Problem == nil || r.host.Problem.Kind != o.kind {
					s.Fatalf("%v into it the host is %+v (%+v)", settled, r.host, r.host.Problem)
				}
				s.ResetStats()
				r.watch(o.lasts - settled)
				if during := s.Stats(); during.PeakInFlight > 1 || during.Requests > int(o.lasts/time.Second) {
					s.Errorf("during it: %+v, want single probes", during)
				}
				r.every(func(rep *job.Report) bool { return rep.Answer.Status != "" && !rep.Answered.IsZero() }, "what was known is not told any more")

				s.refuses.Store(false)
				s.Mend()
				r.within(45*time.Second, func() bool { return r.host.RetryAt.IsZero() }, "the host was not found again")
				back := time.Now()
				s.ResetStats()
				r.watch(time.Second)
				if n := s.Stats().Requests; n > 6 {
					s.Errorf("%d requests in the first second, want half of the budget", n)
				}
				r.watch(2*time.Minute - time.Second)
				if p := s.Stats().PeakSecond; p > 10 {
					s.Errorf("%d requests in the busiest second after it", p)
				}
				r.every(func(rep *job.Report) bool { return !rep.Answered.Before(back) }, "not heard of again for 2 minutes")
				r.was(poller.Live, poller.BackingOff, poller.Live)
				if r.host.Budget != 10 || r.host.Problem != nil {
					s.Errorf("the host is %+v", r.host)
				}
			})
		})
	}
}

func TestTheUserNeedNotWaitForTheNextTry(t *testing.T) {
	polling(t, func(s *service, r *run) {
		jobs := r.track(s, 20, time.Hour)
		r.watch(time.Minute)
		s.refuse()
		r.watch(3 * time.Minute)
		s.refuses.Store(false)
		r.PollNow(jobs[0].ID)
		r.within(1100*time.Millisecond, func() bool { return r.host.RetryAt.IsZero() }, "it was not tried within a second")
	})
}

func TestAfterASuspendTheScreenIsRightWithinSeconds(t *testing.T) {
	var slept atomic.Int64 // what the wall clock is ahead
	wall := func() time.Time { return time.Now().Add(time.Duration(slept.Load())) }
	polling(t, func(s *service, r *run) {
		jobs := r.track(s, 1000, 30*time.Minute)
		r.watch(2 * time.Minute)

		r.Visible(idsOf(jobs[100:130]))
		s.Break(simtest.Hang()) // whatever is under way when the lid closes is lost
		r.watch(3 * time.Second)
		slept.Store(int64(9 * time.Hour))
		s.Mend()
		r.watch(5 * time.Second)
		for _, j := range jobs[100:130] {
			if age := wall().Sub(r.reports[j.ID].Answered); age > 6*time.Second {
				s.Errorf("5 s after waking, a row on the screen is %v old", age)
			}
		}
		r.was(poller.Live) // the host is not blamed
		r.watch(5 * time.Minute)
		r.every(func(rep *job.Report) bool { return wall().Sub(rep.Answered) <= 6*time.Minute }, "not heard of since")
	}, poller.Options{WallClock: wall})
}

// An API that refuses jobs by themselves, be it all of them, answers: nothing is said of its
// being away, and what it refuses is asked for ever more rarely.
func TestRefusalsOfEachJobAreNotTheHosts(t *testing.T) {
	for _, c := range []struct{ code, jobs int }{{400, 20}, {401, 20}, {403, 20}, {410, 20}, {451, 20}, {500, 1}} {
		t.Run(http.StatusText(c.code), func(t *testing.T) {
			polling(t, func(s *service, r *run) {
				jobs := s.add(20, 24*time.Hour)
				sick := idsOf(jobs[:c.jobs])
				var faults []simtest.Fault
				for _, id := range sick {
					faults = append(faults, simtest.Only(id, simtest.Trouble(c.code)))
				}
				s.Break(faults...)
				r.Track(jobs...)
				r.watch(10 * time.Minute)
				r.was(poller.Live)
				r.every(func(rep *job.Report) bool {
					return !slices.Contains(sick, rep.ID) || rep.Problem != nil && rep.Problem.Code == c.code && rep.End == job.Live && rep.Polls >= 10 && rep.Polls <= 60
				}, "after 10 min")
				s.Mend()
				r.watch(2 * time.Minute)
				r.every(func(rep *job.Report) bool { return rep.Problem == nil && rep.Answer.Status != "" }, "after it was mended")
			})
		})
	}
}
