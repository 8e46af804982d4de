//go:build unix

package paste

import (
	"os"

	"golang.org/x/sys/unix"
)

// ready reports whether reading the terminal would not wait. It asks select, which
// knows terminals on every Unix (poll doesn't on macOS).
func ready(terminal *os.File) bool {
	fd := int(terminal.Fd())
	if fd < 0 || fd >= unix.FD_SETSIZE {
		return false
	}
	var set unix.FdSet
	set.Set(fd)
	n, err := unix.Select(fd+1, &set, nil, nil, &unix.Timeval{})
	return err == nil && n > 0
}
