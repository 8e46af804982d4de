package poller_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/sim/simtest"
)

// link asks where a job's PDF is, as a download does.
func (s *service) link(ctx context.Context, r *run, of poller.Tracked) error {
	return r.InTurn(ctx, func(ctx context.Context) error {
		_, err := s.client.Output(ctx, "/job/"+of.ID.String()+"/output")
		return err
	})
}

// done has the service take jobs that are Done.
func (s *service) done(n int) []poller.Tracked {
	jobs := s.add(n, time.Second)
	time.Sleep(2 * time.Second) //nolint:forbidigo // the fake clock of synctest
	return jobs
}

// links asks for the PDFs of jobs, three at a time, until ctx ends. It returns how many were
// found; wait for the end first.
func (s *service) links(ctx context.Context, r *run, jobs []poller.Tracked) (found *int, wait func()) {
	var downloads sync.WaitGroup
	var mu sync.Mutex
	found = new(int)
	for i := range 3 {
		downloads.Go(func() {
			for j := i; j < len(jobs) && ctx.Err() == nil; j += 3 {
				if s.link(ctx, r, jobs[j]) == nil {
					mu.Lock()
					*found++
					mu.Unlock()
				}
			}
		})
	}
	return found, downloads.Wait
}

// A thousand downloads and a thousand jobs share one budget, turn by turn.
func TestDownloadsShareTheBudgetWithPolls(t *testing.T) {
	polling(t, func(s *service, r *run) {
		ready, live := s.done(1000), r.track(s, 1000, 24*time.Hour)
		r.PollNow(idsOf(live)...) // more than the budget allows is due
		ctx, cancel := context.WithCancel(s.Context())
		found, wait := s.links(ctx, r, ready)
		r.watch(22 * time.Second)
		cancel()
		wait()
		if all := s.Stats().Requests; all < 215 || all > 235 || *found < 95 || *found > 125 {
			s.Errorf("in 22 s at 10 requests/s: %d requests, of which %d for links; want a burst and 220, and half of them", all, *found)
		}
	})
}

// Where the API wants a pause of a download, polls and other downloads wait, too. Where nothing is polled
// any more, it is the downloads that find out that it is over.
func TestAPauseThatADownloadIsAskedForHoldsForPolls(t *testing.T) {
	polling(t, func(s *service, r *run) {
		ready := s.done(1)
		s.Break(simtest.TooMany("30"))
		if err := s.link(s.Context(), r, ready[0]); err == nil {
			s.Error("the host refused nothing")
		}
		s.Mend()
		r.track(s, 1, 24*time.Hour)
		s.ResetStats()
		_, wait := s.links(s.Context(), r, ready)
		r.watch(25 * time.Second)
		if n := s.Stats().Requests; n != 0 || r.host.State != poller.BackingOff {
			s.Errorf("%d requests while the host wants none: %+v", n, r.host)
		}
		wait()
	})
	for _, then := range []simtest.Fault{simtest.Times(0, nil), simtest.Trouble(500), simtest.Trouble(404)} {
		polling(t, func(s *service, r *run) {
			ready := s.done(1)
			s.Break(simtest.TooMany("30"))
			_ = s.link(s.Context(), r, ready[0])
			s.Break(then)
			begin := time.Now()
			_ = s.link(s.Context(), r, ready[0])
			if waited := time.Since(begin); waited < 30*time.Second || waited > 32*time.Second {
				s.Errorf("it waited %v, want the 30 s that the host asked for", waited)
			}
			r.watch(time.Minute)
			if r.host.State != poller.Live {
				s.Errorf("nothing is polled, and the pause is over: %+v", r.host)
			}
		})
	}
}

