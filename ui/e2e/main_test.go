//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

// Package e2e tells what happens to the real program on a real terminal: signals,
// hang-ups, suspensions, a terminal that takes nothing, panics.
package e2e

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/sim"
	"example.com/jobwatch/poller/sim/simtest"
	"example.com/jobwatch/store/storetest"
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
	build := exec.CommandContext(context.Background(), "go", "build", fmt.Sprintf("-race=%v", racing()), "-o", binary, "example.com/jobwatch")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "the program can't be built: %v\n%s", err, out)
		return 1
	}
	// The program is started as from a terminal, also where nohup runs the tests.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP)
	_ = flag.Set("test.parallel", "12") // they wait most of the time
	return m.Run()
}

// racing reports whether the tests, and so the program, are built with the race detector.
func racing() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}

// stage is a simulated API, a home, and what starts jobwatch there.
type stage struct {
	*testing.T
	api  *simtest.Server
	base string
	home string
}

// newStage returns a stage for a story that runs beside others.
func newStage(t *testing.T) *stage {
	t.Helper()
	t.Parallel()
	return anotherStage(t)
}

// anotherStage returns one more stage for a story.
func anotherStage(t *testing.T) *stage {
	t.Helper()
	s := &stage{T: t, api: simtest.New(), home: t.TempDir()}
	s.api.Server = sim.New(3)
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
		"HOME=" + s.home, "XDG_CONFIG_HOME=" + filepath.Join(s.home, ".config"), "XDG_STATE_HOME=" + filepath.Join(s.home, ".local", "state"),
		"TERM=xterm-256color", "COLORTERM=truecolor", "LANG=C.UTF-8", "TZ=UTC", "PATH=" + os.Getenv("PATH"),
		"TMPDIR=" + s.TempDir(), "JOBWATCH_API=" + s.base,
	}, more...)
}

// configure writes the config file.
func (s *stage) configure(config string) (file string) {
	s.Helper()
	file = filepath.Join(s.home, ".config", "jobwatch", "config.toml")
	if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o700), os.WriteFile(file, []byte(config), 0o600)); err != nil {
		s.Fatal(err)
	}
	return file
}

// command is jobwatch with arguments.
func (s *stage) command(args ...string) *exec.Cmd {
	cmd := exec.CommandContext(context.WithoutCancel(s.Context()), binary, args...)
	cmd.Env = s.env()
	return cmd
}

// says runs jobwatch without a terminal, and returns what it writes and its exit status.
func (s *stage) says(cmd *exec.Cmd) (out, errs string, status int) {
	s.Helper()
	var stdout, stderr strings.Builder
	if cmd.Stderr = &stderr; cmd.Stdout == nil {
		cmd.Stdout = &stdout
	}
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		s.Fatal(err)
	}
	return stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()
}

// ended is says for a program that wants an exit status.
func (s *stage) ended(want int, cmd *exec.Cmd) (out, errs string) {
	s.Helper()
	out, errs, status := s.says(cmd)
	if status != want {
		s.Errorf("%q: exit status %d, want %d\n%s%s", cmd.Args[1:], status, want, errs, out)
	}
	return out, errs
}

// begun starts a program and returns its output as soon as there is some, and what it will have
// said on standard error by its end.
func (s *stage) begun(cmd *exec.Cmd) (out io.ReadCloser, errs *strings.Builder) {
	s.Helper()
	errs = new(strings.Builder)
	cmd.Stderr = errs
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err == nil {
		_, err = out.Read(make([]byte, 1))
	}
	if err != nil {
		s.Fatal(err)
	}
	return out, errs
}

// run is ended for jobwatch with arguments.
func (s *stage) run(want int, args ...string) (out, errs string) {
	s.Helper()
	return s.ended(want, s.command(args...))
}

// reading is jobwatch with a text on standard input.
func (s *stage) reading(text string, args ...string) *exec.Cmd {
	cmd := s.command(args...)
	cmd.Stdin = strings.NewReader(text)
	return cmd
}

// open starts jobwatch on a terminal of 100x30, and waits for its first screen.
func (s *stage) open(args ...string) *termtest.Terminal {
	s.Helper()
	tm := termtest.Open(s, s.command(args...), 100, 30)
	tm.Sees("? help")
	return tm
}

// watching is open with n jobs that are done.
func (s *stage) watching(n int) *termtest.Terminal {
	s.Helper()
	tm := s.open("--rate", "100")
	tm.Paste(lines(s.jobs(n, 0)))
	tm.Sees(fmt.Sprintf("%d done", n))
	return tm
}

// jobs are n jobs without progress, done one after the other from one second on.
func (s *stage) jobs(n int, each time.Duration) []job.ID { return s.lasting(n, time.Second, each) }

// running are n jobs that outlast any story.
func (s *stage) running(n int) []job.ID { return s.lasting(n, time.Hour, 0) }

func (s *stage) lasting(n int, first, each time.Duration) []job.ID {
	lives := sim.Lives(1, n)
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
	contents, _, err := storetest.Replay(s.state())
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

// described adds a job that ends after a time, with this description; one that fails
// has a cause.
func (s *stage) described(span time.Duration, description, cause string) job.ID {
	lives := sim.Lives(1, 1)
	lives[0].Fail, lives[0].Duration, lives[0].End = cause != "", span, lives[0].Start+span
	jobs := sim.Describe(1, lives)
	jobs[0].Description, jobs[0].Cause = description, cause
	return s.api.Add(jobs...)[0]
}

// quick adds n jobs that are done within two seconds.
func (s *stage) quick(n int) []job.ID {
	lives := sim.Lives(1, n)
	for i := range lives {
		lives[i].Fail = false
		lives[i].End = lives[i].Start + time.Duration(200+i%10*150)*time.Millisecond
	}
	return s.api.Add(sim.Describe(1, lives)...)
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
