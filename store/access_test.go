//go:build !windows

package store_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"testing"

	. "example.com/jobwatch/store"
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
	s, opened := open(t, path, OnDisk(foreign{}))
	equal(t, "jobs", opened.Contents.Jobs, []Job{pasted(1, "")})
	if said := fmt.Sprint(opened.Warnings); !strings.Contains(said, "belongs to another user") || !strings.Contains(said, "0660") {
		t.Errorf("warnings: %s", said)
	}
	s.CompactFrom(0)
	for range 20 {
		save(t, s, Track{pasted(2, "")}, Forget{id(2)})
	}
	open(t, path, OnDisk(foreign{}))
	after, err := os.Stat(path)
	if err != nil || !os.SameFile(before, after) || after.Mode() != before.Mode() {
		t.Errorf("the file is another one: %v, %v", after.Mode(), err)
	}
}

// A file may be shared with a group that is not the one that the user's new files have.
// Compaction must not open it to that one.
func TestCompactionOpensTheFileToNoOtherGroup(t *testing.T) {
	path := stateFile(t)
	write(t, path, fileOf(t, track(pasted(1, ""))...))
	if err := errors.Join(os.Chown(path, -1, otherGroup(t)), os.Chmod(path, 0o640)); err != nil { //nolint:gosec // G302: that is the story
		t.Fatal(err)
	}
	s, _ := open(t, path, OnDisk(noSync{}))
	s.CompactFrom(0)
	for range 20 {
		save(t, s, Track{pasted(2, "")}, Forget{id(2)})
	}
	info, err := os.Stat(path)
	if err != nil || info.Size() > 2000 {
		t.Fatalf("not compacted: %v, %d bytes", err, info.Size())
	}
	equal(t, "mode", info.Mode(), 0o600)
}

// otherGroup is a group that the user may give files to, other than the one that they get.
func otherGroup(t *testing.T) int {
	t.Helper()
	if os.Geteuid() == 0 {
		return os.Getegid() + 1
	}
	groups, err := os.Getgroups()
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range groups {
		if g != os.Getegid() {
			return g
		}
	}
	t.Skip("the user is in one group only")
	return 0
}
