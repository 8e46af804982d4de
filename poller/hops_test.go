package poller_test

import (
	"sync"
	"testing"
	"time"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/poller/sim/simtest"
)

// An API that has moved answers each request with a redirect, and so gets two. What
// the user allows is requests, though, not polls.
func TestRedirectsThatAreFollowedCountAgainstTheRate(t *testing.T) {
	const rate, underWay = poller.DefaultRate, poller.DefaultConcurrency
	polling(t, func(t *testing.T, s *service, r *run) {
		r.track(s, 1000, 24*time.Hour)
		for hops := range 4 {
			s.Break(simtest.RedirectTimes(hops))
			r.watch(10 * time.Second) // what was saved up or owed is past
			s.ResetStats()
			r.watch(time.Minute)
			got := s.Stats()
			if most, least := 60*rate+underWay*(1+hops), 57*rate; got.Requests > most || got.Requests < least {
				t.Errorf("%d redirects a poll: %d requests in a minute, want %d", hops, got.Requests, 60*rate)
			}
			if most := rate + underWay*hops; got.PeakSecond > most {
				t.Errorf("%d redirects a poll: %d requests in a second, want at most %d", hops, got.PeakSecond, most)
			}
			if r.host.State != poller.Live || r.host.Rate < 0.75*rate || r.host.Rate > rate {
				t.Errorf("%d redirects a poll: the host is %+v", hops, r.host)
			}
		}
	})
}

func TestRedirectsToAPDFsLinkCountAgainstTheRate(t *testing.T) {
	polling(t, func(t *testing.T, s *service, r *run) {
		ready := s.done(60)
		s.Break(simtest.On(simtest.OutputPage, simtest.RedirectTimes(1)))
		begin := time.Now()
		var downloads sync.WaitGroup
		for _, path := range ready {
			downloads.Go(func() {
				if err := s.link(t.Context(), r.Poller, path); err != nil {
					t.Error(err)
				}
			})
		}
		downloads.Wait()
		if took := time.Since(begin); took < 10*time.Second {
			t.Errorf("120 requests for the links of 60 PDFs took %v, at %d a second", took, poller.DefaultRate)
		}
	})
}
