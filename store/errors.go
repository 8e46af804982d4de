package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// NotSavedError says that changes are not in the state file, and why.
type NotSavedError struct {
	Path string
	Err  error
}

func (e *NotSavedError) Error() string {
	return fmt.Sprintf("changes are not being saved: %s (%s)", why(e.Err), e.Path)
}

func (e *NotSavedError) Unwrap() error { return e.Err }

// UnusableError says why a state file is not to be read, rather than that it can't be
// written. It was not touched.
type UnusableError string

func (e UnusableError) Error() string { return string(e) }

func unusable(format string, args ...any) error { return UnusableError(fmt.Sprintf(format, args...)) }

func notStateFile(path, what string) error {
	return unusable("%s is %s, not a state file; it was left as it is: name another file with --state", path, what)
}

func unreadable(path string, err error) error {
	if isUnusable(err) {
		return err
	}
	return unusable("the state file %s can't be read: %s", path, why(err))
}

func isUnusable(err error) bool {
	_, ok := errors.AsType[UnusableError](err)
	return ok
}

// why says what a disk's error means to people, and what to do about it.
func why(err error) string {
	switch {
	case errors.Is(err, syscall.ENOSPC):
		return "the disk is full; free some space"
	case errors.Is(err, syscall.EDQUOT):
		return "your disk quota is used up; free some space"
	case errors.Is(err, syscall.EROFS):
		return "the disk is read-only"
	case errors.Is(err, fs.ErrPermission):
		return "permission denied; see who owns the file and its folder"
	}
	// These would name the file again, or one that users don't know.
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return path.Err.Error()
	}
	if link, ok := errors.AsType[*os.LinkError](err); ok { // of a rename
		return link.Err.Error()
	}
	return err.Error()
}

// DamagedLines says how many: "1 damaged line", "2 damaged lines".
func DamagedLines(n int) string {
	if n == 1 {
		return "1 damaged line"
	}
	return fmt.Sprintf("%d damaged lines", n)
}
