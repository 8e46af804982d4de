package disk

// SyncFolder does nothing: Windows has no fsync of folders, NTFS journals names.
func (OS) SyncFolder(string) error { return nil }
