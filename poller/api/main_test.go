package api

import (
	"net/http"
	"testing"
	"time"

	"go.uber.org/goleak"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/sim"
	"example.com/jobwatch/poller/sim/simtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const someID = "01890a5d-ac96-774b-bcce-b302099a8057"

func parsed() job.ID {
	id, _ := job.Parse(someID)
	return id
}

// newClient returns a client that leaves nothing behind.
func newClient(tb testing.TB, base string, o Options) *Client {
	tb.Helper()
	c, err := New(base, o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(c.CloseIdle)
	return c
}

// serve has a simulated API on loopback for the length of a test.
func serve(tb testing.TB, s *simtest.Server) (base string) {
	tb.Helper()
	base, stop, err := s.ListenAndServe(tb.Context(), "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(stop)
	return base
}

// inBubble has a simulated API on the fake clock of a synctest bubble, and a client of it.
func inBubble(t *testing.T, s *simtest.Server) *Client {
	t.Helper()
	p := simtest.NewPipe()
	t.Cleanup(s.Serve(p))
	return newClient(t, "http://api.test", Options{Transport: &http.Transport{DialContext: p.DialContext}})
}

// running adds a job that will be Processing for the next hour.
func running(s *simtest.Server) job.ID {
	life := sim.Lives(1, 1)[0]
	life.Work, life.Duration, life.End = time.Hour, time.Hour, time.Hour
	return s.Add(sim.Job{Life: life, Description: "Annual report", Chapters: 9})[0]
}

// finished adds a job that is Done.
func finished(s *simtest.Server) job.ID {
	life := sim.Life{Start: -2 * time.Hour, End: -time.Hour}
	life.Work, life.Duration = time.Hour, time.Hour
	return s.Add(sim.Job{Life: life, Description: "Annual report"})[0]
}
