//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package e2e

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
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
		leave   func(s *stage, id string, runs func())
	}{
		"by ctrl+z, fg and q": {obeys, func(s *stage, id string, runs func()) {
			tm := s.shell()
			tm.Send("$JOBWATCH " + id + "\r")
			runs()
			tm.Send("\x1a")
			s.stopped(tm, 1, true)
			tm.Send("fg; echo exit status $?\r")
			tm.Sees("? help")
			quit(tm)
		}},
		"by a signal": {doesNot, func(s *stage, id string, runs func()) {
			tm := s.open(id)
			runs()
			tm.Signal(syscall.SIGTERM)
			tm.Left(143)
		}},
		"in a script":       {obeys, func(s *stage, id string, runs func()) { s.interrupted(1, runs, "--plain", id) }},
		"while it is tried": {obeys, func(s *stage, _ string, runs func()) { s.interrupted(130, runs, "--test-notification") }},
	} {
		t.Run(how, func(t *testing.T) {
			s := newStage(t)
			said, script := filepath.Join(s.home, "said"), filepath.Join(s.home, "script")
			err := errors.Join(syscall.Mkfifo(said, 0o600), os.WriteFile(script, []byte("exec > "+said+"; "+c.command), 0o600))
			if err != nil {
				t.Fatal(err)
			}
			s.configure(`notify-command = "sh ` + script + `; true"`)
			var pipe *os.File
			c.leave(s, s.described(time.Second, "Report", "no fonts").String(), func() {
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

func (s *stage) interrupted(status int, once func(), args ...string) {
	cmd, _, _ := s.script(nil, args...)
	once()
	_ = cmd.Process.Signal(syscall.SIGINT)
	s.left(cmd, status)
}

// asked is a script that does no more than to answer when it is asked.
const asked = "until [ -e asked ]; do sleep 0.1; done; touch answered"

// stays wants an answer from the script.
func (s *stage) stays() {
	s.Helper()
	if err := os.WriteFile(filepath.Join(s.home, "asked"), nil, 0o600); err != nil {
		s.Fatal(err)
	}
	s.until("for an answer", func() bool {
		_, err := os.Stat(filepath.Join(s.home, "answered"))
		return err == nil
	})
}

// A daemon that the command started is the user's.
func TestWhatTheNotifyCommandLeftStays(t *testing.T) {
	s := newStage(t)
	s.ended(1, s.reading(s.described(time.Second, "Report", "no fonts").String(), "--plain", "--notify-command",
		"cd; if grep -q job-failed; then ("+asked+") > /dev/null 2>&1 & fi", "-"))
	s.stays()
}

// So is what shows a PDF.
func TestTheViewerStays(t *testing.T) {
	if runtime.GOOS == "darwin" {
		t.Skip("needs a viewer of ours in the place of xdg-open")
	}
	s := newStage(t)
	if err := os.WriteFile(filepath.Join(s.home, "xdg-open"), []byte("#!/bin/sh\ncd; touch shown; "+asked), 0o700); err != nil { //nolint:gosec // it is run
		t.Fatal(err)
	}
	tm := s.shell()
	tm.Send("PATH=$HOME:$PATH $JOBWATCH --download $HOME " + s.jobs(1, 0)[0].String() + "; echo exit status $?\r")
	tm.Sees("1 done")
	tm.Type("G", "o")
	s.until("for the viewer", func() bool {
		_, err := os.Stat(filepath.Join(s.home, "shown"))
		return err == nil
	})
	tm.Send("q")
	tm.Sees("exit status 0")
	s.stays()
}
