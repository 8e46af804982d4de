// Package disk is the few file operations that the state file is made of, behind
// an interface: the store is tested on disks that are full, read-only, or lose
// power between any two of them (see disktest).
package disk

import (
	"context"
	"errors"
	"io"
	"io/fs"
)

// Disk does to files what package os does. Its errors are those of package os:
// they answer to [errors.Is] with [fs.ErrNotExist], [fs.ErrPermission] and the
// like.
type Disk interface {
	Open(name string, flag int, perm fs.FileMode) (File, error)
	Stat(name string) (fs.FileInfo, error)
	// SameFile reports whether two results of Stat are of one file (inode).
	SameFile(a, b fs.FileInfo) bool
	// Resolve follows symbolic links, also to a file that doesn't exist yet, and
	// returns an absolute name.
	Resolve(name string) (string, error)
	Mkdir(name string, perm fs.FileMode) error
	Rename(from, to string) error
	Remove(name string) error
	// SyncFolder makes the names in a folder durable: what was created, renamed
	// or removed there. Where the system has no such thing it does nothing.
	SyncFolder(name string) error
	// Lock takes an advisory lock on a file of its own, which it creates, and
	// waits for it as long as ctx allows: then the error is ctx's. [ErrNoLocks]
	// when the file system can't.
	Lock(ctx context.Context, name string) (unlock func() error, err error)
}

// File is an open file of a [Disk].
type File interface {
	io.Reader
	io.ReaderAt
	io.Writer
	io.WriterAt
	io.Closer
	Stat() (fs.FileInfo, error)
	Chmod(mode fs.FileMode) error
	Chown(uid, gid int) error // -1 changes nothing
	Truncate(size int64) error
	// Sync returns when the file's contents are durable.
	Sync() error
}

// ErrNoLocks says that the file system has no advisory locks.
var ErrNoLocks = errors.New("the file system has no locks")
