package plain

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/poller/api"
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/sim"
	"example.com/jobwatch/poller/sim/simtest"
	"example.com/jobwatch/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// withAPI puts the real poller, over the real HTTP stack, between a simulated API and
// the stage. The network is in memory, so that all of it lives on the fake clock.
func (s *stage) withAPI() *simtest.Server {
	s.t.Helper()
	server, pipe := simtest.New(), simtest.NewPipe()
	shut := server.Serve(pipe)
	transport := &http.Transport{DialContext: pipe.DialContext}
	client, err := api.New("http://api.test", api.Options{Transport: transport})
	if err != nil {
		s.t.Fatal(err)
	}
	s.client = client
	p := poller.New(client, poller.Options{Seed: 1})
	ctx, cancel := context.WithCancel(context.WithoutCancel(s.t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	s.cfg.Session.Poller, s.cfg.Updates = p, p.Updates()
	s.t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			s.t.Error(err)
		}
		transport.CloseIdleConnections()
		shut()
	})
	return server
}

func TestASimulatedBatchIsFollowedToItsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		server := s.withAPI()
		s.cfg.JSON = true
		ids := server.Add(sim.Describe(1, simtest.FirstInFirstOut(sim.Lives(1, 100)))...)
		server.Break(server.During(time.Now().Add(30*time.Second), time.Now().Add(90*time.Second), simtest.Unavailable("20")))
		s.start(ids...)
		s.wait()

		last := make(map[job.ID]object)
		for dec := json.NewDecoder(&s.out); ; {
			var o object
			err := dec.Decode(&o)
			if err == io.EOF { //nolint:errorlint // a decoder's end is io.EOF itself
				break
			}
			id, err := job.Parse(o.ID)
			if err != nil {
				t.Fatal(err)
			}
			last[id] = o
		}
		saved := s.saved()
		failed := 0
		for _, id := range ids {
			truth, _, _ := server.Truth(id)
			o, j := last[id], saved[id]
			if o.Status == nil || *o.Status != string(truth) || j.Answer.Status != truth || !j.End.Finished() {
				t.Errorf("%s is %s, was told as %v, saved as %+v", id.Short(), truth, o.Status, j)
			}
			if (o.Error != nil) != (truth == job.Error) {
				t.Errorf("%s is %s, its error %v", id.Short(), truth, o.Error)
			}
			if truth == job.Error {
				failed++
			}
		}
		if s.result != (Result{Done: 100 - failed, Failed: failed}) || failed == 0 {
			t.Errorf("%+v of %d failed", s.result, failed)
		}
		want(t, "standard error", s.err.String(), strings.TrimPrefix(`
jobwatch: the API is away: the API is unavailable for now, and asks for a pause of 20 s; jobwatch goes on trying
jobwatch: the API answers again
`, "\n"))
	})
}

func TestOneLookAsksEachJobOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		server := s.withAPI()
		ids := server.Add(sim.Describe(2, simtest.OwnWaits(sim.Lives(2, 50)))...)
		time.Sleep(30 * time.Second) //nolint:forbidigo // the fake clock of synctest
		stranger := jobID(0x01890a5d)
		var ops []store.Op
		for _, id := range append(ids, stranger) {
			ops = append(ops, tracked(store.Job{ID: id, Answer: job.Answer{Progress: job.Unknown}}))
		}
		if err := s.store.Append(t.Context(), ops...); err != nil {
			t.Fatal(err)
		}
		_, s.cfg.Opened = open(t, s.path)
		s.cfg.Once = true
		s.start()
		s.wait()
		out := s.out.String()
		if n := strings.Count(out, "\n"); n != 1+len(ids)+1 || !strings.Contains(out, "01890a5d  Not found ") {
			t.Errorf("%d lines:\n%s", n, out)
		}
		if s.result.Exit() != 1 && s.result.Exit() != 8 || s.result.Done == 0 || s.result.Unfinished == 0 {
			t.Errorf("%+v\n%s", s.result, out)
		}
		off := 0
		for _, id := range ids {
			if polls, _ := server.Polled(id); polls != 1 {
				off++
			}
		}
		if off > 0 {
			t.Errorf("%d of %d jobs were not asked exactly once", off, len(ids))
		}
	})
}
