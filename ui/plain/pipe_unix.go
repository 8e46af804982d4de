//go:build !windows

package plain

import (
	"errors"
	"io"
	"syscall"
)

// isCut reports whether a write failed because nobody reads any more.
func isCut(err error) bool { return errors.Is(err, syscall.EPIPE) || errors.Is(err, io.ErrClosedPipe) }
