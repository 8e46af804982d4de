//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package e2e

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"

	"example.com/jobwatch/ui/terminal/termtest"
)

// ends are the signals that end it, and the exit statuses then.
var ends = map[syscall.Signal]int{syscall.SIGTERM: 143, syscall.SIGHUP: 129, syscall.SIGINT: 130, syscall.SIGQUIT: 131}

func TestSignalsEndItInOrder(t *testing.T) {
	t.Parallel()
	for signal, status := range ends {
		t.Run(signal.String(), func(t *testing.T) {
			s := newStage(t)
			ids := s.jobs(2, 0)
			tm := s.open()
			tm.Paste(lines(ids))
			tm.Sees("2 done")
			tm.Signal(signal)
			tm.Signal(signal) // somebody impatient
			tm.Left(status)
			if n := s.saved(); n != len(ids) {
				t.Errorf("%d jobs were saved as done:\n%s", n, s.state())
			}
		})
	}
}

// Without a screen it says what is left, and the shell what ended it.
func TestSignalsEndAScriptInOrder(t *testing.T) {
	t.Parallel()
	for signal, status := range ends {
		t.Run(signal.String(), func(t *testing.T) {
			s := newStage(t)
			cmd := s.command("--plain", s.jobs(1, 0)[0].String(), "0190a5d1-ac96-474b-8cce-b302099a8057") // nobody knows the second
			out, said := s.begun(cmd)
			_ = cmd.Process.Signal(signal)
			_, _ = io.Copy(io.Discard, out)
			if s.left(cmd, status); !strings.Contains(said.String(), "still tracked") {
				t.Errorf("it says %s", said)
			}
		})
	}
}

// Who logs out after nohup jobwatch finds all done the next day.
func TestNohupIsRespected(t *testing.T) {
	s := newStage(t)
	id := s.jobs(1, 0)[0].String()
	cmd := exec.CommandContext(s.Context(), "sh", "-c", `trap '' HUP; exec "$0" "$@"`, binary, "--plain", id)
	cmd.Env = s.env()
	out, _ := s.begun(cmd)
	_ = cmd.Process.Signal(syscall.SIGHUP)
	told, _ := io.ReadAll(out)
	if s.left(cmd, 0); !strings.Contains(string(told), "Done") {
		t.Errorf("it told\n%s", told)
	}
}

// With a signal, and as after nohup or a shell that keeps it from all that it starts.
func TestATerminalThatIsGoneEndsIt(t *testing.T) {
	t.Parallel()
	const ignored = "trap '' HUP"
	for gone, signal := range map[string]string{"as told": ":", "with all": ignored, "for keys": ignored, "for what is shown": ignored} {
		t.Run(gone, func(t *testing.T) {
			s := newStage(t)
			cmd := exec.CommandContext(t.Context(), "sh", "-c", signal+`; exec "$0" --rate 100 "$@"`, binary)
			cmd.Args, cmd.Env = append(cmd.Args, strings.Fields(lines(s.jobs(20, 200*time.Millisecond)))...), s.env()
			keys, tty, err := pty.Open()
			if err != nil {
				t.Fatal(err)
			}
			if strings.HasPrefix(gone, "for") {
				cmd.Stdin = tty
			}
			tm := termtest.Open(s, cmd, 100, 30)
			_ = tty.Close()
			tm.Sees("Done")
			if gone != "for keys" {
				tm.HangUp()
				defer func() { _ = keys.Close() }()
			} else {
				_ = keys.Close()
			}
			if got := tm.Wait(); got != 129 || s.saved() == 0 {
				t.Errorf("exit status %d; %d jobs were saved as done", got, s.saved())
			}
		})
	}
}

// The same while it is suspended.
func TestATerminalThatIsGoneEndsASuspendedOne(t *testing.T) {
	s := newStage(t)
	tm := s.shell()
	tm.Send(`sh -c "trap '' HUP; $JOBWATCH; echo \$? >$HOME/status"` + "\r")
	tm.Sees("? help")
	tm.Send("\x1a")
	s.stopped(tm, 1, true)
	tm.Signal(syscall.SIGKILL) // the shell, which may end its jobs by SIGTERM otherwise
	tm.HangUp()
	s.until("for its end", func() bool {
		status, _ := os.ReadFile(filepath.Join(s.home, "status"))
		return string(status) == "129\n"
	})
}

// A pipe that is open, and written to, does not keep jobwatch from ending.
func TestAnOpenInputHoldsUpNoSignal(t *testing.T) {
	s := newStage(t)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = w.Close() }()
	cmd := s.command()
	cmd.Stdin = r
	tm := termtest.Open(s, cmd, 100, 30)
	// More than a pipe holds: it is being read when this is done.
	if _, err := w.Write(make([]byte, 256<<10)); err != nil {
		t.Fatal(err)
	}
	tm.Signal(syscall.SIGINT)
	tm.Left(130)
	_ = r.Close()
}
