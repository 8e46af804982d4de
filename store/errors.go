package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"time"
)

// ErrClosed is what a closed [Store] answers.
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

// NotStateFileError says that there is something else where the state file should
// be. It was not touched.
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

// TakenError says that another dashboard has the state file, on a file system that
// can't keep two apart.
type TakenError struct {
	Path string
	Who  string // "process 12 on host"
}

func (e *TakenError) Error() string {
	return fmt.Sprintf("another jobwatch has %s (%s), and that file system has no locks, so that only one may use it at a"+
		" time: close the other one, or name another file with --state", e.Path, e.Who)
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

// lockError says that the lock is there, but is not ours to open. It's no [BusyError]:
// nobody may hold it.
type lockError struct {
	path string
	err  error
}

func (e *lockError) Error() string {
	return e.path + " may not be opened: remove it while no jobwatch runs; another user has made it, perhaps with sudo"
}

func (e *lockError) Unwrap() error { return e.err }

// why says what a disk's error means for people, and what to do about it.
func why(err error) string {
	if lock, ok := errors.AsType[*lockError](err); ok {
		return lock.Error()
	}
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
	// These would name the file once more, or one that nobody knows.
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
	NoLocks                            // the file system can't lock: only this dashboard can use the file
	Exposed                            // others may read or replace the file, or own it
	NotRepaired                        // what a crash left could not be mended, or damage not be copied and cleared away
	Repaired                           // damage met while running was cleared away, and a copy kept
	Replaced                           // another program replaced, shortened or removed the file
)

// Warning tells people of something that jobwatch lives with.
type Warning struct {
	Kind WarningKind
	Text string // a sentence without its full stop
}

func (w Warning) String() string { return w.Text }
