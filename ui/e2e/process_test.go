//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package e2e

import (
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/jobwatch/ui/terminal/termtest"
)

func TestASIGPIPEIsNobodysEnd(t *testing.T) {
	s := newStage(t)
	tm := s.open()
	tm.Signal(syscall.SIGPIPE)
	tm.Paste(lines(s.jobs(1, 0)))
	tm.Sees("1 done")
	tm.Quit()
}

// As in jobwatch --json | head -1.
func TestAReaderThatHasSeenEnough(t *testing.T) {
	s := newStage(t)
	cmd := s.command("--json", "--api", s.base)
	cmd.Args = append(cmd.Args, strings.Fields(lines(s.jobs(20, 10*time.Millisecond)))...)
	out, said := s.begun(cmd)
	_ = out.Close()
	_ = cmd.Wait()
	end, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
	if !ok || end.Signal() != syscall.SIGPIPE || said.String() != "" {
		t.Errorf("it ended with %v and said %q", cmd.ProcessState, said.String())
	}
}

func TestWithoutAStandardInput(t *testing.T) {
	s := newStage(t)
	cmd := exec.CommandContext(s.Context(), "sh", "-c", `exec "$0" <&-`, binary)
	cmd.Env = s.env()
	tm := termtest.Open(s, cmd, 100, 30)
	tm.Sees("Nothing tracked yet.")
	tm.Paste(lines(s.jobs(1, 0)))
	tm.Sees("1 done")
	tm.Quit()
}

// As under cron and in containers: there is no place for the state file, unless one is
// named.
func TestWithoutAHome(t *testing.T) {
	s := newStage(t)
	ids := s.jobs(1, 0)
	homeless := func(args ...string) *exec.Cmd {
		cmd := s.command(args...)
		cmd.Env = slices.DeleteFunc(cmd.Env, func(v string) bool { return strings.HasPrefix(v, "HOME=") || strings.HasPrefix(v, "XDG_") })
		return cmd
	}
	_, said := s.ended(4, homeless(ids[0].String()))
	if !strings.Contains(said, "neither HOME nor XDG_STATE_HOME is set") || strings.Count(said, "\n") != 1 {
		t.Errorf("it says %q", said)
	}
	relative := homeless(ids[0].String())
	relative.Env = append(relative.Env, "XDG_STATE_HOME=state")
	if _, said := s.ended(4, relative); !strings.Contains(said, "XDG_STATE_HOME") {
		t.Errorf("it says %q", said)
	}
	out, _ := s.ended(0, homeless("--plain", "--state", filepath.Join(s.home, "jobs.jsonl"), ids[0].String()))
	if !strings.Contains(out, "Done") {
		t.Errorf("it says %q", out)
	}
}

// A terminal that can't show a screen gets lines.
func TestDumbTerminals(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"TERM=dumb", "TERM="} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			ids := s.jobs(1, 0)
			cmd := s.command(ids[0].String())
			cmd.Env = append(cmd.Env, name)
			tm := termtest.Open(s, cmd, 100, 30)
			tm.Left(0)
			if raw := tm.Raw(); strings.Contains(raw, "\x1b") || !strings.Contains(raw, ids[0].Short()+"  Done") {
				t.Errorf("it wrote %q", raw)
			}
		})
	}
}

// A serial line, or a container's terminal before anybody has looked at it, has no size.
func TestATerminalThatDoesNotKnowItsSize(t *testing.T) {
	s := newStage(t)
	tm := termtest.Open(s, s.command(), 0, 0)
	tm.Until("for a screen", func() bool { return strings.Contains(tm.Raw(), "Nothing tracked yet") })
	tm.Resize(100, 30)
	tm.Sees("? help")
	tm.Quit()
}

// Both get some of the keys; neither loses a job, and the terminal is fit for a shell
// when both have left.
func TestTwoOnOneTerminal(t *testing.T) {
	s := newStage(t)
	ids := s.jobs(4, 0)
	// Were the shell to end before jobwatch does, the terminal would be gone with it.
	cmd := exec.CommandContext(s.Context(), "sh", "-c", `trap : INT; "$0" & "$0"; until wait; do :; done`, binary)
	cmd.Env = s.env()
	tm := termtest.Open(s, cmd, 100, 30)
	tm.Until("for both screens", func() bool { return strings.Count(tm.Raw(), "\x1b[?1049h") == 2 })
	// Where both want to read, one may be left with what it has until the next key comes.
	// A paste may even be torn between them: people see that and paste again.
	sent := 0
	s.until("for all to be done", func() bool {
		if sent%200 == 0 { // every 2 s at the most
			tm.Paste(lines(ids))
		}
		sent++
		tm.Send("\x1b[I") // the window has the focus
		return s.saved() == len(ids)
	})
	// Whoever reads it gets it, and leaves. After that it is a signal, at which the kernel
	// throws away what is on its way to the terminal: so not before all of it was seen.
	tm.Send("\x03")
	tm.Until("for one to leave", func() bool { return strings.Contains(tm.Raw(), "\x1b[23;2t") })
	tm.Send("\x03")
	tm.Wait() // the shell's end is its own matter
	if !tm.Cooked() {
		t.Error("the terminal was left in raw mode")
	}
	tm.Restored()
}
