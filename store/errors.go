package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"time"
)

// ErrClosed is the error of a closed [Store].
var ErrClosed = errors.New("the state file is closed")

// NewerError says that a newer jobwatch wrote the state file. It was not touched.
type NewerError struct {
	Path    string
	Version int
}

func (e *NewerError) Error() string {
	return fmt.Sprintf("%s is in version %d of the format, this jobwatch knows only %d; the file was left as it is:"+
		" use a newer jobwatch, or name another file with --state", e.Path, e.Version, Version)
}

// NotStateFileError says that something else is in the state file's place. It was not
// touched.
type NotStateFileError struct {
	Path string
	What string // what is there: "a folder"
}

func (e *NotStateFileError) Error() string {
	return fmt.Sprintf("%s is %s, not a state file; it was left as it is: name another file with --state", e.Path, e.What)
}

// BusyError says that another process kept the state file locked.
type BusyError struct {
	Path   string // of the lock
	Waited time.Duration
}

func (e *BusyError) Error() string {
	return fmt.Sprintf("another program has held the lock %s for over %v; if no jobwatch works on it, find out with"+
		" fuser or lsof who does", e.Path, e.Waited.Round(time.Second))
}

// ReadError says that the state file is there but can't be read.
type ReadError struct {
	Path string
	Err  error
}

func (e *ReadError) Error() string {
	return fmt.Sprintf("the state file %s can't be read: %s", e.Path, why(e.Err))
}

func (e *ReadError) Unwrap() error { return e.Err }

// NotSavedError says that changes are not in the state file, and why.
type NotSavedError struct {
	Path string
	Err  error
}

func (e *NotSavedError) Error() string {
	return fmt.Sprintf("changes are not being saved: %s (%s)", why(e.Err), e.Path)
}

func (e *NotSavedError) Unwrap() error { return e.Err }

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

// WarningKind sorts warnings by what they are about.
type WarningKind uint8

// The kinds of warnings.
const (
	NotSaving   WarningKind = iota + 1 // the disk is full or read-only: watching goes on, saving is tried again
	NoLocks                            // the file system can't lock: the file is only appended to
	Exposed                            // others may read or replace the file, or own it
	NotRepaired                        // a crash's torn line or other damage could not be removed
	Repaired                           // damage met while running was removed, and a copy kept
	Replaced                           // another program replaced, shortened or removed the file
)

// Warning is a problem that jobwatch can work with.
type Warning struct {
	Kind WarningKind
	Text string // a sentence without its full stop
}

func (w Warning) String() string { return w.Text }
