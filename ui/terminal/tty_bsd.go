//go:build unix && !linux

package terminal

import (
	"os"

	"golang.org/x/sys/unix"
)

// discard throws away what the kernel holds of the output to a terminal.
func discard(file *os.File) {
	const fwrite = 2 // of sys/fcntl.h: the output
	_ = unix.IoctlSetPointerInt(int(file.Fd()), unix.TIOCFLUSH, fwrite)
}
