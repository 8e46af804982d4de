//go:build !windows

package store

import (
	"io/fs"
	"os"
	"syscall"
)

// ownership returns a file's group, and whether it belongs to another user.
func ownership(info fs.FileInfo) (group int, foreign, known bool) {
	sys, known := info.Sys().(*syscall.Stat_t)
	if !known {
		return 0, false, false
	}
	return int(sys.Gid), int64(sys.Uid) != int64(os.Geteuid()), true
}
