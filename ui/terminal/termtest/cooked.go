//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package termtest

import "golang.org/x/sys/unix"

// Cooked reports whether the terminal is in the mode that shells expect: lines are
// edited, keys are echoed, ctrl+c is a signal.
func (tm *Terminal) Cooked() bool {
	const cooked = unix.ICANON | unix.ECHO | unix.ISIG
	is := false
	err := tm.control(func(fd int) error {
		t, err := unix.IoctlGetTermios(fd, getTermios)
		is = err == nil && t.Lflag&cooked == cooked && t.Oflag&unix.OPOST != 0
		return err
	})
	return err == nil && is
}
