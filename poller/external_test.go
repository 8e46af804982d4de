package poller_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/poller/sim/simtest"
)

// link asks where a job's PDF is, as a download does.
func (s *service) link(ctx context.Context, p *poller.Poller, of poller.Tracked) error {
	return p.InTurn(ctx, func(ctx context.Context) error {
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

// A thousand downloads and a thousand jobs share one budget, turn by turn.
func TestDownloadsShareTheBudgetWithPolls(t *testing.T) {
	polling(t, func(t *testing.T, s *service, r *run) {
		ready, live := s.done(1000), s.add(1000, 24*time.Hour)
		r.Track(live...)
		r.PollNow(idsOf(live)...) // more than the budget allows is due
		ctx, cancel := context.WithCancel(t.Context())
		var links atomic.Int32
		var downloads sync.WaitGroup
		for i := range 3 {
			downloads.Go(func() {
				for j := i; s.link(ctx, r.Poller, ready[j]) == nil; j += 3 {
					links.Add(1)
				}
			})
		}
		r.watch(2 * time.Second) // the burst
		s.ResetStats()
		before := links.Load()
		r.watch(20 * time.Second)
		all, n := s.Stats().Requests, int(links.Load()-before)
		if all < 195 || all > 205 || n < 90 || n > 110 {
			t.Errorf("in 20 s at 10 requests/s: %d requests, of which %d for links; want 200 and half of them", all, n)
		}
		cancel()
		downloads.Wait()
	}, poller.Options{Rate: 10})
}

func TestADownloadWaitsWhileTheHostWantsNothing(t *testing.T) {
	polling(t, func(t *testing.T, s *service, r *run) {
		ready, live := s.done(1), s.add(100, 24*time.Hour)
		r.Track(live...)
		r.watch(10 * time.Second)
		s.Break(simtest.TooMany("30"))
		r.within(time.Minute, func() bool { return r.host.State == poller.BackingOff }, "it does not back off")
		s.Mend()
		asked := make(chan time.Time, 1)
		go func() {
			if err := s.link(t.Context(), r.Poller, ready[0]); err != nil {
				t.Error(err)
			}
			asked <- time.Now()
		}()
		opens := r.host.RetryAt
		r.watch(2 * time.Minute)
		if at := <-asked; at.Before(opens) {
			t.Errorf("it was asked %v before the host wants anything", opens.Sub(at))
		}
	})
}

// Where the API wants a pause of a download, polls wait, too. Where nothing is polled
// any more, it is the downloads that find out that it is over.
func TestAPauseThatADownloadIsAskedForHoldsForPolls(t *testing.T) {
	polling(t, func(t *testing.T, s *service, r *run) {
		ready := s.done(1)
		s.Break(simtest.TooMany("30"))
		if err := s.link(t.Context(), r.Poller, ready[0]); err == nil {
			t.Error("the host refused nothing")
		}
		s.Mend()
		r.track(s, 1, 24*time.Hour)
		s.ResetStats()
		r.watch(25 * time.Second)
		if n := s.Stats().Requests; n != 0 || r.host.State != poller.BackingOff {
			t.Errorf("%d requests while the host wants none: %+v", n, r.host)
		}
	})
	for _, then := range []simtest.Fault{simtest.Times(0, nil), simtest.Trouble(500), simtest.Trouble(404)} {
		polling(t, func(t *testing.T, s *service, r *run) {
			ready := s.done(1)
			s.Break(simtest.TooMany("30"))
			_ = s.link(t.Context(), r.Poller, ready[0])
			s.Break(then)
			begin := time.Now()
			_ = s.link(t.Context(), r.Poller, ready[0])
			if waited := time.Since(begin); waited < 30*time.Second || waited > 32*time.Second {
				t.Errorf("it waited %v, want the 30 s that the host asked for", waited)
			}
			r.watch(time.Minute)
			if r.host.State != poller.Live {
				t.Errorf("nothing is polled, and the pause is over: %+v", r.host)
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
			polling(t, func(t *testing.T, s *service, r *run) {
				ready := s.done(30)
				r.track(s, 100, 24*time.Hour)
				s.Break(simtest.On(simtest.OutputPage, fault), simtest.On(simtest.Elsewhere, simtest.TooMany("60")))
				r.watch(time.Minute)
				var downloads sync.WaitGroup
				for i := range 3 {
					downloads.Go(func() {
						for j := i; j < len(ready); j += 3 {
							if s.link(t.Context(), r.Poller, ready[j]) == nil {
								t.Error("nothing went wrong")
							}
						}
					})
				}
				for range 30 {
					r.watch(4 * time.Second)
					for _, rep := range r.reports {
						if age := time.Since(rep.Answered); age > 65*time.Second {
							t.Fatalf("a job was not heard of for %v", age)
						}
					}
				}
				downloads.Wait()
				if !slices.Equal(r.states, []poller.HostState{poller.Live}) || r.host.Budget != poller.DefaultRate {
					t.Errorf("states %v, host %+v", r.states, r.host)
				}
			})
		})
	}
}

// Nor does a good answer to a download say that polls are answered.
func TestADownloadThatIsAnsweredDoesNotBringTheHostBack(t *testing.T) {
	polling(t, func(t *testing.T, s *service, r *run) {
		ready := s.done(1)
		r.track(s, 3, 24*time.Hour)
		r.watch(10 * time.Second)
		s.Break(simtest.On(simtest.StatusPage, simtest.Trouble(500)))
		ctx, cancel := context.WithCancel(t.Context())
		var downloads sync.WaitGroup
		downloads.Go(func() {
			for s.link(ctx, r.Poller, ready[0]) == nil {
				time.Sleep(time.Second) //nolint:forbidigo // the fake clock of synctest
			}
		})
		r.watch(20 * time.Minute)
		if want := []poller.HostState{poller.Live, poller.BackingOff}; !slices.Equal(r.states, want) {
			t.Errorf("states %v, want %v", r.states, want)
		}
		cancel()
		downloads.Wait()
	})
}

func TestADownloadGoesOnWhilePollingIsPaused(t *testing.T) {
	polling(t, func(t *testing.T, s *service, r *run) {
		ready := s.done(1)
		r.Pause(true)
		r.track(s, 10, time.Hour)
		if err := s.link(t.Context(), r.Poller, ready[0]); err != nil {
			t.Error(err)
		}
	})
}

// Whoever gives up his turn, waiting for it or having it, leaves it to the others.
func TestATurnCanBeGivenUp(t *testing.T) {
	polling(t, func(t *testing.T, s *service, r *run) {
		ready := s.done(1)
		hung, hangUp := context.WithCancel(t.Context())
		first := make(chan error, 1)
		go func() {
			first <- r.InTurn(hung, func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
		}()
		synctest.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		second := make(chan error, 1)
		go func() { second <- s.link(ctx, r.Poller, ready[0]) }()
		synctest.Wait()
		cancel()
		if err := <-second; !errors.Is(err, context.Canceled) {
			t.Errorf("the second, which waited: %v", err)
		}
		hangUp()
		if err := <-first; !errors.Is(err, context.Canceled) {
			t.Errorf("the first, which hung: %v", err)
		}
		if err := s.link(t.Context(), r.Poller, ready[0]); err != nil {
			t.Errorf("the third: %v", err)
		}
		r.stop()
		if err := s.link(t.Context(), r.Poller, ready[0]); !errors.Is(err, poller.ErrStopped) {
			t.Errorf("after the end: %v", err)
		}
	}, poller.Options{Concurrency: 1})
}
