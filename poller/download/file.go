package download

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/adrg/xdg"

	"example.com/jobwatch/poller/api"
	"example.com/jobwatch/poller/job"
)

// DefaultFolder returns the user's download folder, as xdg knows it of each system.
func DefaultFolder() (string, error) {
	if dir := xdg.UserDirs.Download; filepath.IsAbs(dir) {
		return dir, nil
	}
	return "", errors.New("the download folder is not known (neither XDG_DOWNLOAD_DIR nor HOME is set): name one with --download or --dir")
}

// save writes a body, which must be a PDF, into the wanted folder. A body of unknown length
// must also end as a PDF does: net/http does not notice that it was cut short.
func (d *Downloads) save(w *Want, b *body) (path string, already bool, err error) {
	buffered := bufio.NewReaderSize(b, maxBefore)
	head, err := buffered.Peek(maxBefore)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", false, err
	}
	begins := bytes.Index(head, []byte("%PDF-"))
	if begins < 0 {
		return "", false, errNotPDF
	}
	folder, err := d.open(w.Batch)
	if err != nil {
		return "", false, diskError("make the folder for", w.Batch, err)
	}
	defer func() { _ = folder.Close() }()
	p := &part{folder: folder, name: partPrefix + w.ID.Short() + "-" + rand.Text()[:8] + partSuffix}
	if p.File, err = folder.OpenFile(p.name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666); err != nil {
		return "", false, diskError("write into the folder of", w.Batch, err)
	}
	defer func() { // under its own name, whether it was kept under another or not
		_ = p.Close()
		_ = folder.Remove(p.name)
	}()
	ends, err := p.fill(buffered, d.maxBytes)
	if err != nil {
		return "", false, err
	}
	if begins > 0 && !ends { // a page about PDFs
		return "", false, errNotPDF
	}
	if b.event.Size < 0 && !ends {
		return "", false, errCut
	}
	name, already, err := p.keep(fileNames(w.Description, w.ID))
	if err != nil {
		return "", false, diskError("save", w.Description, err)
	}
	path, err = filepath.Abs(filepath.Join(folder.Name(), name))
	return path, already, err
}

