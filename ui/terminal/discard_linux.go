package terminal

import (
	"os"

	"golang.org/x/sys/unix"
)

// discard throws away what the kernel holds of what was written to a terminal.
func discard(file *os.File) {
	fd := int(file.Fd())
	// What can't be done stays undone: no harm.
	_ = unix.IoctlSetInt(fd, unix.TCFLSH, unix.TCOFLUSH)
	// That alone doesn't wake a write which waits for room: going on after a stop does.
	const stop, goOn = 0, 1 // TCOOFF, TCOON of tcflow(3)
	_ = unix.IoctlSetInt(fd, unix.TCXONC, stop)
	_ = unix.IoctlSetInt(fd, unix.TCXONC, goOn)
}
