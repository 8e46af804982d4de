//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package e2e

import (
	"bufio"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/jobwatch/ui/terminal/termtest"
)

// pipe makes a named pipe in the home.
func (s *stage) pipe(name string) (file string) {
	s.Helper()
	file = filepath.Join(s.home, name)
	if err := syscall.Mkfifo(file, 0o600); err != nil {
		s.Fatal(err)
	}
	return file
}

// The user's command and all that it started end with jobwatch, however that ends, and have a
// moment for it. What they say ends when the last of them has.
func TestTheNotifyCommandEndsWithJobwatch(t *testing.T) {
	t.Parallel()
	const (
		obeys     = `trap 'echo bye; exit' TERM; sleep 600 & echo up; wait`
		stubborn  = `trap '' TERM; sleep 600 & echo up; wait`
		listening = `sleep 600 & echo up; read line < /dev/tty` // for which the kernel stops it
	)
	interrupt := func(args ...string) func(*stage, func()) {
		return func(s *stage, runs func()) {
			cmd := s.command(args...)
			if err := cmd.Start(); err != nil {
				s.Fatal(err)
			}
			runs()
			_ = cmd.Process.Signal(syscall.SIGINT)
			_ = cmd.Wait()
		}
	}
	for how, c := range map[string]struct {
		command string
		leave   func(s *stage, runs func())
	}{
		"by q": {obeys, func(s *stage, runs func()) {
			tm := s.open()
			runs()
			tm.Quit()
		}},
		"by ctrl+z, fg and q": {obeys, func(s *stage, runs func()) {
			tm := s.shell()
			tm.Send("$JOBWATCH\r")
			runs()
			tm.Sees("? help")
			tm.Send("\x1a")
			s.stopped(tm, 1, true)
			tm.Send("fg; echo exit status $?\r")
			tm.Sees("? help")
			quit(tm)
		}},
		"by a signal": {stubborn, func(s *stage, runs func()) {
			tm := s.open()
			runs()
			tm.Signal(syscall.SIGTERM)
			tm.Left(143)
		}},
		"by a signal, reading keys": {listening, func(s *stage, runs func()) {
			tm := s.open()
			runs()
			tm.Signal(syscall.SIGTERM)
			tm.Left(143)
		}},
		"in a script":       {obeys, interrupt("--plain")},
		"while it is tried": {obeys, interrupt("--test-notification")},
	} {
		t.Run(how, func(t *testing.T) {
			s := newStage(t)
			up := s.pipe("up")
			script := filepath.Join(s.home, "script")
			text := "exec >" + up + "; " + c.command
			if err := os.WriteFile(script, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			s.configure(`notify-command = "sh ` + script + `; true"`)
			s.run(8, "--once", s.described(2*time.Second, "Report", "no fonts").String())
			var said *bufio.Reader
			c.leave(s, func() {
				file, err := os.Open(up)
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { _ = file.Close() })
				_ = file.SetReadDeadline(time.Now().Add(termtest.Patience))
				said = bufio.NewReader(file)
				if line, err := said.ReadString('\n'); line != "up\n" {
					t.Fatalf("it said %q: %v", line, err)
				}
			})
			rest, err := io.ReadAll(said)
			if err != nil || strings.Contains(string(rest), "bye") != (c.command == obeys) {
				t.Errorf("at the end it said %q: %v", rest, err)
			}
		})
	}
}

// A daemon that the command started is the user's.
func TestWhatTheNotifyCommandLeftStays(t *testing.T) {
	s := newStage(t)
	left, asks := s.pipe("up"), s.pipe("asks")
	s.ended(1, s.reading(s.described(time.Second, "Report", "no fonts").String(), "--plain", "--notify-command",
		"if grep -q job-failed; then (read text < "+asks+"; echo $text > "+left+") > /dev/null 2>&1 & fi", "-"))
	if err := os.WriteFile(asks, []byte("there?\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if said, err := os.ReadFile(left); string(said) != "there?\n" {
		t.Errorf("it said %q: %v", said, err)
	}
}
