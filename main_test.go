//go:build !windows

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/sim"
)

// The test binary is jobwatch itself when it is told so: the stories below drive
// the real program.
func TestMain(m *testing.M) {
	if os.Getenv("JOBWATCH_BE_THE_PROGRAM") != "" {
		main()
	}
	os.Exit(m.Run())
}

// program is jobwatch with these arguments, in a home of its own.
func program(t *testing.T, home string, args ...string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), exe, args...)
	cmd.Env = []string{
		"JOBWATCH_BE_THE_PROGRAM=1", "HOME=" + home, "TERM=xterm-256color", "COLORTERM=truecolor",
		"LANG=C.UTF-8", "TZ=UTC", "PATH=" + os.Getenv("PATH"), "TMPDIR=" + t.TempDir(),
	}
	return cmd
}

// terminal is a real pty with somebody in front of it.
type terminal struct {
	*testing.T
	cmd    *exec.Cmd
	pty    *os.File
	screen *vt.Emulator
	raw    bytes.Buffer
	mu     sync.Mutex // of screen and raw
	moved  chan struct{}
	done   chan struct{}
}

// open starts a program on a terminal of a size.
func open(t *testing.T, cmd *exec.Cmd, width, height int) *terminal {
	t.Helper()
	size := &pty.Winsize{Cols: uint16(width), Rows: uint16(height)} //nolint:gosec // small
	file, err := pty.StartWithAttrs(cmd, size, &syscall.SysProcAttr{Setsid: true, Setctty: true, Ctty: 1})
	if err != nil {
		t.Fatal(err)
	}
	tm := &terminal{
		T: t, cmd: cmd, pty: file, screen: vt.NewEmulator(width, height),
		moved: make(chan struct{}, 1), done: make(chan struct{}),
	}
	go func() { _, _ = io.Copy(file, tm.screen) }() // what the terminal answers to queries
	go tm.show()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-tm.done
		_ = tm.screen.Close()
		_ = file.Close()
	})
	return tm
}

// show draws what the program writes, until it ends.
func (tm *terminal) show() {
	defer close(tm.done)
	buf := make([]byte, 64<<10)
	for {
		n, err := tm.pty.Read(buf)
		tm.mu.Lock()
		tm.raw.Write(buf[:n])
		_, _ = tm.screen.Write(buf[:n])
		tm.mu.Unlock()
		select {
		case tm.moved <- struct{}{}:
		default:
		}
		if err != nil {
			return
		}
	}
}

// text is what is to be seen.
func (tm *terminal) text() string {
	tm.mu.Lock()
	defer tm.mu.Unlock()
	return tm.screen.String()
}

// sees waits until texts are on the screen.
func (tm *terminal) sees(texts ...string) {
	tm.Helper()
	deadline := time.After(20 * time.Second)
	for _, text := range texts {
		for !strings.Contains(tm.text(), text) {
			select {
			case <-tm.moved:
			case <-deadline:
				tm.Fatalf("%q never came on the screen:\n%s", text, tm.text())
			}
		}
	}
}

func (tm *terminal) send(keys string) {
	tm.Helper()
	if _, err := io.WriteString(tm.pty, keys); err != nil {
		tm.Fatal(err)
	}
}

// paste pastes as terminals do that were asked for bracketed paste.
func (tm *terminal) paste(text string) { tm.send("\x1b[200~" + text + "\x1b[201~") }

func (tm *terminal) resize(width, height int) {
	tm.mu.Lock()
	tm.screen.Resize(width, height)
	tm.mu.Unlock()
	if err := pty.Setsize(tm.pty, &pty.Winsize{Cols: uint16(width), Rows: uint16(height)}); err != nil { //nolint:gosec // small
		tm.Error(err)
	}
}

// left waits for the program's end, wants this exit status, and a terminal that is
// as it was.
func (tm *terminal) left(want int) {
	tm.Helper()
	<-tm.done
	_ = tm.cmd.Wait()
	if got := tm.cmd.ProcessState.ExitCode(); got != want {
		tm.Errorf("exit status %d, want %d; the screen:\n%s", got, want, tm.text())
	}
	tm.mu.Lock()
	defer tm.mu.Unlock()
	if tm.screen.IsAltScreen() || tm.screen.CursorHidden() {
		tm.Error("the terminal was not put back as it was")
	}
	raw := tm.raw.String()
	for on, off := range map[string]string{
		"\x1b[?2004h": "\x1b[?2004l", "\x1b[?1002h": "\x1b[?1002l", "\x1b[?25l": "\x1b[?25h", "\x1b[?7l": "\x1b[?7h",
	} {
		if strings.LastIndex(raw, on) > strings.LastIndex(raw, off) {
			tm.Errorf("%q was not taken back", on)
		}
	}
}

