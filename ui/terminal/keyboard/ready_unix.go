//go:build unix

package keyboard

import (
	"errors"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// ready reports whether reading the terminal would not wait, or only for so long. It
// asks select, which knows terminals on every Unix (poll doesn't on macOS).
func ready(terminal *os.File, wait time.Duration) bool {
	fd := int(terminal.Fd())
	if fd < 0 || fd >= unix.FD_SETSIZE {
		return false
	}
	until := time.Now().Add(wait)
	for {
		var set unix.FdSet
		set.Set(fd)
		left := unix.NsecToTimeval(max(0, time.Until(until)).Nanoseconds())
		n, err := unix.Select(fd+1, &set, nil, nil, &left)
		if !errors.Is(err, unix.EINTR) { // Go's own signals end it, too
			return err == nil && n > 0
		}
	}
}
