//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package terminal

import (
	"os"

	"golang.org/x/sys/unix"
)

// Keep returns what puts a terminal back into the mode that it is in now. If that is
// none for a shell, it puts it into one that is: when two full-screen programs share a
// terminal, the second finds the first one's mode and would leave it behind.
func Keep(terminal *os.File) (restore func()) {
	fd := int(terminal.Fd())
	t, err := unix.IoctlGetTermios(fd, getTermios)
	if err != nil {
		return func() {}
	}
	const cooked = unix.ICANON | unix.ECHO
	if t.Lflag&cooked != cooked {
		t.Iflag |= unix.BRKINT | unix.ICRNL | unix.IXON
		t.Oflag |= unix.OPOST | unix.ONLCR
		t.Lflag |= cooked | unix.ISIG | unix.IEXTEN | unix.ECHOE | unix.ECHOK | unix.ECHOCTL | unix.ECHOKE
	}
	return func() { _ = unix.IoctlSetTermios(fd, setTermios, t) } // gone: nobody left to type
}
