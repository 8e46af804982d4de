package poller_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/sim"
	"example.com/jobwatch/poller/sim/simtest"
)

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
