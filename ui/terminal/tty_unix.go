//go:build unix

package terminal

import (
	"errors"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	xterm "github.com/charmbracelet/x/term"
	"golang.org/x/sys/unix"

	"example.com/jobwatch/poller/panics"
)

// KeepMode returns a function that restores the terminal's present mode, or a shell's mode if
// another full-screen program on the same terminal has set its own.
func KeepMode(terminal *os.File) (restore func()) {
	mode, err := xterm.GetState(terminal.Fd())
	if err != nil {
		return func() {}
	}
	const cooked = unix.ICANON | unix.ECHO
	if mode.Lflag&cooked != cooked {
		mode.Iflag |= unix.BRKINT | unix.ICRNL | unix.IXON
		mode.Oflag |= unix.OPOST | unix.ONLCR
		mode.Lflag |= cooked | unix.ISIG | unix.IEXTEN | unix.ECHOE | unix.ECHOK | unix.ECHOCTL | unix.ECHOKE
	}
	return func() { _ = xterm.Restore(terminal.Fd(), mode) }
}

// Ready reports whether input arrives within a time. It uses select, which supports
// terminals on every Unix (poll doesn't on macOS).
func Ready(terminal *os.File, within time.Duration) bool {
	fd := int(terminal.Fd())
	if fd < 0 || fd >= unix.FD_SETSIZE {
		return false
	}
	until := time.Now().Add(within)
	for {
		var set unix.FdSet
		set.Set(fd)
		left := unix.NsecToTimeval(max(0, time.Until(until)).Nanoseconds())
		n, err := unix.Select(fd+1, &set, nil, nil, &left)
		if !errors.Is(err, unix.EINTR) { // by Go's own signals, for example
			return err == nil && n > 0
		}
	}
}

// HasShell reports whether a shell would notice that we stopped and could resume us: such
// shells give each command a process group of its own.
func HasShell() bool {
	session, err := unix.Getsid(0)
	return err == nil && session != unix.Getpgrp()
}

// WatchStops calls suspend when another process stops the program, or has resumed it after
// stopping it unnoticed, until end is called. stop returns when the program continues; stopAll
// stops all that the shell started with it, as the kernel does for ctrl+z.
func WatchStops(suspend func(stop func()), onPanic func(*panics.Error)) (stopAll, end func()) {
	var stopped atomic.Bool // the next SIGCONT ends a suspension
	resumed := make(chan struct{}, 1)
	stop := func(process int) {
		stopped.Store(true)
		// Not SIGTSTP: once a Go program has caught that, it always catches it.
		_ = syscall.Kill(process, syscall.SIGSTOP)
		<-resumed
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTSTP, syscall.SIGCONT)
	go func() {
		defer panics.Into(onPanic)
		for received := range signals {
			switch {
			case received == syscall.SIGCONT && stopped.CompareAndSwap(true, false):
				resumed <- struct{}{}
			case received == syscall.SIGCONT: // after SIGSTOP, which can't be caught
				suspend(func() {})
			case HasShell(): // else the kernel would ignore it too
				suspend(func() { stop(os.Getpid()) }) // the others got their own signal
			}
		}
	}()
	return func() { stop(0) }, func() {
		signal.Stop(signals)
		close(signals)
	}
}
