//go:build unix

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/sim"
	"example.com/jobwatch/poller/sim/simtest"
)

// The jobs: the first of sim's workload that are short enough, so that a run
// ends soon. Waits of their own are neither the best case for jobwatch (a queue that
// it can follow) nor its worst (no queue at all).
const (
	seed    = 1
	jobs    = 500
	longest = 2 * time.Minute // from being submitted to the end
	rate    = "167"           // requests/s: all jobs every 3 s
)

func workload() []sim.Life {
	var lives []sim.Life
	for _, l := range simtest.OwnWaits(sim.Lives(seed, 2*jobs)) {
		if l.End <= longest && len(lives) < jobs {
			lives = append(lives, l)
		}
	}
	return lives
}

// counts are what a server has seen of its clients.
type counts struct{ Requests, PeakSecond, Connections int }

// serve is the simulated API until standard input ends. It prints its address and
// each job with its true end, and at last what it has seen.
func serve() error {
	server := simtest.New()
	base, stop, err := server.ListenAndServe(context.Background(), "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer stop()
	lives := workload()
	began := time.Now()
	fmt.Println(base, len(lives))
	for i, id := range server.Add(sim.Describe(seed, lives)...) {
		fmt.Println(id, began.Add(lives[i].End).UnixNano())
	}
	_, _ = io.Copy(io.Discard, os.Stdin)
	seen := server.Stats()
	return json.NewEncoder(os.Stdout).Encode(counts{seen.Requests, seen.PeakSecond, seen.EverConnected})
}

// server is a process that serves.
type server struct {
	base string
	ids  []job.ID             // as they were submitted
	ends map[job.ID]time.Time // of each

	cmd *exec.Cmd
	in  io.Closer
	out *bufio.Reader
}

func startServer(ctx context.Context, self string) (*server, error) {
	s := &server{ends: make(map[job.ID]time.Time), cmd: exec.CommandContext(ctx, self, "serve")}
	s.cmd.Stderr = os.Stderr
	in, err := s.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	s.in, s.out = in, bufio.NewReader(out)
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	var n int
	if _, err := fmt.Fscanln(s.out, &s.base, &n); err != nil {
		return nil, fmt.Errorf("the simulated API did not start: %w", err)
	}
	for range n {
		var text string
		var end int64
		if _, err := fmt.Fscanln(s.out, &text, &end); err != nil {
			return nil, err
		}
		id, err := job.Parse(text)
		if err != nil {
			return nil, err
		}
		s.ids = append(s.ids, id)
		s.ends[id] = time.Unix(0, end)
	}
	return s, nil
}

// stop ends the server and returns what it has seen.
func (s *server) stop() (c counts, err error) {
	_ = s.in.Close()
	err = json.NewDecoder(s.out).Decode(&c)
	_ = s.cmd.Wait()
	return c, err
}
