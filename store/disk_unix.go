//go:build !windows

package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// SyncFolder implements [Disk].
func (OSDisk) SyncFolder(name string) error {
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

// exposed says who else may read or replace the state file, whose IDs let anyone read
// the jobs. It only warns: the permissions may be intentional.
func (s *Store) exposed() (texts []string) {
	info, err := s.disk.Stat(s.path)
	if err != nil {
		return nil
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		texts = append(texts, fmt.Sprintf("%s is open to other users (mode %04o): chmod 600 it", s.path, mode))
	}
	if isForeign(info) {
		texts = append(texts, s.path+" belongs to another user: jobwatch won't compact it")
	}
	// Others may look into a folder that the user chose with --state, but nobody else
	// should be able to replace the file there.
	dir := filepath.Dir(s.path)
	if info, err = s.disk.Stat(dir); err == nil && info.Mode().Perm()&0o022 != 0 && info.Mode()&fs.ModeSticky == 0 {
		texts = append(texts, fmt.Sprintf("the folder %s is open to other users (mode %04o): chmod 700 it", dir, info.Mode().Perm()))
	}
	return texts
}

// share gives a new file the mode of the one that it replaces, but opens it to no other group.
func share(f File, old fs.FileInfo) error {
	mode := old.Mode().Perm()
	info, err := f.Stat()
	if err != nil || mode == 0o600 {
		return err
	}
	before, ok := old.Sys().(*syscall.Stat_t)
	if now, has := info.Sys().(*syscall.Stat_t); ok && has && now.Gid != before.Gid {
		mode &^= 0o070
	}
	return f.Chmod(mode)
}

// isForeign reports whether a file belongs to another user.
func isForeign(info fs.FileInfo) bool {
	sys, ok := info.Sys().(*syscall.Stat_t)
	return ok && int64(sys.Uid) != int64(os.Geteuid())
}
