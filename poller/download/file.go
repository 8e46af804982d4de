package download

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
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

// open opens the folder of a batch, without what killed processes left there. The system
// resolves all names within the base folder: no name and no symbolic link leads out of it.
func (d *Downloads) open(batch string) (*os.Root, error) {
	if err := os.MkdirAll(d.base, 0o700); err != nil {
		return nil, err
	}
	folder, err := os.OpenRoot(d.base)
	if err != nil {
		return nil, err
	}
	if batch != "" {
		base, name := folder, Name(batch, "batch")
		defer func() { _ = base.Close() }()
		if err := base.MkdirAll(name, 0o700); err != nil {
			return nil, err
		}
		if folder, err = base.OpenRoot(name); err != nil {
			return nil, err
		}
	}
	if _, cleaned := d.cleaned.LoadOrStore(folder.Name(), nil); cleaned {
		return folder, nil // thousands of PDFs may be there by now
	}
	parts, _ := fs.Glob(folder.FS(), partPrefix+"*"+partSuffix)
	for _, name := range parts {
		if info, err := folder.Lstat(name); err == nil && info.Mode().IsRegular() && time.Since(info.ModTime()) > maxPartAge {
			_ = folder.Remove(name)
		}
	}
	return folder, nil
}

const (
	partPrefix = ".jobwatch-"
	partSuffix = ".part"
	maxPartAge = time.Hour // longer than any pause of a running download
)

// part is a file that is not whole yet, beside where it will be.
type part struct {
	*os.File
	folder *os.Root
	name   string
	size   int64
	sum    []byte // of what it holds
}

// newPart makes a part that no other download, of any process, writes to.
func newPart(folder *os.Root, short string) (*part, error) {
	name := partPrefix + short + "-" + rand.Text()[:8] + partSuffix
	file, err := folder.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	return &part{File: file, folder: folder, name: name}, err
}

// fill writes all of r, up to so many bytes, to the disk, and reports whether that ends as a
// PDF does.
func (p *part) fill(r io.Reader, most int64) (ends bool, err error) {
	hash := sha256.New()
	p.size, err = io.Copy(io.MultiWriter(p, hash), io.LimitReader(r, most+1))
	if p.size > most {
		return false, tooLarge(most)
	}
	if err == nil {
		err = p.Sync()
	}
	if _, ok := errors.AsType[*fs.PathError](err); ok {
		return false, diskError("write the file", "", err)
	}
	p.sum = hash.Sum(nil)
	tail := make([]byte, 1024)
	n, _ := p.ReadAt(tail, max(0, p.size-int64(len(tail))))
	return bytes.Contains(tail[:n], []byte("%%EOF")), err
}

// keep gives the part the first of the names that is free, or finds that one of them already
// is the same file. It never replaces a file.
func (p *part) keep(names []string) (name string, already bool, err error) {
	if err := p.Close(); err != nil {
		return "", false, err
	}
	for _, name := range names {
		err := p.rename(name)
		if err == nil {
			p.syncFolder()
			return name, false, nil
		}
		if !errors.Is(err, fs.ErrExist) {
			return "", false, err
		}
		if p.same(name) {
			return name, true, nil
		}
	}
	return "", false, errors.New("all its names are taken by other files")
}

// rename gives the part a name that is free. A hard link, unlike a rename, does not replace
// what is there; on disks without hard links, an empty file takes the name first.
func (p *part) rename(name string) error {
	err := p.folder.Link(p.name, name)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	return p.renameWithoutLinks(name)
}

func (p *part) renameWithoutLinks(name string) error {
	taken, err := p.folder.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_ = taken.Close()
	if err = p.folder.Rename(p.name, name); err != nil {
		_ = p.folder.Remove(name)
	}
	return err
}

// same reports whether a file has the same bytes as the part.
func (p *part) same(name string) bool {
	if info, err := p.folder.Lstat(name); err != nil || !info.Mode().IsRegular() || info.Size() != p.size {
		return false
	}
	file, err := p.folder.Open(name)
	if err != nil {
		return false
	}
	defer func() { _ = file.Close() }()
	hash := sha256.New()
	_, err = io.Copy(hash, file)
	return err == nil && bytes.Equal(hash.Sum(nil), p.sum)
}

// syncFolder writes the new name to the disk. Not every system can; the bytes are safe anyway.
func (p *part) syncFolder() {
	if dir, err := p.folder.Open("."); err == nil {
		_ = dir.Sync()
		_ = dir.Close()
	}
}

// discard removes the part's own name, whether the file was kept under another or not.
func (p *part) discard() {
	_ = p.Close()
	_ = p.folder.Remove(p.name)
}

// maxName is the longest name made of untrusted text, in bytes: with what is added to it,
// within the 143 that encrypted folders leave of the usual 255.
const maxName = 110

// fileNames returns what a job's file may be called, of which the first that is free is used:
// the description, then with the short ID, then numbered.
func fileNames(description, short string) []string {
	description = strings.TrimSpace(description)
	if ext := filepath.Ext(description); strings.EqualFold(ext, ".pdf") {
		description = strings.TrimSuffix(description, ext)
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

// reserved matches the names that Windows gives to devices, whatever their extension.
var reserved = regexp.MustCompile(`(?i)^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\.|$)`)

// Name makes a file or folder name of untrusted text that is safe on every system: no
// separators, controls or bidi, nothing hidden or reserved, at most 110 bytes. If nothing is
// left of the text, Name returns the fallback.
func Name(text, fallback string) string {
	s := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return ' '
		}
		if strings.ContainsRune(`/\:*?"<>|`, r) {
			return '-'
		}
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, text)
	s = strings.Join(strings.Fields(s), " ")
	s = strings.ToValidUTF8(s[:min(len(s), maxName-1)], "") // one byte is kept for the "_" below
	s = strings.TrimLeft(s, ". -~")                         // hidden, an option's dash, a shell's home
	s = strings.TrimRight(s, ". ")                          // Windows drops these silently
	if reserved.MatchString(s) {
		s = "_" + s
	}
	return cmp.Or(s, fallback)
}
