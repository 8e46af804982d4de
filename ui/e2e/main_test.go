//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

// Package e2e tells what happens to the real program on a real terminal: signals,
// hang-ups, suspensions, a terminal that takes nothing, panics.
package e2e

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/sim"
	"example.com/jobwatch/poller/sim/simtest"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/terminal/termtest"
)

// binary is the program, built once.
var binary string

func TestMain(m *testing.M) {
	if broken := os.Getenv("JOBWATCH_BREAK"); broken != "" {
		os.Exit(breaking(broken))
	}
	os.Exit(runTests(m))
}

func runTests(m *testing.M) int {
	dir, err := os.MkdirTemp("", "jobwatch-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	binary = filepath.Join(dir, "jobwatch")
	args := append([]string{"build", "-o", binary}, buildFlags...)
	if out, err := exec.CommandContext(context.Background(), "go", append(args, "example.com/jobwatch")...).CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "the program can't be built: %v\n%s", err, out)
		return 1
	}
	// The program is started as from a terminal, also where nohup runs the tests.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP)
	_ = flag.Set("test.parallel", "12") // they wait most of the time
	return m.Run()
}

// stage is a simulated API, a home, and what starts jobwatch there.
type stage struct {
	*testing.T
	api  *simtest.Server
	base string
	home string
}

func newStage(t *testing.T) *stage {
	t.Helper()
	t.Parallel()
	s := &stage{T: t, api: simtest.New(sim.WithSeed(3)), home: t.TempDir()}
	base, stop, err := s.api.ListenAndServe(context.Background(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	s.base = base
	return s
}

func (s *stage) env(more ...string) []string {
	return append([]string{
		"HOME=" + s.home, "TERM=xterm-256color", "LANG=C.UTF-8", "TZ=UTC", "PATH=" + os.Getenv("PATH"),
		"TMPDIR=" + s.TempDir(), "JOBWATCH_API=" + s.base,
	}, more...)
}

// command is jobwatch with arguments.
func (s *stage) command(args ...string) *exec.Cmd {
	cmd := exec.CommandContext(context.WithoutCancel(s.Context()), binary, args...)
	cmd.Env = s.env()
	return cmd
}

// open starts jobwatch on a terminal of 100x30, and waits for its first screen.
func (s *stage) open(args ...string) *termtest.Terminal {
	s.Helper()
	tm := termtest.Open(s, s.command(args...), 100, 30)
	tm.Sees("? help")
	return tm
}

// jobs are n jobs without progress, done one after the other from one second on.
func (s *stage) jobs(n int, each time.Duration) []job.ID { return s.lasting(n, time.Second, each) }

// running are n jobs that outlast any story.
func (s *stage) running(n int) []job.ID { return s.lasting(n, time.Hour, 0) }

func (s *stage) lasting(n int, first, each time.Duration) []job.ID {
	lives := sim.AllAtOnce(sim.Plans(1, n))
	for i := range lives {
		lives[i].Type, lives[i].Fail = sim.Silent, false
		lives[i].Start = 0
		lives[i].Duration = first + time.Duration(i)*each
		lives[i].End = lives[i].Duration
	}
	return s.api.Add(sim.Describe(1, lives)...)
}

// state is what is in the state file now.
func (s *stage) state() string {
	text, _ := os.ReadFile(s.folder("jobs.jsonl")) // none yet: ""
	return string(text)
}

// saved is how many jobs are Done in the state file. A status may stand there twice:
// what was on its way at the end is saved once more.
func (s *stage) saved() int {
	contents, _, err := store.Replay(strings.NewReader(s.state()))
	if err != nil {
		s.Error(err)
	}
	done := 0
	for _, j := range contents.Jobs {
		if j.Answer.Status == job.Done {
			done++
		}
	}
	return done
}

// folder is where jobwatch keeps its state, or a file there.
func (s *stage) folder(file ...string) string {
	return filepath.Join(append([]string{s.home, ".local", "state", "jobwatch"}, file...)...)
}

// until waits for what no terminal tells.
func (s *stage) until(what string, is func() bool) {
	s.Helper()
	deadline := time.After(termtest.Patience)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !is() {
		select {
		case <-tick.C:
		case <-deadline:
			s.Fatalf("waited in vain %s", what)
		}
	}
}

// lines are IDs as people paste them.
func lines(ids []job.ID) string {
	var b strings.Builder
	for _, id := range ids {
		b.WriteString(id.String() + "\n")
	}
	return b.String()
}
