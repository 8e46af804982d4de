//go:build darwin || freebsd || netbsd || openbsd || dragonfly

package terminal

import (
	"os"

	"golang.org/x/sys/unix"
)

// discard throws away what the kernel holds of what was written to a terminal.
func discard(file *os.File) {
	const written = 2                                                    // FWRITE of sys/fcntl.h
	_ = unix.IoctlSetPointerInt(int(file.Fd()), unix.TIOCFLUSH, written) // can't it be done, no harm
}
