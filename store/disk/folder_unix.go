//go:build !windows

package disk

import (
	"errors"
	"os"
	"syscall"
)

// SyncFolder implements [Disk].
func (OS) SyncFolder(name string) error {
	dir, err := os.Open(name) //nolint:gosec // the state file's folder is the user's to choose
	if err != nil {
		return err
	}
	defer dir.Close() //nolint:errcheck // only read from
	err = dir.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		return nil // some network file systems have no fsync of folders: their renames are synchronous
	}
	return err
}
