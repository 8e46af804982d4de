//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package e2e

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/jobwatch/ui/terminal/termtest"
)

// The user's command ends with jobwatch, as does all that it has started, and is given a moment for
// that. A pipe that they write into ends with the last of them.
func TestTheNotifyCommandEndsWithJobwatch(t *testing.T) {
	t.Parallel()
	const obeys, doesNot = `trap 'echo bye; exit' TERM; sleep 600 & echo up; wait`, `trap '' TERM; sleep 600 & echo up; wait`
	for how, c := range map[string]struct {
		command string
		leave   func(s *stage, runs func())
	}{
		"by ctrl+z, fg and q": {obeys, func(s *stage, runs func()) {
			tm := s.shell()
			tm.Send("$JOBWATCH\r")
			runs()
			tm.Send("\x1a")
			s.stopped(tm, 1, true)
			tm.Send("fg; echo exit status $?\r")
			tm.Sees("? help")
			quit(tm)
		}},
		"by a signal": {doesNot, func(s *stage, runs func()) {
			tm := s.open()
			runs()
			tm.Signal(syscall.SIGTERM)
			tm.Left(143)
		}},
		"in a script":       {obeys, interrupted("--plain")},
		"while it is tried": {obeys, interrupted("--test-notification")},
	} {
		t.Run(how, func(t *testing.T) {
			s := newStage(t)
			said, script := filepath.Join(s.home, "said"), filepath.Join(s.home, "script")
			err := errors.Join(syscall.Mkfifo(said, 0o600), os.WriteFile(script, []byte("exec > "+said+"; "+c.command), 0o600))
			if err != nil {
				t.Fatal(err)
			}
			s.configure(`notify-command = "sh ` + script + `; true"`)
			s.run(8, "--once", s.described(2*time.Second, "Report", "no fonts").String())
			var pipe *os.File
			c.leave(s, func() {
				if pipe, err = os.Open(said); err == nil {
					_, err = io.ReadFull(pipe, make([]byte, len("up\n")))
				}
				if err != nil {
					t.Fatal(err)
				}
			})
			_ = pipe.SetReadDeadline(time.Now().Add(termtest.Patience))
			rest, err := io.ReadAll(pipe)
			if err != nil || strings.Contains(string(rest), "bye") != (c.command == obeys) {
				t.Errorf("at the end it said %q: %v", rest, err)
			}
			_ = pipe.Close()
		})
	}
}

func interrupted(args ...string) func(*stage, func()) {
	return func(s *stage, runs func()) {
		cmd, _, _ := s.script(nil, args...)
		runs()
		_ = cmd.Process.Signal(syscall.SIGINT)
		_ = cmd.Wait()
	}
}

// A daemon that the command started is the user's.
func TestWhatTheNotifyCommandLeftStays(t *testing.T) {
	s := newStage(t)
	s.ended(1, s.reading(s.described(time.Second, "Report", "no fonts").String(), "--plain", "--notify-command",
		"cd; (until [ -e asked ]; do sleep 0.1; done; touch answered) > /dev/null 2>&1 &", "-"))
	if err := os.WriteFile(filepath.Join(s.home, "asked"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s.until("for an answer", func() bool {
		_, err := os.Stat(filepath.Join(s.home, "answered"))
		return err == nil
	})
}
