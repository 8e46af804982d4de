package plain

import (
	"errors"
	"io"

	"golang.org/x/sys/windows"
)

// isCut reports whether a write failed because nobody reads any more.
func isCut(err error) bool {
	return errors.Is(err, windows.ERROR_NO_DATA) || errors.Is(err, windows.ERROR_BROKEN_PIPE) || errors.Is(err, io.ErrClosedPipe)
}
