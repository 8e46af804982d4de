package terminal

import (
	"os"

	"golang.org/x/sys/unix"
)

// discard throws away what the kernel holds of the output to a terminal.
func discard(file *os.File) {
	fd := int(file.Fd())
	_ = unix.IoctlSetInt(fd, unix.TCFLSH, unix.TCOFLUSH)
	// That alone doesn't wake a write that waits for room; a stop and a start do.
	const tcooff, tcoon = 0, 1
	_ = unix.IoctlSetInt(fd, unix.TCXONC, tcooff)
	_ = unix.IoctlSetInt(fd, unix.TCXONC, tcoon)
}
