package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"github.com/adrg/xdg"
	"github.com/gofrs/flock"
)

// Disk is the file operations that the store needs, with the errors of package os, so that
// tests can use disks that are full or lose power (see storetest).
type Disk interface {
	Open(name string, flag int, perm fs.FileMode) (File, error)
	Stat(name string) (fs.FileInfo, error)
	// Resolve follows the symbolic links of an absolute name, also to a file that doesn't
	// exist yet.
	Resolve(name string) (string, error)
	Mkdir(name string, perm fs.FileMode) error
	Rename(from, to string) error
	Remove(name string) error
	// SyncFolder makes the names in a folder durable: what was created, renamed or
	// removed there. It does nothing on systems that can't.
	SyncFolder(name string) error
	// Lock takes an advisory lock on a file of its own, which it creates. It waits until
	// ctx ends and then returns ctx's error, or [ErrNoLocks] if the file system can't lock.
	Lock(ctx context.Context, name string) (unlock func() error, err error)
}

// File is an open file of a [Disk].
type File interface {
	io.ReaderAt
	io.Writer
	io.Closer
	Stat() (fs.FileInfo, error)
	Chmod(mode fs.FileMode) error
	Chown(user, group int) error // -1 leaves one as it is
	Truncate(size int64) error
	// Sync returns when the file's contents are durable.
	Sync() error
}

// ErrNoLocks says that the file system has no advisory locks.
var ErrNoLocks = errors.New("the file system has no locks")

// OSDisk is the real disk.
type OSDisk struct{}

var _ Disk = OSDisk{}

// Open is [os.OpenFile].
func (OSDisk) Open(name string, flag int, perm fs.FileMode) (File, error) {
	f, err := os.OpenFile(name, flag, perm) //nolint:gosec // the user chooses the state file's name
	if err != nil {
		return nil, err // not f: a nil *os.File is not a nil File
	}
	return f, nil
}

// Stat is [os.Stat].
func (OSDisk) Stat(name string) (fs.FileInfo, error) { return os.Stat(name) }

// Mkdir is [os.Mkdir].
func (OSDisk) Mkdir(name string, perm fs.FileMode) error { return os.Mkdir(name, perm) }

// Rename is [os.Rename].
func (OSDisk) Rename(from, to string) error { return os.Rename(from, to) }

// Remove is [os.Remove].
func (OSDisk) Remove(name string) error { return os.Remove(name) }

// Resolve implements [Disk].
func (d OSDisk) Resolve(name string) (string, error) {
	path, err := filepath.EvalSymlinks(name)
	if err == nil {
		return path, nil
	}
	if to, failed := os.Readlink(name); failed == nil { // a link to no file
		if !errors.Is(err, fs.ErrNotExist) {
			return "", err // but to itself
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(filepath.Dir(name), to)
		}
		return d.Resolve(to)
	}
	if folder, err := filepath.EvalSymlinks(filepath.Dir(name)); err == nil {
		return filepath.Join(folder, filepath.Base(name)), nil
	}
	return name, nil
}

// SyncFolder implements [Disk].
func (OSDisk) SyncFolder(name string) error {
	if runtime.GOOS == "windows" {
		return nil // it can't fsync folders, and NTFS journals names
	}
	dir, err := os.Open(name) //nolint:gosec // the user chooses the state file's folder
	if err != nil {
		return err
	}
	defer dir.Close() //nolint:errcheck // only read from
	err = dir.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		return nil // some network file systems can't fsync folders: their renames are synchronous
	}
	return err
}

// Lock implements [Disk] with flock(2), and LockFileEx on Windows.
func (OSDisk) Lock(ctx context.Context, name string) (func() error, error) {
	lock := flock.New(name, flock.SetPermissions(0o600))
	_, err := lock.TryLockContext(ctx, 5*time.Millisecond) // a holder keeps it for one write and one fsync
	switch {
	case err == nil:
		return lock.Unlock, nil
	case errors.Is(err, errors.ErrUnsupported), errors.Is(err, syscall.ENOLCK):
		return nil, fmt.Errorf("%w: %w", ErrNoLocks, err)
	default:
		return nil, err
	}
}

// DefaultPath returns the state file's place according to the XDG Base Directory Specification:
// $XDG_STATE_HOME/jobwatch/jobs.jsonl, by default in ~/.local/state or the system's equivalent.
func DefaultPath() (string, error) {
	home, _ := os.UserHomeDir()
	if runtime.GOOS != "windows" && !filepath.IsAbs(home) && !filepath.IsAbs(os.Getenv("XDG_STATE_HOME")) {
		// xdg would fall back to the root folder.
		return "", UnusableError("no place for the state file: neither HOME nor XDG_STATE_HOME is set" +
			" to a folder; set one, or name a file with --state")
	}
	xdg.Reload() // it read the environment when the program started
	return filepath.Join(xdg.StateHome, "jobwatch", "jobs.jsonl"), nil
}
