//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package e2e

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"example.com/jobwatch/ui/terminal/termtest"
)

// shell is a shell with job control, on a terminal.
func (s *stage) shell() *termtest.Terminal {
	s.Helper()
	bash, err := exec.LookPath("bash")
	if err != nil {
		s.Skip("no bash here")
	}
	cmd := exec.CommandContext(context.WithoutCancel(s.Context()), bash, "--norc", "--noprofile", "--noediting", "-i")
	cmd.Env = s.env("PS1=shell$ ", "JOBWATCH="+binary)
	tm := termtest.Open(s, cmd, 100, 30)
	tm.Sees("shell$")
	return tm
}

// ctrl+z and fg, as with any program; the jobs go on being watched afterwards.
func TestSuspendedAndBack(t *testing.T) {
	t.Parallel()
	const command, script = "echo $$ >$HOME/pid; exec $JOBWATCH", "$JOBWATCH; true"
	for name, c := range map[string]struct {
		how    string
		signal syscall.Signal
		times  int
	}{
		"by ctrl+z":             {command, 0, 1},
		"by ctrl+z, twice":      {command, 0, 2},
		"by ctrl+z in a script": {script, 0, 1},
		"by kill -TSTP":         {command, syscall.SIGTSTP, 1},
		"by kill -STOP":         {command, syscall.SIGSTOP, 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			tm := s.shell()
			tm.Send("sh -c '" + c.how + "'\r")
			tm.Sees("? help")
			tm.Paste(lines(s.jobs(3, 0)))
			tm.Sees("added 3 jobs")
			for n := 1; n <= c.times; n++ {
				if c.signal != 0 {
					_ = syscall.Kill(s.pid(), c.signal)
				} else {
					tm.Send("\x1a")
				}
				s.stopped(tm, n, c.signal != syscall.SIGSTOP)
				tm.Send("fg; echo exit status $?\r")
				s.back(tm)
			}
			quit(tm)
		})
	}
}

// ctrl+z and bg: the terminal is the shell's, so jobwatch is stopped again as the kernel
// does with all who want it, and has asked nothing of it by then.
func TestSentToTheBackground(t *testing.T) {
	if racing() {
		t.Skip("Bubble Tea 1.3.10 writes its ttyOutput, the same again, at each suspension while checkResize of the last may read it")
	}
	s := newStage(t)
	tm := s.shell()
	tm.Send("$JOBWATCH\r")
	tm.Sees("? help")
	tm.Paste(lines(s.jobs(3, 0)))
	tm.Sees("3 done")
	tm.Send("\x1a")
	s.stopped(tm, 1, true)
	for n := range 3 {
		tm.Send("bg; until [ -z \"$(jobs -r)\" ]; do :; done\r")
		s.stopped(tm, 2+n, true)
	}
	tm.Send("fg; echo exit status $?\r")
	s.back(tm)
	quit(tm)
}

// quit leaves jobwatch, which the shell reports, and the shell.
func quit(tm *termtest.Terminal) {
	tm.Helper()
	tm.Send("q")
	tm.Sees("exit status 0")
	tm.Restored()
	tm.Send("exit\r")
	tm.Left(0)
}

// stopped wants a shell that can be used, and a terminal given back if jobwatch was told.
func (s *stage) stopped(tm *termtest.Terminal, n int, told bool) {
	s.Helper()
	tm.Until("for the shell", func() bool { return strings.Count(tm.Raw(), "Stopped") == n })
	if told {
		tm.Restored()
	}
	tm.Until("for the shell's mode", tm.Cooked)
	tm.Send("echo $((6*7)) is here\r")
	tm.Sees("42 is here")
}

// back wants the whole screen again, and the mouse.
func (s *stage) back(tm *termtest.Terminal) {
	s.Helper()
	tm.Sees("jobwatch", "3 done")
	tm.Until("for the mouse", func() bool {
		raw := tm.Raw()
		return strings.LastIndex(raw, "\x1b[?1002h") > strings.LastIndex(raw, "\x1b[?1002l")
	})
	tm.Until("for all of the shell's to go", func() bool { return !strings.Contains(tm.Text(), "42 is here") })
}

// A terminal's own command has no shell to come back to: it must not stop.
func TestWithoutAShellItIsNotSuspended(t *testing.T) {
	s := newStage(t)
	tm := s.open()
	tm.Send("\x1a")
	tm.Sees("no shell to come back to")
	tm.Signal(syscall.SIGTSTP)
	tm.Paste(lines(s.jobs(1, 0)))
	tm.Sees("1 done")
	tm.Quit()
}

// pid is the one of the jobwatch that the stage's shell runs.
func (s *stage) pid() int {
	s.Helper()
	text, err := os.ReadFile(filepath.Join(s.home, "pid"))
	if err != nil {
		s.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		s.Fatal(err)
	}
	return pid
}
