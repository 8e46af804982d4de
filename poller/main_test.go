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

func TestMain(m *testing.M) {
	if os.Getenv(serverVariable) != "" {
		if err := serve(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	goleak.VerifyTestMain(m)
}

// serverVariable has the test's binary be the simulated API, in a process of its own.
const serverVariable = "JOBWATCH_BENCHMARK_SERVER"

const benchmarkJobs = 1000

func benchmarkService() (*simtest.Server, []job.ID) {
	s := simtest.New()
	lives := sim.Lives(1, benchmarkJobs)
	for i := range lives {
		lives[i].Work, lives[i].Duration, lives[i].End = time.Hour, time.Hour, time.Hour
	}
	return s, s.Add(sim.Describe(1, lives)...)
}

// serve prints the API's address and serves until standard input ends.
func serve() error {
	s, _ := benchmarkService()
	base, stop, err := s.ListenAndServe(context.Background(), "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer stop()
	fmt.Println(base)
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}