// simulated is the job API, on loopback.
func simulated(t *testing.T) (*sim.Server, string) {
	t.Helper()
	server := sim.New(sim.WithSeed(3))
	base, stop, err := server.ListenAndServe(context.Background(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return server, base
}

// quick are n jobs that are done within two seconds.
func quick(server *sim.Server, n int) []job.ID {
	lives := sim.AllAtOnce(sim.Plans(1, n))
	for i := range lives {
		lives[i].Fail = false
		lives[i].End = lives[i].Start + time.Duration(200+i%10*150)*time.Millisecond
	}
	return server.Add(sim.Describe(1, lives)...)
}

func lines(ids []job.ID) string {
	var b strings.Builder
	for _, id := range ids {
		fmt.Fprintln(&b, id)
	}
	return b.String()
}

// The main story: paste, watch, be killed, come back, resize, leave.
func TestSomebodyPastesWatchesIsKilledAndComesBack(t *testing.T) {
	server, base := simulated(t)
	home := t.TempDir()
	ids := quick(server, 5)

	first := open(t, program(t, home, "--api", base), 120, 36)
	first.sees("Nothing tracked yet.")
	first.paste(lines(ids))
	first.sees("added 5 jobs", ids[0].Short())
	_ = first.cmd.Process.Signal(syscall.SIGKILL)
	<-first.done

	second := open(t, program(t, home, "--api", base), 80, 24)
	second.sees(ids[0].Short(), ids[4].Short(), "5/5")
	second.send("/" + ids[2].Short() + "\r")
	second.sees("1 of 5")
	second.send("\x1b")
	second.resize(40, 10)
	second.sees("idle")
	second.resize(30, 5)
	second.sees("needs 40x8")
	second.resize(80, 24)
	second.sees(ids[4].Short())
	second.send("q")
	second.left(0)
	if !strings.Contains(second.text(), "5 done") {
		t.Errorf("no receipt on the screen:\n%s", second.text())
	}
	info, err := os.Stat(filepath.Join(home, ".local", "state", "jobwatch", "jobs.jsonl"))
	if err != nil {
		t.Skip("the state folder is elsewhere on this system")
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the state file's mode is %v", info.Mode())
	}
}

func TestANewcomerSeesTheDemo(t *testing.T) {
	tm := open(t, program(t, t.TempDir(), "--demo"), 120, 40)
	tm.sees("demo", "Processing", "Done", "live")
	tm.send("?")
	tm.sees("forget finished jobs")
	tm.send("?q")
	tm.left(0)
}

func TestTwentyThousandIDsInOnePaste(t *testing.T) {
	server, base := simulated(t)
	ids := quick(server, 20_000)
	tm := open(t, program(t, t.TempDir(), "--api", base), 80, 24)
	tm.sees("Nothing tracked yet.")
	go tm.paste(lines(ids)) // the terminal takes it as the program reads it
	tm.sees("20000 jobs")
	tm.send("q")
	tm.left(0)
}

func TestSignalsLeaveTheTerminalSane(t *testing.T) {
	for signal, status := range map[syscall.Signal]int{
		syscall.SIGTERM: 143, syscall.SIGHUP: 129, syscall.SIGINT: 130,
	} {
		t.Run(signal.String(), func(t *testing.T) {
			server, base := simulated(t)
			tm := open(t, program(t, t.TempDir(), "--api", base), 80, 24)
			tm.sees("Nothing tracked yet.")
			tm.paste(lines(quick(server, 2)))
			tm.sees("added 2 jobs")
			_ = tm.cmd.Process.Signal(signal)
			tm.left(status)
		})
	}
}

// IDs come by a pipe, keys by the terminal.
func TestIDsOnStandardInput(t *testing.T) {
	server, base := simulated(t)
	ids := quick(server, 3)
	cmd := program(t, t.TempDir(), "--api", base, "--batch", "invoices")
	cmd.Stdin = strings.NewReader("see " + lines(ids))
	tm := open(t, cmd, 80, 24)
	tm.sees("invoices", "3/3")
	tm.send("q")
	tm.left(0)
}

func TestAScriptWaitsForItsJobs(t *testing.T) {
	server, base := simulated(t)
	ids := quick(server, 3)
	out, err := program(t, t.TempDir(), "--api", base, ids[0].String(), "/job/"+ids[1].String()+"/status", base+"/job/"+ids[2].String()).Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if strings.Contains(string(out), "\x1b") {
		t.Errorf("there are escapes in\n%q", out)
	}
	for _, id := range ids {
		if !strings.Contains(string(out), id.Short()) {
			t.Errorf("%s is not in\n%s", id.Short(), out)
		}
	}
}

func TestAFailedJobIsAFailedCommand(t *testing.T) {
	server, base := simulated(t)
	lives := sim.AllAtOnce(sim.Plans(1, 1))
	lives[0].Fail, lives[0].End = true, time.Second
	jobs := sim.Describe(1, lives)
	jobs[0].Cause = "the bibliography is missing"
	id := server.Add(jobs...)[0]
	cmd := program(t, t.TempDir(), "--api", base, "--json", id.String())
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) || exit.ExitCode() != 1 {
		t.Errorf("it ended with %v, want exit status 1", err)
	}
	if !strings.Contains(string(out), `"status":"Error"`) || !strings.Contains(string(out), "the bibliography is missing") {
		t.Errorf("the cause is not told:\n%s%s", out, errs.String())
	}
}

// What is wrong with the command line is said in one line, before the screen is
// touched.
func TestAMistypedCommandLineIsOneClearLine(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"flag": {[]string{"--jsn"}, "--json"},
		"job":  {[]string{"not-a-job"}, "not-a-job"},
		"url":  {[]string{"--api", "ftp://x"}, "ftp"},
		"rate": {[]string{"--rate", "fast"}, "fast"},
	} {
		t.Run(name, func(t *testing.T) {
			tm := open(t, program(t, t.TempDir(), c.args...), 100, 10)
			tm.left(2)
			raw := strings.TrimSpace(tm.raw.String())
			if strings.Contains(raw, "\x1b") || strings.Count(raw, "\n") != 0 || !strings.Contains(raw, c.says) {
				t.Errorf("it says %q", raw)
			}
		})
	}
}
