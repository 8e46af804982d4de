//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package e2e

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/sim"
	"example.com/jobwatch/ui/terminal/termtest"
)

// quick adds n jobs that are done within two seconds.
func (s *stage) quick(n int) []job.ID {
	lives := sim.AllAtOnce(sim.Plans(1, n))
	for i := range lives {
		lives[i].Fail = false
		lives[i].End = lives[i].Start + time.Duration(200+i%10*150)*time.Millisecond
	}
	return s.api.Add(sim.Describe(1, lives)...)
}

// openAt starts jobwatch on a terminal of that size.
func (s *stage) openAt(width, height int, args ...string) *termtest.Terminal {
	s.Helper()
	return termtest.Open(s, s.command(args...), width, height)
}

// The main story: paste, watch, be killed, come back, resize, leave.
func TestSomebodyPastesWatchesIsKilledAndComesBack(t *testing.T) {
	s := newStage(t)
	ids := s.quick(5)

	first := s.openAt(120, 36)
	first.Sees("Nothing tracked yet.")
	first.Paste(lines(ids))
	first.Sees("added 5 jobs", ids[0].Short())
	first.Signal(syscall.SIGKILL)
	first.Wait()

	second := s.openAt(80, 24)
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
	second.Send("q")
	second.Left(0)
	if !strings.Contains(second.Text(), "5 done") {
		t.Errorf("no receipt on the screen:\n%s", second.Text())
	}
	info, err := os.Stat(s.folder("jobs.jsonl"))
	if err != nil {
		t.Skip("the state folder is elsewhere on this system")
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the state file's mode is %v", info.Mode())
	}
}

func TestANewcomerSeesTheDemo(t *testing.T) {
	s := newStage(t)
	tm := s.openAt(120, 40, "--demo")
	tm.Sees("demo", "Processing", "Done", "live")
	tm.Send("?")
	tm.Sees("remove finished jobs")
	tm.Type("?", "q")
	tm.Left(0)
	if text := tm.Text(); !strings.Contains(text, "nothing of it is kept") || strings.Contains(text, "tracked") {
		t.Errorf("the receipt of a demo:\n%s", text)
	}
}

func TestTwentyThousandIDsInOnePaste(t *testing.T) {
	s := newStage(t)
	ids := s.quick(20_000)
	tm := s.openAt(80, 24)
	tm.Sees("Nothing tracked yet.")
	go tm.Paste(lines(ids)) // the terminal takes it as the program reads it
	tm.Sees("20000 jobs")
	tm.Send("q")
	tm.Left(0)
}

func TestSignalsLeaveTheTerminalSane(t *testing.T) {
	for signal, status := range map[syscall.Signal]int{
		syscall.SIGTERM: 143, syscall.SIGHUP: 129, syscall.SIGINT: 130,
	} {
		t.Run(signal.String(), func(t *testing.T) {
			s := newStage(t)
			tm := s.openAt(80, 24)
			tm.Sees("Nothing tracked yet.")
			tm.Paste(lines(s.quick(2)))
			tm.Sees("added 2 jobs")
			tm.Signal(signal)
			tm.Left(status)
		})
	}
}

// Nothing can be saved: the way out says so, and what was seen before it.
func TestLeavingWithoutASaveSaysSo(t *testing.T) {
	s := newStage(t)
	cmd := s.command()
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("there is no shell to forbid writing with")
	}
	cmd.Args = append([]string{"sh", "-c", `ulimit -f 0; exec "$0" "$@"`, cmd.Path}, cmd.Args[1:]...)
	cmd.Path = sh
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
		tm := s.openAt(80, 24, strings.Fields(args)...)
		tm.Sees("Nothing tracked yet.")
		tm.Send("q")
		tm.Left(0)
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
	if err != nil {
		t.Fatal(err)
	}
	told, err := serving.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := serving.Start(); err != nil {
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
	once, err := s.command("--api", base, "--once", id).Output()
	if exit := (*exec.ExitError)(nil); err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 8) {
		t.Errorf("looking once at %s of %s ended with %v", id, base, err)
	}
	if !strings.Contains(string(once), id[:8]) {
		t.Errorf("of %s it tells\n%s", id, once)
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

// IDs come by a pipe, keys by the terminal.
func TestIDsOnStandardInput(t *testing.T) {
	s := newStage(t)
	ids := s.quick(3)
	cmd := s.command("--batch", "invoices")
	cmd.Stdin = strings.NewReader("see " + lines(ids))
	tm := termtest.Open(s, cmd, 80, 24)
	tm.Sees("invoices", "3/3")
	tm.Send("q")
	tm.Left(0)
}

func TestAScriptWaitsForItsJobs(t *testing.T) {
	s := newStage(t)
	ids := s.quick(3)
	out, err := s.command(ids[0].String(), "/job/"+ids[1].String()+"/status", s.base+"/job/"+ids[2].String()).Output()
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
	s := newStage(t)
	lives := sim.AllAtOnce(sim.Plans(1, 1))
	lives[0].Fail, lives[0].End = true, time.Second
	jobs := sim.Describe(1, lives)
	jobs[0].Cause = "the bibliography is missing"
	id := s.api.Add(jobs...)[0]
	cmd := s.command("--json", id.String())
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
			tm := newStage(t).openAt(100, 10, c.args...)
			tm.Left(2)
			raw := strings.TrimSpace(tm.Raw())
			if strings.Contains(raw, "\x1b") || strings.Count(raw, "\n") != 0 || !strings.Contains(raw, c.says) {
				t.Errorf("it says %q", raw)
			}
		})
	}
}
