package poller_test

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/poller/api"
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/sim"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// service is a simulated API behind the real HTTP stack, on a network in memory,
// so that both live on the test's fake clock.
type service struct {
	*sim.Server
	client *api.Client
}

func newService(t *testing.T) *service {
	t.Helper()
	s := &service{Server: sim.New()}
	pipe := sim.NewPipe()
	stop := s.Serve(pipe)
	transport := &http.Transport{DialContext: pipe.DialContext}
	client, err := api.New("http://api.test", api.WithTransport(transport))
	if err != nil {
		t.Fatal(err)
	}
	s.client = client
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		stop()
	})
	return s
}

// polling is a poller that runs, with what it has reported.
type polling struct {
	*poller.Poller
	reports map[job.ID]job.Report
	updates int
	host    poller.Host
	stop    func()
}

func start(t *testing.T, p *poller.Poller) *polling {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	r := &polling{Poller: p, reports: map[job.ID]job.Report{}}
	r.stop = func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	}
	return r
}

// take reads updates until the time has passed.
func (r *polling) take(d time.Duration) {
	end := time.After(d)
	for {
		select {
		case u := <-r.Updates():
			r.updates++
			r.host = u.Host
			for _, rep := range u.Reports {
				r.reports[rep.ID] = rep
			}
		case <-end:
			return
		}
	}
}

func TestABatchIsWatchedToItsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService(t)
		ids := s.Add(sim.Describe(1, sim.FirstInFirstOut(sim.Plans(1, 100)))...)
		p := start(t, poller.New(s.client, poller.WithSeed(1)))
		for _, id := range ids {
			p.Track(poller.Tracked{ID: id, Added: time.Now()})
		}
		p.take(20 * time.Minute)
		for _, id := range ids {
			if want, _, _ := s.Truth(id); p.reports[id].Answer.Status != want {
				t.Errorf("%s: reported as %q, is %q", id.Short(), p.reports[id].Answer.Status, want)
			}
		}
		p.stop()
		t.Logf("%+v %d %+v", s.Stats(), p.updates, p.host)
	})
}
