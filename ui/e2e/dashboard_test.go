//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package e2e

import (
	"bufio"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"example.com/jobwatch/ui/terminal/termtest"
)

// The main story: paste, watch, be killed, come back, resize, leave.
func TestSomebodyPastesWatchesIsKilledAndComesBack(t *testing.T) {
	s := newStage(t)
	ids := s.quick(5)

	first := termtest.Open(s, s.command(), 120, 36)
	first.Sees("Nothing tracked yet.")
	first.Paste(lines(ids))
	first.Sees("added 5 jobs", ids[0].Short())
	first.Signal(syscall.SIGKILL)
	first.Wait()

	second := termtest.Open(s, s.command(), 80, 24)
	second.Sees(ids[0].Short(), ids[4].Short(), "5/5")
	second.Type(strings.Split("/"+ids[2].Short()+"\r", "")...)
	second.Sees("1 of 5")
	second.Send("\x1b")
	second.Sees(ids[4].Short()) // before the screen gets too small for keys
	second.Resize(40, 10)
	second.Sees("idle")
	second.Resize(30, 5)
	second.Sees("needs 40x8")
	second.Resize(80, 24)
	second.Sees(ids[4].Short())
	second.Quit()
	if !strings.Contains(second.Text(), "5 done") {
		t.Errorf("no receipt on the screen:\n%s", second.Text())
	}
	if info, err := os.Stat(s.folder("jobs.jsonl")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the state file: %v, %v", info, err)
	}
}

func TestANewcomerSeesTheDemo(t *testing.T) {
	s := newStage(t)
	tm := termtest.Open(s, s.command("--demo"), 120, 40)
	tm.Sees("demo", "Processing", "Done", "live")
	tm.Send("?")
	tm.Sees("remove finished jobs")
	tm.Type("?", "q")
	tm.Left(0)
	if text := tm.Text(); !strings.Contains(text, "nothing of it is kept") || strings.Contains(text, "tracked") {
		t.Errorf("the receipt of a demo:\n%s", text)
	}
}

// Nothing can be saved: the way out says so, and what was seen before it.
func TestLeavingWithoutASaveSaysSo(t *testing.T) {
	s := newStage(t)
	cmd := exec.CommandContext(t.Context(), "sh", "-c", `ulimit -f 0; exec "$0"`, binary)
	cmd.Env = s.env()
	tm := termtest.Open(s, cmd, 100, 24)
	tm.Sees("Nothing tracked yet.")
	tm.Paste(lines(s.quick(2)))
	tm.Sees("not saving", "2/2")
	tm.Send("q")
	tm.Left(1)
	if text := tm.Text(); !strings.Contains(text, "2 jobs: 2 done") || !strings.Contains(text, "changes are not being saved") {
		t.Errorf("after it the shell shows\n%s", text)
	}
}

// --no-mouse leaves the mouse to the terminal, so that text can be selected.
func TestTheMouseIsTakenUnlessToldNotTo(t *testing.T) {
	s := newStage(t)
	for args, taken := range map[string]bool{"": true, "--no-mouse": false} {
		tm := s.open(strings.Fields(args)...)
		tm.Quit()
		if got := strings.Contains(tm.Raw(), "\x1b[?1002h") || strings.Contains(tm.Raw(), "\x1b[?1000h"); got != taken {
			t.Errorf("with %q the mouse is taken: %v", args, got)
		}
	}
}

// One terminal serves the simulated API, another watches its jobs.
func TestTheSimulatedAPICanBeWatched(t *testing.T) {
	s := newStage(t)
	serving := s.command("--api-server", "127.0.0.1:0")
	out, err := serving.StdoutPipe()
	told, err2 := serving.StderrPipe()
	if err := errors.Join(err, err2, serving.Start()); err != nil {
		t.Fatal(err)
	}
	base, id := "", ""
	for says := bufio.NewScanner(told); base == "" && says.Scan(); {
		_, base, _ = strings.Cut(says.Text(), "--api ")
	}
	for says := bufio.NewScanner(out); id == "" && says.Scan(); {
		if !strings.HasPrefix(says.Text(), "#") {
			id = says.Text()
		}
	}
	once, errs, status := s.says(s.command("--api", base, "--once", id))
	if status != 0 && status != 8 || !strings.Contains(once, id[:8]) {
		t.Errorf("of %s of %s, exit status %d:\n%s%s", id, base, status, errs, once)
	}
	if err := serving.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, out)
	_ = serving.Wait()
	if code := serving.ProcessState.ExitCode(); code != 0 && code != 130 {
		t.Errorf("the simulated API ended with %d", code)
	}
}
