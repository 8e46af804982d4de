package download

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/adrg/xdg"
)

func TestTheDefaultIsTheUsersDownloadFolder(t *testing.T) {
	if os.PathSeparator != '/' {
		t.Skip("asked of the system here")
	}
	want := t.TempDir()
	t.Setenv("XDG_DOWNLOAD_DIR", want)
	xdg.Reload()
	t.Cleanup(xdg.Reload) // before Setenv's own clean-up, but nothing else looks
	if got, err := DefaultFolder(); err != nil || got != want {
		t.Errorf("%q, %v", got, err)
	}
}

// FAT and some network file systems have no hard links.
func TestNothingIsReplacedWhereThereAreNoHardLinks(t *testing.T) {
	d := New(nil, nil, t.TempDir(), DefaultMaxBytes)
	f, err := d.open("b")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	save := func(text string) error {
		p, err := newPart(f, "1a2b3c4d")
		if err != nil {
			t.Fatal(err)
		}
		defer p.discard()
		if _, err := p.fill(strings.NewReader(text), 100); err != nil {
			t.Fatal(err)
		}
		if err := p.Close(); err != nil {
			t.Fatal(err)
		}
		return p.renameWithoutLinks("Report.pdf")
	}
	if err := save("the first"); err != nil {
		t.Error(err)
	}
	if err := save("the second"); !errors.Is(err, fs.ErrExist) {
		t.Errorf("the second got the name: %v", err)
	}
	got, err := os.ReadFile(filepath.Join(filepath.Join(d.base, "b"), "Report.pdf"))
	if err != nil || string(got) != "the first" {
		t.Errorf("it holds %q, %v", got, err)
	}
	if entries, _ := os.ReadDir(filepath.Join(d.base, "b")); len(entries) != 1 {
		t.Errorf("left in the folder: %v", entries)
	}
}

// What is told of a batch's folder has to be true of it: it has one name only.
func TestAFileInABatchFoldersPlaceIsTold(t *testing.T) {
	k := newHarness(t)
	w := k.done("Report", "b")
	if err := os.MkdirAll(k.folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(k.folder, "b"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	k.fails(w, "can't make the folder for “b”: a file has its name")
}

func TestDiskTroubleIsToldWithoutPaths(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{&fs.PathError{Op: "write", Path: "/home/me/x", Err: syscall.ENOSPC}, "can't save “Report”: the disk is full"},
		{&fs.PathError{Op: "write", Path: "/home/me/x", Err: syscall.EDQUOT}, "can't save “Report”: your disk quota is used up"},
		{&fs.PathError{Op: "mkdirat", Path: "Report", Err: syscall.EEXIST}, "can't save “Report”: a file has its name"},
		{&os.LinkError{Op: "link", Old: "/a", New: "/b", Err: syscall.EACCES}, "can't save “Report”: not allowed"},
		{errors.New("all its names are taken by other files"), "can't save “Report”: all its names are taken by other files"},
	} {
		if got := diskError("save", "Report", c.err).Error(); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
