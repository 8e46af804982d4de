package poller_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/poller/api"
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/sim"
	"example.com/jobwatch/poller/sim/simtest"
)

// service is a simulated API behind the real HTTP stack, on a network in memory, so
// that all of it lives on the test's fake clock.
type service struct {
	*testing.T
	*simtest.Server
	client  *api.Client
	refuses atomic.Bool // connections
}

func newService(t *testing.T) *service {
	t.Helper()
	s := &service{T: t, Server: simtest.New()}
	pipe := simtest.NewPipe()
	stop := s.Serve(pipe)
	transport := &http.Transport{
		MaxConnsPerHost:     poller.DefaultConcurrency, // the client's own limits
		MaxIdleConnsPerHost: poller.DefaultConcurrency,
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			if s.refuses.Load() {
				return nil, errors.New("connection refused")
			}
			return pipe.DialContext(ctx, network, addr)
		},
	}
	client, err := api.New("http://api.test", api.Options{Transport: transport})
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

// refuse has the service refuse connections.
func (s *service) refuse() {
	s.refuses.Store(true)
	s.client.CloseIdle()
}

// add has the service take jobs that all run for so long, and returns them as new.
func (s *service) add(n int, life time.Duration) []poller.Tracked {
	lives := sim.Lives(1, n)
	for i := range lives {
		lives[i].Work, lives[i].Duration, lives[i].End = life, life, life
		lives[i].Fail = false
	}
	return asNew(s.Add(sim.Describe(1, lives)...))
}

func asNew(ids []job.ID) []poller.Tracked {
	tracked := make([]poller.Tracked, len(ids))
	for i, id := range ids {
		tracked[i].ID = id
	}
	return tracked
}

func idsOf(tracked []poller.Tracked) []job.ID {
	ids := make([]job.ID, len(tracked))
	for i := range tracked {
		ids[i] = tracked[i].ID
	}
	return ids
}

// polling has a poller poll the simulated API, on a fake clock.
func polling(t *testing.T, do func(s *service, r *run), opts ...poller.Options) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := newService(t)
		do(s, start(t, s.client, opts...))
	})
}

// run is a poller that runs, and what it has told so far.
type run struct {
	*poller.Poller
	t       *testing.T
	reports map[job.ID]job.Report
	polls   map[job.ID][]time.Time
	host    poller.Host
	states  []poller.HostState // each time it changed
	updates int
	calls   int // updates that told of the host only
	cancel  context.CancelFunc
	ended   chan error
}

// start runs a poller until the test ends, or stop is called.
func start(t *testing.T, client poller.Client, opts ...poller.Options) *run {
	t.Helper()
	o := poller.Options{Seed: 1}
	if len(opts) > 0 {
		o = opts[0]
		o.Seed = 1
	}
	ctx, cancel := context.WithCancel(t.Context())
	r := &run{
		Poller: poller.New(client, o), t: t,
		reports: map[job.ID]job.Report{}, polls: map[job.ID][]time.Time{},
		cancel: cancel, ended: make(chan error, 1),
	}
	go func() {
		r.ended <- r.Run(ctx)
		close(r.ended)
	}()
	t.Cleanup(func() {
		if err := r.stop(); err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	return r
}

// stop ends polling, and returns what Run returned if nobody has asked before.
func (r *run) stop() error {
	r.cancel()
	return <-r.ended
}

// track has the service take jobs that all run for so long, and polls them.
func (r *run) track(s *service, n int, life time.Duration) []poller.Tracked {
	jobs := s.add(n, life)
	r.Track(jobs...)
	return jobs
}

// watch takes updates in for so long.
func (r *run) watch(d time.Duration) { r.watchUntil(d, func() bool { return false }) }

// within takes updates in until something is so, and fails the test if that takes longer
// than d.
func (r *run) within(d time.Duration, so func() bool, failure string) {
	r.t.Helper()
	if !r.watchUntil(d, so) {
		r.t.Fatalf("%s; the host is %+v", failure, r.host)
	}
}

func (r *run) watchUntil(d time.Duration, so func() bool) bool {
	end := time.After(d)
	for !so() {
		select {
		case u, ok := <-r.Updates():
			if !ok {
				return so()
			}
			r.take(u)
		case <-end:
			return false
		}
	}
	return true
}

func (r *run) take(u poller.Update) {
	r.updates++
	if len(u.Reports) == 0 {
		r.calls++
	}
	if r.host.State != u.Host.State || r.host.Since.IsZero() {
		r.states = append(r.states, u.Host.State)
	}
	r.host = u.Host
	for _, rep := range u.Reports {
		r.reports[rep.ID] = rep
		r.polls[rep.ID] = append(r.polls[rep.ID], rep.At)
	}
}

// ends reports how many of the jobs have ended so.
func (r *run) ends(end job.End) int {
	n := 0
	for _, rep := range r.reports {
		if rep.End == end {
			n++
		}
	}
	return n
}

// every checks the newest report of each job.
func (r *run) every(so func(rep *job.Report) bool, failure string) {
	r.t.Helper()
	for _, rep := range r.reports {
		if !so(&rep) {
			r.t.Fatalf("%s: %+v (%+v)", failure, rep, rep.Problem)
		}
	}
}

// was checks the states in which the host has been so far.
func (r *run) was(want ...poller.HostState) {
	r.t.Helper()
	if !slices.Equal(r.states, want) {
		r.t.Errorf("states %v, want %v; the host is %+v", r.states, want, r.host)
	}
}

// asked is a client of a few lines, for answers that no service would give.
type asked func(ctx context.Context, id job.ID) (job.Answer, error)

func (f asked) Status(ctx context.Context, id job.ID) (job.Answer, error) { return f(ctx, id) }
func (asked) Hops() int                                                   { return 0 }
func (asked) CloseIdle()                                                  {}

// serverVariable has the test's binary be the simulated API, in a process of its own, until
// standard input ends.
const serverVariable = "JOBWATCH_BENCHMARK_SERVER"

func TestMain(m *testing.M) {
	if os.Getenv(serverVariable) == "" {
		goleak.VerifyTestMain(m)
		return
	}
	s, _ := benchmarkService()
	base, stop, err := s.ListenAndServe(context.Background(), "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	defer stop()
	fmt.Println(base)
	_, _ = io.Copy(io.Discard, os.Stdin)
}

func benchmarkService() (*simtest.Server, []job.ID) {
	s := simtest.New()
	lives := sim.Lives(1, 1000)
	for i := range lives {
		lives[i].Stretch(24 * time.Hour)
	}
	return s, s.Add(sim.Describe(1, lives)...)
}
