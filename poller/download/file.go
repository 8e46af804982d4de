package download

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/adrg/xdg"
)

// DefaultFolder returns the user's download folder (XDG user directories, or what they are
// on macOS and Windows).
func DefaultFolder() (string, error) {
	if dir := xdg.UserDirs.Download; filepath.IsAbs(dir) {
		return dir, nil
	}
	return "", errors.New("the download folder is not known (neither XDG_DOWNLOAD_DIR nor HOME is set): name one with --download DIR")
}

// folder is where a batch's files go. The system resolves all names within the base folder
// (os.Root): no name and no symbolic link leads out of it.
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
	d.mu.Lock()
	cleaned := d.cleaned[f.path]
	d.cleaned[f.path] = true
	d.mu.Unlock()
	if !cleaned {
		f.removeOldParts()
	}
	return f, nil
}

func (f *folder) close() { _ = f.root.Close() }

const (
	partPrefix = ".jobwatch-"
	partSuffix = ".part"
	maxPartAge = time.Hour // longer than any pause of a running download
)

// removeOldParts removes what a killed process left.
func (f *folder) removeOldParts() {
	parts, _ := fs.Glob(f.root.FS(), partPrefix+"*"+partSuffix)
	for _, name := range parts {
		if info, err := f.root.Lstat(name); err == nil && info.Mode().IsRegular() && time.Since(info.ModTime()) > maxPartAge {
			_ = f.root.Remove(name)
		}
	}
}

// part is a file that is not whole yet, beside where it will be.
type part struct {
	folder *folder
	file   *os.File
	name   string
	size   int64
	moved  bool // it was renamed
}

// newPart makes a part that no other download, of any process, writes to.
func (f *folder) newPart(short string) (*part, error) {
	name := partPrefix + short + "-" + rand.Text()[:8] + partSuffix
	file, err := f.root.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	return &part{folder: f, file: file, name: name}, nil
}

// fill writes all of r, up to so many bytes, to the disk.
func (p *part) fill(r io.Reader, most int64) error {
	buf := make([]byte, 64<<10)
	for {
		n, err := r.Read(buf)
		if p.size += int64(n); p.size > most {
			return tooLarge(most)
		}
		if _, err := p.file.Write(buf[:n]); err != nil {
			return diskError("write the file", "", err)
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return explain(err)
		}
	}
	if err := p.file.Sync(); err != nil {
		return diskError("write the file", "", err)
	}
	return nil
}

// endsAsPDF reports whether the file ends as a PDF does.
func (p *part) endsAsPDF() bool {
	tail := make([]byte, 1024)
	n, _ := p.file.ReadAt(tail, max(0, p.size-int64(len(tail))))
	return bytes.Contains(tail[:n], []byte("%%EOF"))
}

// keep gives the part the first of the names that is free, or finds that one of them already
// is the same file. It never replaces a file.
func (p *part) keep(names []string) (name string, already bool, err error) {
	if err := p.file.Close(); err != nil {
		return "", false, err
	}
	for _, name := range names {
		// A hard link, unlike a rename, does not replace what is there.
		err := p.folder.root.Link(p.name, name)
		if err != nil && !errors.Is(err, fs.ErrExist) {
			err = p.renameWithoutLinks(name)
		}
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

// renameWithoutLinks is for disks without hard links: an empty file takes the name first.
func (p *part) renameWithoutLinks(name string) error {
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

// same reports whether a file has the same bytes as the part.
func (p *part) same(name string) bool {
	info, err := p.folder.root.Lstat(name)
	if err != nil || !info.Mode().IsRegular() || info.Size() != p.size {
		return false
	}
	theirs, err := p.folder.sum(name)
	ours, ourErr := p.folder.sum(p.name)
	return err == nil && ourErr == nil && bytes.Equal(theirs, ours)
}

func (f *folder) sum(name string) ([]byte, error) {
	file, err := f.root.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	hash := sha256.New()
	_, err = io.Copy(hash, file)
	return hash.Sum(nil), err
}

// discard removes the part's own name, whether the file was kept under another or not.
func (p *part) discard() {
	_ = p.file.Close()
	if !p.moved {
		_ = p.folder.root.Remove(p.name)
	}
}

// sync writes the new name to the disk. Not every system can; the bytes are safe anyway.
func (f *folder) sync() {
	if dir, err := f.root.Open("."); err == nil {
		_ = dir.Sync()
		_ = dir.Close()
	}
}

// maxName is the longest name made of untrusted text, in bytes: with what is added to it,
// within the 143 that encrypted folders leave of the usual 255.
const maxName = 110

// fileNames returns what a job's file may be called, of which the first that is free is used:
// the description, then with the short ID, then numbered.
func fileNames(description, short string) []string {
	description = strings.TrimSpace(description)
	if n := len(description) - len(".pdf"); n >= 0 && strings.EqualFold(description[n:], ".pdf") {
		description = description[:n]
	}
	var names []string
	stem := "job " + short
	if named := Name(description, ""); named != "" {
		names = append(names, named+".pdf")
		stem = named + " (" + short + ")"
	}
	names = append(names, stem+".pdf")
	for n := 2; n <= 20; n++ {
		names = append(names, stem+" "+strconv.Itoa(n)+".pdf")
	}
	return names
}

// Name makes a file or folder name of untrusted text that is safe on every system: no
// separators, controls or bidi, nothing hidden or reserved, at most 110 bytes. If nothing is
// left of the text, Name returns the fallback.
func Name(text, fallback string) string {
	var b strings.Builder
	space := false
	for _, r := range text {
		switch {
		case r == utf8.RuneError, unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs) && !unicode.IsSpace(r):
			continue // controls and bidi controls, private use, invalid UTF-8
		case unicode.IsSpace(r):
			space = b.Len() > 0
			continue
		case strings.ContainsRune(`/\:*?"<>|`, r):
			r = '-'
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		if b.Len()+utf8.RuneLen(r) >= maxName { // one byte is kept for the "_" below
			break
		}
		b.WriteRune(r)
	}
	s := strings.TrimLeft(b.String(), ". -~") // hidden, an option's dash, a shell's home
	s = strings.TrimRight(s, ". ")            // Windows drops these silently
	if isReserved(s) {
		s = "_" + s
	}
	if s == "" {
		return fallback
	}
	return s
}

// isReserved reports whether Windows gives the name to a device, whatever its extension.
func isReserved(s string) bool {
	stem, _, _ := strings.Cut(s, ".")
	stem = strings.ToUpper(strings.TrimRight(stem, " "))
	switch stem {
	case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$":
		return true
	}
	rest, ok := strings.CutPrefix(stem, "COM")
	if !ok {
		rest, ok = strings.CutPrefix(stem, "LPT")
	}
	return ok && utf8.RuneCountInString(rest) == 1 && strings.ContainsAny(rest, "0123456789¹²³")
}