// open opens the folder of a batch, without what killed processes left there. The system
// resolves all names within the base folder: no name and no symbolic link leads out of it. Who may
// read folders and PDFs is up to the umask, as with every downloader.
func (d *Downloads) open(batch string) (*os.Root, error) {
	if err := os.MkdirAll(d.base, 0o777); err != nil { //nolint:gosec // less the umask
		return nil, err
	}
	folder, err := os.OpenRoot(d.base)
	if err != nil {
		return nil, err
	}
	if batch != "" {
		base, name := folder, cmp.Or(Name(batch), "batch")
		defer func() { _ = base.Close() }()
		if err := base.MkdirAll(name, 0o777); err != nil {
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
	maxBefore  = 1024      // bytes within which a PDF begins: readers skip what is before it
	maxName    = 110       // bytes of a name of untrusted text: with what is added, within the 143 of encrypted folders
)

// part is a file that is not whole yet, beside where it will be.
type part struct {
	*os.File
	folder *os.Root
	name   string
	size   int64
	sum    []byte // of what it holds
}

// fill writes r, up to so many bytes, to the disk, and reports whether it ends as a PDF does.
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
// is the same file. It never replaces a file: a hard link, unlike a rename, does not.
func (p *part) keep(names []string) (name string, already bool, err error) {
	if err := p.Close(); err != nil {
		return "", false, err
	}
	for _, name := range names {
		err := p.folder.Link(p.name, name)
		if err != nil && !errors.Is(err, fs.ErrExist) {
			err = p.renameWithoutLinks(name)
		}
		if err == nil {
			if dir, err := p.folder.Open("."); err == nil {
				_ = dir.Sync() // not every system can; the bytes are safe anyway
				_ = dir.Close()
			}
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

// renameWithoutLinks has an empty file take the name first, on disks without hard links.
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

// fileNames returns names for a job's file, best first: the description, with more and more of the
// ID (but not so much that it could be used), numbered.
func fileNames(description string, id job.ID) []string {
	description = strings.TrimSpace(description)
	if ext := filepath.Ext(description); strings.EqualFold(ext, ".pdf") {
		description = strings.TrimSuffix(description, ext)
	}
	var names []string
	before, stem, after := "job ", "", ""
	if named := Name(description); named != "" {
		names = append(names, named+".pdf")
		before, after = named+" (", ")"
	}
	for _, n := range [...]int{8, 13, 18, 23} {
		stem = before + id.String()[:n] + after
		names = append(names, stem+".pdf")
	}
	for n := 2; n <= 20; n++ {
		names = append(names, stem+" "+strconv.Itoa(n)+".pdf")
	}
	return names
}

// reserved matches the names that Windows gives to devices, whatever their extension.
var reserved = regexp.MustCompile(`(?i)^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\.|$)`)

// Name makes a file or folder name of untrusted text that is safe on every system: no separators,
// controls or bidi, nothing hidden or reserved, at most 110 bytes. It may be empty.
func Name(text string) string {
	s := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case strings.ContainsRune(`/\:*?"<>|`, r):
			return '-'
		case r == utf8.RuneError || !unicode.IsPrint(r):
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
	return s
}

// Error is a failed download, in words for people: what happened and what they can do. It
// holds no URL and no job ID, but may quote a description.
type Error struct {
	Reason  string
	Passing bool // it may be over a little later
}

// Error returns the reason.
func (e *Error) Error() string { return e.Reason }

var (
	errNotPDF = &Error{Reason: "what came is not a PDF (a login page, perhaps): nothing was saved; try again"}
	errCut    = &Error{"the file came cut short: nothing was saved; try again", true}
	errIdle   = &Error{"less than 1 KiB came within 30 s: given up; try again", true}
)

// explain says why a file could not be fetched or saved, without the cause, which may name the host.
func explain(ctx context.Context, err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	if e, ok := errors.AsType[*api.Error](err); ok {
		code := strconv.Itoa(e.Problem.Code)
		switch e.Problem.Code {
		case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusGone:
			return &Error{"the link to the PDF was refused (HTTP " + code + "), it may have expired; try again for a fresh one", true}
		case 0, http.StatusOK:
			return &Error{"the PDF: " + e.Error(), !errors.Is(err, api.ErrPrivate)}
		default:
			return &Error{"the file server answered HTTP " + code + "; try again later", true}
		}
	}
	switch {
	case errors.Is(context.Cause(ctx), errIdle):
		return errIdle
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errCut
	case api.Damaged(err):
		return &Error{"what came is damaged and can't be unpacked: nothing was saved; try again", true}
	}
	return &Error{"the connection broke: nothing was saved; try again", true}
}

func tooLarge(most int64) *Error {
	megabytes := strconv.FormatFloat(float64(most)/1e6, 'f', -1, 64)
	return &Error{Reason: "the file is larger than " + megabytes + " MB: nothing was saved; raise --max-download to get it"}
}

// diskError explains an error of the file system without its paths.
func diskError(what, of string, err error) *Error {
	for errors.Unwrap(err) != nil {
		err = errors.Unwrap(err)
	}
	if name := Name(of); name != "" {
		what += " “" + name + "”"
	}
	reason := err.Error()
	switch {
	case errors.Is(err, fs.ErrPermission):
		reason = "not allowed"
	case errors.Is(err, fs.ErrExist):
		reason = "a file has its name"
	case errors.Is(err, syscall.ENOSPC):
		reason = "the disk is full"
	case errors.Is(err, syscall.EDQUOT):
		reason = "your disk quota is used up"
	case strings.Contains(reason, "escapes"): // os.Root has no error value for it
		reason = "a link there leads out of the download folder"
	}
	return &Error{Reason: "can't " + what + ": " + reason}
}
