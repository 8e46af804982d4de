package disk

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/gofrs/flock"
)

// lockRetry is how often a lock that another process holds is tried again. A
// holder keeps it for one write and one fsync, a few milliseconds.
const lockRetry = 5 * time.Millisecond

// maxLinks is how many symbolic links in a row are followed, as Linux does.
const maxLinks = 40

// OS is the real disk.
type OS struct{}

var _ Disk = OS{}

// Open is [os.OpenFile].
func (OS) Open(name string, flag int, perm fs.FileMode) (File, error) {
	f, err := os.OpenFile(name, flag, perm) //nolint:gosec // the state file's name is the user's to choose
	if err != nil {
		return nil, err // not f: a nil *os.File is not a nil File
	}
	return f, nil
}

// Stat is [os.Stat].
func (OS) Stat(name string) (fs.FileInfo, error) { return os.Stat(name) }

// SameFile is [os.SameFile].
func (OS) SameFile(a, b fs.FileInfo) bool { return os.SameFile(a, b) }

// Mkdir is [os.Mkdir].
func (OS) Mkdir(name string, perm fs.FileMode) error { return os.Mkdir(name, perm) }

// Rename is [os.Rename].
func (OS) Rename(from, to string) error { return os.Rename(from, to) }

// Remove is [os.Remove].
func (OS) Remove(name string) error { return os.Remove(name) }

// Resolve implements [Disk].
func (OS) Resolve(name string) (string, error) {
	path, err := filepath.Abs(name)
	if err != nil {
		return "", err
	}
	for range maxLinks {
		to, isLink := follow(path)
		if !isLink {
			return resolveFolder(path), nil
		}
		path = to
	}
	return "", &fs.PathError{Op: "follow", Path: name, Err: fmt.Errorf("more than %d symbolic links", maxLinks)}
}

// follow returns what a symbolic link points to.
func follow(path string) (string, bool) {
	to, err := os.Readlink(path)
	if err == nil && !filepath.IsAbs(to) {
		to = filepath.Join(filepath.Dir(path), to)
	}
	return to, err == nil
}

// resolveFolder follows the links in a file's folder, so that two names of one
// file find the same lock beside it. A folder that is not there yet stays as it is.
func resolveFolder(path string) string {
	dir, name := filepath.Split(path)
	if folder, err := filepath.EvalSymlinks(dir); err == nil {
		return filepath.Join(folder, name)
	}
	return path
}

// Lock implements [Disk] with flock(2), and LockFileEx on Windows.
func (OS) Lock(ctx context.Context, name string) (func() error, error) {
	lock := flock.New(name, flock.SetPermissions(0o600))
	_, err := lock.TryLockContext(ctx, lockRetry)
	switch {
	case err == nil:
		return lock.Unlock, nil
	case errors.Is(err, errors.ErrUnsupported), errors.Is(err, syscall.ENOLCK):
		return nil, fmt.Errorf("%w: %w", ErrNoLocks, err)
	default:
		return nil, err
	}
}
