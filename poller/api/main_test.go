package api

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/sim"
	"example.com/jobwatch/poller/sim/simtest"
)

func TestMain(m *testing.M) {
	if os.Getenv(serveVariable) != "" {
		serveForParent()
		return
	}
	goleak.VerifyTestMain(m)
}

// serveVariable, when set, makes the test binary a simulated API: a server in a
// benchmark's own process would add its CPU and memory to what is measured.
const serveVariable = "JOBWATCH_TEST_SERVE"

// serveForParent prints a base URL and a job, and serves until its standard input
// ends, as it does when the parent dies.
func serveForParent() {
	s := simtest.New()
	id := running(s)
	base, stop, err := s.ListenAndServe(context.Background(), "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer stop()
	fmt.Println(base, id)
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// newClient returns a client that leaves nothing behind.
func newClient(tb testing.TB, base string, opts ...Option) *Client {
	tb.Helper()
	c, err := New(base, opts...)
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

// inBubble has a simulated API on the fake clock of a synctest bubble, and a client
// of it.
func inBubble(t *testing.T, s *simtest.Server, opts ...Option) *Client {
	t.Helper()
	p := simtest.NewPipe()
	t.Cleanup(s.Serve(p))
	return newClient(t, "http://api.test", append(opts, WithTransport(&http.Transport{DialContext: p.DialContext}))...)
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
