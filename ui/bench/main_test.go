//go:build linux

// Package bench measures the real program from outside: on a pty, in memory, on the
// network. Everything here is a benchmark; go test without -bench runs nothing.
package bench

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"

	"example.com/jobwatch/poller/sim/simtest"
)

// nowhere is an API that nobody serves.
const nowhere = "http://127.0.0.1:9"

// build builds the program, once.
var build = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "jobwatch-bench-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "jobwatch")
	out, err := exec.CommandContext(context.Background(), "go", "build", "-o", path, "example.com/jobwatch").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("the program can't be built: %w\n%s", err, out)
	}
	return path, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if path, err := build(); err == nil && strings.Contains(path, "jobwatch-bench-") {
		_ = os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

// program is jobwatch with arguments, in a home of its own.
func program(b *testing.B, args ...string) *exec.Cmd {
	b.Helper()
	path, err := build()
	if err != nil {
		b.Fatal(err)
	}
	cmd := exec.CommandContext(b.Context(), path, args...)
	home := b.TempDir()
	cmd.Env = []string{
		"HOME=" + home, "TMPDIR=" + home, "TERM=xterm-256color", "COLORTERM=truecolor", "LANG=C.UTF-8", "TZ=UTC",
		"PATH=" + os.Getenv("PATH"),
	}
	return cmd
}

// terminal is a pty of 200x60 that notes when it was sent what.
type terminal struct {
	*testing.B
	cmd     *exec.Cmd
	pty     *os.File
	started time.Time

	mu   sync.Mutex
	sent []chunk
	more chan struct{}
	done chan struct{}
}

// chunk is what one read of the terminal brought.
type chunk struct {
	at   time.Duration // since the start
	text []byte
}

const width, height = 200, 60

func open(b *testing.B, cmd *exec.Cmd) *terminal {
	b.Helper()
	tm := &terminal{B: b, cmd: cmd, more: make(chan struct{}, 1), done: make(chan struct{}), started: time.Now()}
	var err error
	if tm.pty, err = pty.StartWithSize(cmd, &pty.Winsize{Cols: width, Rows: height}); err != nil {
		b.Fatal(err)
	}
	go tm.read()
	return tm
}

func (tm *terminal) read() {
	defer close(tm.done)
	buf := make([]byte, 256<<10)
	for {
		n, err := tm.pty.Read(buf)
		if n > 0 {
			tm.mu.Lock()
			tm.sent = append(tm.sent, chunk{time.Since(tm.started), bytes.Clone(buf[:n])})
			tm.mu.Unlock()
			select {
			case tm.more <- struct{}{}:
			default:
			}
		}
		if err != nil {
			return
		}
	}
}

// chunks are what came since the first n.
func (tm *terminal) chunks(n int) []chunk {
	tm.mu.Lock()
	defer tm.mu.Unlock()
	return slices.Clone(tm.sent[n:])
}

// shows waits until the screen shows what is wanted, and returns when it did.
func (tm *terminal) shows(want func(screen string) bool) time.Duration {
	tm.Helper()
	screen := vt.NewEmulator(width, height)
	go func() { _, _ = screen.Read(make([]byte, 1<<16)) }() // nothing is answered
	defer screen.Close()                                    //nolint:errcheck // it is only memory
	deadline := time.After(30 * time.Second)
	for n := 0; ; {
		for _, c := range tm.chunks(n) {
			n++
			_, _ = screen.Write(c.text)
			if want(screen.String()) {
				return c.at
			}
		}
		select {
		case <-tm.more:
		case <-deadline:
			tm.Fatalf("it never came on the screen:\n%s", screen.String())
		}
	}
}

func (tm *terminal) press(key string) {
	if _, err := tm.pty.WriteString(key); err != nil {
		tm.Error(err)
	}
}

// quit ends the program, killing it.
func (tm *terminal) quit() {
	_ = tm.cmd.Process.Kill()
	_ = tm.cmd.Wait()
	<-tm.done
	_ = tm.pty.Close()
}

// spent is what a process has used so far.
type spent struct {
	at    time.Time
	cpu   time.Duration
	sent  int // bytes, to the terminal
	write int // writes, to the terminal
}

func (tm *terminal) spent() spent {
	s := spent{at: time.Now(), cpu: cpuTime(tm.B, tm.cmd.Process.Pid)}
	for _, c := range tm.chunks(0) {
		s.sent += len(c.text)
		s.write++
	}
	return s
}

// cpuTime is the processor time that a process's threads have used, in nanoseconds
// where /proc/PID/stat counts hundredths of a second.
func cpuTime(b *testing.B, pid int) time.Duration {
	b.Helper()
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	if err != nil || len(tasks) == 0 {
		b.Fatalf("nothing is known of process %d: %v", pid, err)
	}
	var sum time.Duration
	for _, name := range tasks {
		text, err := os.ReadFile(name)
		if err != nil {
			continue // the thread has ended since
		}
		ns, _, _ := strings.Cut(string(text), " ")
		n, _ := strconv.ParseInt(ns, 10, 64)
		sum += time.Duration(n)
	}
	return sum
}

// memory is one of the figures of /proc/PID/status, in MB.
func memory(b *testing.B, pid int, name string) float64 {
	b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, name+":"); ok {
			kb, _ := strconv.ParseFloat(strings.Fields(value)[0], 64)
			return kb * 1024 / 1e6
		}
	}
	b.Fatalf("no %s", name)
	return 0
}

// simulated serves the simulated API from this process, not from the measured one.
func simulated(b *testing.B) (*simtest.Server, string) {
	b.Helper()
	server := simtest.New()
	base, stop, err := server.ListenAndServe(b.Context(), "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(stop)
	return server, base
}

func median[T ~int64 | ~float64](values []T) T {
	slices.Sort(values)
	return values[len(values)/2]
}
