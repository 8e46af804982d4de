//go:build !windows

package store

import (
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"testing"

	"example.com/jobwatch/store/disk"
)

// foreign is a disk on which all belongs to somebody else.
type foreign struct{ noSync }

type foreignFile struct{ disk.File }

type foreignInfo struct{ fs.FileInfo }

func (d foreign) Open(name string, flag int, perm fs.FileMode) (disk.File, error) {
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

func (d foreign) SameFile(a, b fs.FileInfo) bool { return d.noSync.SameFile(own(a), own(b)) }

func own(info fs.FileInfo) fs.FileInfo {
	if f, ok := info.(foreignInfo); ok {
		return f.FileInfo
	}
	return info
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
	s.minSize = 0
	for range 20 {
		save(t, s, Track{pasted(2, "")}, Forget{id(2)})
	}
	shut(t, s)
	_, opened = open(t, path, OnDisk(foreign{}))
	equal(t, "compacted", opened.Compacted, false)
	after, err := os.Stat(path)
	if err != nil || !os.SameFile(before, after) || after.Mode() != before.Mode() {
		t.Errorf("the file is another one: %v, %v", after.Mode(), err)
	}
}
