package fetch

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
	d := New(nil, t.TempDir())
	f, err := d.open("b")
	if err != nil {
		t.Fatal(err)
	}
	defer f.close()
	save := func(text string) error {
		p, err := f.begin("1a2b3c4d")
		if err != nil {
			t.Fatal(err)
		}
		defer p.discard()
		if err := p.fill(strings.NewReader(text), 100); err != nil {
			t.Fatal(err)
		}
		if err := p.file.Close(); err != nil {
			t.Fatal(err)
		}
		return p.take("Report.pdf")
	}
	if err := save("the first"); err != nil {
		t.Error(err)
	}
	if err := save("the second"); !errors.Is(err, fs.ErrExist) {
		t.Errorf("the second got the name: %v", err)
	}
	got, err := os.ReadFile(filepath.Join(f.path, "Report.pdf"))
	if err != nil || string(got) != "the first" {
		t.Errorf("it holds %q, %v", got, err)
	}
	if entries, _ := os.ReadDir(f.path); len(entries) != 1 {
		t.Errorf("left in the folder: %v", entries)
	}
}

func TestDiskTroubleIsToldWithoutPaths(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{&fs.PathError{Op: "write", Path: "/home/me/x", Err: syscall.ENOSPC}, "can't save “Report”: " + syscall.ENOSPC.Error()},
		{&os.LinkError{Op: "link", Old: "/a", New: "/b", Err: syscall.EACCES}, "can't save “Report”: not allowed"},
		{fs.ErrExist, "can't save “Report”: all its names are taken by other files"},
	} {
		if got := onDisk("save", "Report", c.err).Error(); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
