//go:build !windows

package store

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/adrg/xdg"

	"example.com/jobwatch/store/disk"
)

// exposed says who else may read or replace the state file, whose IDs let anyone
// read the jobs. Telling is all: the owner may have meant it so.
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
	dir := filepath.Dir(s.path)
	if info, err = s.disk.Stat(dir); err != nil {
		return texts
	}
	// A folder that is not ours alone, as with --state, may well be looked into, but
	// nobody else should be able to put another file in the place of this one.
	standard := filepath.Join(xdg.StateHome, folderName)
	mode := info.Mode()
	writable := mode.Perm()&0o022 != 0 && mode&fs.ModeSticky == 0
	if writable || dir == standard && mode.Perm()&0o077 != 0 {
		texts = append(texts, fmt.Sprintf("the folder %s is open to other users (mode %04o): chmod 700 it", dir, mode.Perm()))
	}
	return texts
}

// share opens a new file, which is ours alone, to those who could open the old one: the
// same mode is for them only in the same group. Where that can't be, no group gets in.
func share(f disk.File, old fs.FileInfo) error {
	mode := old.Mode().Perm()
	if mode == 0o600 {
		return nil
	}
	if sys, ok := old.Sys().(*syscall.Stat_t); ok && f.Chown(-1, int(sys.Gid)) != nil {
		mode &^= 0o070
	}
	return f.Chmod(mode)
}

// isForeign reports whether a file belongs to another user.
func isForeign(info fs.FileInfo) bool {
	sys, ok := info.Sys().(*syscall.Stat_t)
	return ok && int64(sys.Uid) != int64(os.Geteuid())
}
