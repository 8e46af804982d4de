package store

import (
	"io/fs"

	"example.com/jobwatch/store/disk"
)

// exposed tells nothing: on Windows a user's folders are closed to others by their
// access lists, which modes don't show.
func (s *Store) exposed() []string { return nil }

func isForeign(fs.FileInfo) bool { return false }

// share changes nothing: a new file has the access list of its folder.
func share(disk.File, fs.FileInfo) error { return nil }
