//go:build unix

package ui

import (
	"io"
	"os"
	"os/signal"
	"syscall"

	tea "github.com/charmbracelet/bubbletea"
	"golang.org/x/sys/unix"

	"example.com/jobwatch/poller/panics"
)

// filter has jobwatch suspend itself in its own way. Bubble Tea's own hangs where
// there is no shell to come back to, forgets the mouse, and knows nothing of what
// else was asked of the terminal.
func (l *loop) filter(_ tea.Model, msg tea.Msg) tea.Msg {
	if _, ok := msg.(tea.SuspendMsg); !ok {
		return msg
	}
	if !hasShell() {
		return noShellMsg{}
	}
	return l.suspension(everybody)
}

// who is to be stopped.
type who int

const (
	nobody    who = -1 // we were stopped already, and go on
	everybody who = 0  // that the shell started with us, as the kernel does for ctrl+z
)

// jobControl has the terminal given back while the program is stopped by others, and
// taken again when it goes on, until the returned function is called.
func (l *loop) jobControl(program *tea.Program) (stop func()) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTSTP, syscall.SIGCONT)
	done := make(chan struct{})
	go func() {
		defer panics.Into(func(e *panics.Error) { program.Send(crashMsg{e}) })
		for {
			select {
			case s := <-signals:
				switch {
				case s == syscall.SIGCONT && l.stopped.CompareAndSwap(true, false):
					l.goesOn <- struct{}{}
				case s == syscall.SIGCONT: // somebody stopped us without a word, by SIGSTOP
					program.Send(l.suspension(nobody))
				case hasShell(): // else the kernel would ignore it, too
					program.Send(l.suspension(who(os.Getpid()))) // others got their own signal
				}
			case <-done:
				return
			}
		}
	}()
	return func() {
		signal.Stop(signals)
		close(done)
	}
}

// suspension is a message that has Bubble Tea let go of the terminal for a while.
func (l *loop) suspension(stopped who) tea.Msg {
	return tea.Exec(&suspension{l, stopped}, func(error) tea.Msg { return tea.ResumeMsg{} })()
}

type suspension struct {
	loop *loop
	who  who
}

// Run stops the program, and returns when it goes on.
func (s *suspension) Run() error {
	l, c := s.loop, s.loop.console
	c.leave()
	if s.who != nobody {
		l.stopped.Store(true)
		// Not SIGTSTP: Go goes on catching that once it has caught it.
		if err := syscall.Kill(int(s.who), syscall.SIGSTOP); err != nil {
			l.stopped.Store(false)
		} else {
			<-l.goesOn
		}
	}
	l.enter(l.mouse)
	return nil
}

// hasShell reports whether a shell would notice that we stopped and have us go on.
// Such shells give each command a process group of its own; without one, we are in
// the group of the session's leader, as a terminal's own command is.
func hasShell() bool {
	session, err := unix.Getsid(0)
	return err == nil && session != unix.Getpgrp()
}

// Bubble Tea offers the streams, which a shell has already.

// SetStdin implements tea.ExecCommand.
func (*suspension) SetStdin(io.Reader) {}

// SetStdout implements tea.ExecCommand.
func (*suspension) SetStdout(io.Writer) {}

// SetStderr implements tea.ExecCommand.
func (*suspension) SetStderr(io.Writer) {}
