package download

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/adrg/xdg"
)

// DefaultFolder is the user's download folder (XDG user directories, or what stands
// for them on macOS and Windows).
func DefaultFolder() (string, error) {
	if dir := xdg.UserDirs.Download; filepath.IsAbs(dir) {
		return dir, nil
	}
	return "", errors.New("the download folder is not known (neither XDG_DOWNLOAD_DIR nor HOME is set): name one with --download DIR")
}

// folder is where a batch's files go. All names are resolved within the base folder,
// also by the system (os.Root): no name and no symbolic link leads out of it.
type folder struct {
	root *os.Root
	path string
}

func (d *Downloads) open(batch string) (*folder, error) {
	if err := os.MkdirAll(d.base, 0o700); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(d.base)
	if err != nil {
		return nil, err
	}
	f := &folder{root, d.base}
	if batch != "" {
		defer func() { _ = root.Close() }()
		name := Name(batch, "batch")
		if err := root.MkdirAll(name, 0o700); err != nil {
			return nil, err
		}
		sub, err := root.OpenRoot(name)
		if err != nil {
			return nil, err
		}
		f = &folder{sub, filepath.Join(d.base, name)}
	}
	d.clean(f)
	return f, nil
}

func (f *folder) close() { _ = f.root.Close() }

const (
	partPrefix = ".jobwatch-"
	partSuffix = ".part"
	litterAge  = time.Hour // longer than any pause of a download that lives
)

// clean removes, once a folder, what a killed process left there.
func (d *Downloads) clean(f *folder) {
	d.mu.Lock()
	again := d.cleaned[f.path]
	d.cleaned[f.path] = true
	d.mu.Unlock()
	if again {
		return
	}
	entries, err := fs.ReadDir(f.root.FS(), ".")
	if err != nil {
		return // then what follows will say so
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), partPrefix) || !strings.HasSuffix(e.Name(), partSuffix) {
			continue
		}
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() && time.Since(info.ModTime()) > litterAge {
			_ = f.root.Remove(e.Name())
		}
	}
}

// part is a file that is not whole yet, beside where it will be.
type part struct {
	folder *folder
	file   *os.File
	name   string
	size   int64
	moved  bool // it has no name of its own any more
}

// begin makes a part that no other download, of any process, writes to.
func (f *folder) begin(short string) (*part, error) {
	name := partPrefix + short + "-" + rand.Text()[:8] + partSuffix
	file, err := f.root.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	return &part{folder: f, file: file, name: name}, nil
}

// fill writes all of r, up to so many bytes, and has the disk hold it.
func (p *part) fill(r io.Reader, most int64) error {
	buf := make([]byte, 64<<10)
	for {
		n, err := r.Read(buf)
		if p.size += int64(n); p.size > most {
			return tooLarge(most)
		}
		if _, err := p.file.Write(buf[:n]); err != nil {
			return onDisk("write the file", "", err)
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return explain(err)
		}
	}
	if err := p.file.Sync(); err != nil {
		return onDisk("write the file", "", err)
	}
	return nil
}

// ends reports whether the file ends as a PDF does.
func (p *part) ends() bool {
	tail := make([]byte, 1024)
	n, _ := p.file.ReadAt(tail, max(0, p.size-int64(len(tail))))
	return bytes.Contains(tail[:n], []byte("%%EOF"))
}

// keep gives the part the first of the names that is free, or finds that one of them
// already is the very same file. It never replaces anything.
func (p *part) keep(names []string) (name string, already bool, err error) {
	if err := p.file.Close(); err != nil {
		return "", false, err
	}
	for _, name := range names {
		err := p.rename(name)
		switch {
		case err == nil:
			p.folder.sync()
			return name, false, nil
		case !errors.Is(err, fs.ErrExist):
			return "", false, err
		case p.same(name):
			return name, true, nil
		}
	}
	return "", false, errTaken
}

var errTaken = errors.New("all its names are taken by other files")

// rename gives the part a name unless that is taken, in one step: a hard link, unlike
// a rename, does not replace what is there.
func (p *part) rename(name string) error {
	if err := p.folder.root.Link(p.name, name); err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	return p.take(name)
}

// take does so where there are no hard links: an empty file takes the name first.
func (p *part) take(name string) error {
	root := p.folder.root
	taken, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if err := taken.Close(); err != nil {
		return err
	}
	if err := root.Rename(p.name, name); err != nil {
		_ = root.Remove(name)
		return err
	}
	p.moved = true
	return nil
}

// same says that a file has the part's very bytes.
func (p *part) same(name string) bool {
	root := p.folder.root
	info, err := root.Lstat(name)
	if err != nil || !info.Mode().IsRegular() || info.Size() != p.size {
		return false
	}
	a, err := root.Open(name)
	if err != nil {
		return false
	}
	defer func() { _ = a.Close() }()
	b, err := root.Open(p.name)
	if err != nil {
		return false
	}
	defer func() { _ = b.Close() }()
	one, other := make([]byte, 64<<10), make([]byte, 64<<10)
	for {
		n, errA := io.ReadFull(a, one)
		m, errB := io.ReadFull(b, other)
		if !bytes.Equal(one[:n], other[:m]) {
			return false
		}
		if errA != nil || errB != nil {
			return endOfFile(errA) && endOfFile(errB)
		}
	}
}

func endOfFile(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// discard removes the part's own name, whether the file was kept under another or not.
func (p *part) discard() {
	_ = p.file.Close()
	if !p.moved {
		_ = p.folder.root.Remove(p.name)
	}
}

// sync has the disk hold the new name. Not every system can; the bytes are safe anyway.
func (f *folder) sync() {
	if dir, err := f.root.Open("."); err == nil {
		_ = dir.Sync()
		_ = dir.Close()
	}
}
