//go:build !windows

package store_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	. "example.com/jobwatch/store"

	"example.com/jobwatch/store/storetest"
)

// foreign is a disk on which all belongs to somebody else.
type foreign struct{ noSync }

type foreignFile struct{ File }

type foreignInfo struct{ fs.FileInfo }

func (d foreign) Open(name string, flag int, perm fs.FileMode) (File, error) {
	f, err := d.noSync.Open(name, flag, perm)
	if err != nil {
		return nil, err
	}
	return foreignFile{f}, nil
}

func (d foreign) Stat(name string) (fs.FileInfo, error) {
	info, err := d.noSync.Stat(name)
	return foreignInfo{info}, err
}

func (f foreignFile) Stat() (fs.FileInfo, error) {
	info, err := f.File.Stat()
	return foreignInfo{info}, err
}

func (i foreignInfo) Sys() any { return &syscall.Stat_t{Uid: uint32(os.Geteuid()) + 1} } //nolint:gosec // G115: it's one

// A file of another user's that we may write is used, and that is told; but it is never
// replaced by one of our own, which they might not be able to open any more.
func TestAnotherUsersFileStaysTheirs(t *testing.T) {
	path := stateFile(t)
	write(t, path, fileOf(t, track(pasted(1, ""))...))
	if err := os.Chmod(path, 0o660); err != nil { //nolint:gosec // G302: that is the story
		t.Fatal(err)
	}
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	s, opened := open(t, path, foreign{})
	equal(t, "jobs", opened.Contents.Jobs, []Job{pasted(1, "")})
	says(t, opened.Warnings, "belongs to another user", "0660")
	wear(t, s)
	open(t, path, foreign{})
	after, err := os.Stat(path)
	if err != nil || !os.SameFile(before, after) || after.Mode() != before.Mode() {
		t.Errorf("the file is another one: %v, %v", after.Mode(), err)
	}
}

// Somebody else may read the file, which is told and left so. It may be shared with a group
// that is not the one that the user's new files have: compaction leaves it to that one, and, where
// the file system doesn't let it, opens it to nobody else.
func TestCompactionKeepsTheFilesGroup(t *testing.T) {
	groups, err := os.Getgroups()
	if err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() == 0 { // root may give files to any
		groups = []int{os.Getegid() + 1}
	}
	d := newFaulty()
	for _, group := range append(groups, os.Getegid()) {
		for refused, want := range map[error]fs.FileMode{nil: 0o664, syscall.EPERM: 0o604} {
			path := stateFile(t)
			write(t, path, fileOf(t, track(pasted(1, ""))...))
			if err := errors.Join(os.Chown(path, -1, group), os.Chmod(path, 0o664), os.Chmod(filepath.Dir(path), 0o777)); err != nil { //nolint:gosec // G302: that is the story
				t.Fatal(err)
			}
			d.broken[storetest.Chown] = refused
			s, opened := open(t, path, d)
			equal(t, "warnings", len(opened.Warnings), 2)
			says(t, opened.Warnings, "0664", "0777")
			wear(t, s)
			info, err := os.Stat(path)
			if err != nil || info.Size() > 2000 || info.Mode() != want {
				t.Fatalf("%v, %d bytes, open as %v, want %v", err, info.Size(), info.Mode(), want)
			}
			if sys, ok := info.Sys().(*syscall.Stat_t); refused == nil && ok && int(sys.Gid) != group {
				t.Errorf("the group is %d, not %d", sys.Gid, group)
			}
		}
	}
}
