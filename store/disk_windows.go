package store

import "io/fs"

// SyncFolder does nothing: Windows can't fsync folders, and NTFS journals names.
func (OSDisk) SyncFolder(string) error { return nil }

// exposed returns nothing: access lists protect a user's folders on Windows, and modes
// don't show them.
func (s *Store) exposed() []string { return nil }

func isForeign(fs.FileInfo) bool { return false }

// share changes nothing: a new file has the access list of its folder.
func share(File, fs.FileInfo) error { return nil }