// Whatever else answers a download concerns that download: polls go on as before.
func TestWhatAnswersADownloadIsNothingToPolls(t *testing.T) {
	for name, fault := range map[string]simtest.Fault{
		"404": simtest.Trouble(404), "403": simtest.Forbidden(""), "403 with Retry-After": simtest.Forbidden("60"),
		"429 without Retry-After": simtest.TooMany(""), "500": simtest.Trouble(500), "503 with Retry-After": simtest.Unavailable("60"),
		"511": simtest.Trouble(511), "a page": simtest.CaptivePortal(), "no answer": simtest.Hang(), "a broken connection": simtest.Hangup(),
		"another protocol": simtest.NotHTTP(), "a pause that another host wants": simtest.Redirect(302, "http://cdn.test/429"),
	} {
		t.Run(name, func(t *testing.T) {
			polling(t, func(s *service, r *run) {
				ready := s.done(30)
				r.track(s, 100, 24*time.Hour)
				s.Break(simtest.On(simtest.OutputPage, fault), simtest.On(simtest.Elsewhere, simtest.TooMany("60")))
				r.watch(time.Minute)
				found, wait := s.links(s.Context(), r, ready)
				for range 30 {
					r.watch(4 * time.Second)
					r.every(func(rep *job.Report) bool { return time.Since(rep.Answered) <= 65*time.Second }, "not heard of for long")
				}
				wait()
				r.was(poller.Live)
				if *found > 0 || r.host.Budget != poller.DefaultRate {
					s.Errorf("%d links, host %+v", *found, r.host)
				}
			})
		})
	}
}

// Nor does a good answer to a download say that polls are answered.
func TestADownloadThatIsAnsweredDoesNotBringTheHostBack(t *testing.T) {
	polling(t, func(s *service, r *run) {
		ready := s.done(1)
		r.track(s, 3, 24*time.Hour)
		r.watch(10 * time.Second)
		s.Break(simtest.On(simtest.StatusPage, simtest.Trouble(500)))
		ctx, cancel := context.WithCancel(s.Context())
		var downloads sync.WaitGroup
		downloads.Go(func() {
			for s.link(ctx, r, ready[0]) == nil {
				time.Sleep(time.Second) //nolint:forbidigo // the fake clock of synctest
			}
		})
		r.watch(20 * time.Minute)
		r.was(poller.Live, poller.BackingOff)
		cancel()
		downloads.Wait()
	})
}

// Whoever gives up his turn, waiting for it or having it, leaves it to the others.
func TestATurnCanBeGivenUp(t *testing.T) {
	polling(t, func(s *service, r *run) {
		ready := s.done(1)
		begin := func(request func(ctx context.Context) error) (giveUp func() error) {
			ctx, cancel := context.WithCancel(s.Context())
			ended := make(chan error, 1)
			go func() { ended <- request(ctx) }()
			synctest.Wait()
			return func() error {
				cancel()
				return <-ended
			}
		}
		first := begin(func(ctx context.Context) error {
			return r.InTurn(ctx, func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
		})
		second := begin(func(ctx context.Context) error { return s.link(ctx, r, ready[0]) })
		if err := second(); !errors.Is(err, context.Canceled) {
			s.Errorf("the second, which waited: %v", err)
		}
		if err := first(); !errors.Is(err, context.Canceled) {
			s.Errorf("the first, which hung: %v", err)
		}
		if err := s.link(s.Context(), r, ready[0]); err != nil {
			s.Errorf("the third: %v", err)
		}
		_ = r.stop()
		if err := s.link(s.Context(), r, ready[0]); !errors.Is(err, context.Canceled) {
			s.Errorf("after the end: %v", err)
		}
	}, poller.Options{Concurrency: 1})
}

// An API that has moved answers each request with a redirect, and so gets two. What
// the user allows is requests, though, not polls.
func TestRedirectsThatAreFollowedCountAgainstTheRate(t *testing.T) {
	const rate, underWay = poller.DefaultRate, poller.DefaultConcurrency
	polling(t, func(s *service, r *run) {
		r.track(s, 1000, 24*time.Hour)
		for hops := range 4 {
			s.Break(simtest.RedirectTimes(hops))
			r.watch(10 * time.Second) // what was saved up or owed is past
			s.ResetStats()
			r.watch(time.Minute)
			got := s.Stats()
			if most, least := 60*rate+underWay*(1+hops), 57*rate; got.Requests > most || got.Requests < least {
				s.Errorf("%d redirects a poll: %d requests in a minute, want %d", hops, got.Requests, 60*rate)
			}
			if most := rate + underWay*hops; got.PeakSecond > most {
				s.Errorf("%d redirects a poll: %d requests in a second, want at most %d", hops, got.PeakSecond, most)
			}
			if r.host.State != poller.Live || r.host.Rate < 0.75*rate || r.host.Rate > rate {
				s.Errorf("%d redirects a poll: the host is %+v", hops, r.host)
			}
		}
	})
}
