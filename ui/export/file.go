package export

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// ErrExists is the error for a file that is there already: it is never replaced.
var ErrExists = errors.New("is there already")

// File exports rows to a new file, in the format of its name's extension. See [Text].
func File(name string, rows []Row) (path string, err error) {
	write, err := formatOf(name)
	if err != nil {
		return "", err
	}
	var data bytes.Buffer // some hundred bytes a row
	if err := write(&data, rows); err != nil {
		return "", fmt.Errorf("can't export: %w", err)
	}
	return Text(name, data.Bytes())
}

// Text writes a new file, and returns its whole path. A leading ~/ is the user's home.
// The file is written whole or not at all, for the user alone (0600), and never in the
// place of another. Errors are for people: they name the file and what can be done.
func Text(name string, data []byte) (path string, err error) {
	path, err = absolute(name)
	if err != nil {
		return "", err
	}
	switch info, err := os.Stat(path); {
	case err == nil && info.IsDir():
		return "", fmt.Errorf("%q is a folder: name a file in it", name)
	case err == nil:
		return "", fmt.Errorf("%q %w: choose another name", name, ErrExists)
	}
	if info, err := os.Stat(filepath.Dir(path)); err != nil || !info.IsDir() {
		return "", fmt.Errorf("there is no folder %q: make it first, or choose another", filepath.Dir(name))
	}
	if err := write(path, data); err != nil {
		if errors.Is(err, fs.ErrExist) { // it came between
			err = ErrExists
		}
		return "", fmt.Errorf("can't write %q: %w", name, withoutPath(err))
	}
	return path, nil
}

func absolute(name string) (string, error) {
	if rest, ok := strings.CutPrefix(filepath.ToSlash(name), "~/"); ok {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", fmt.Errorf("%q: the home folder is not known; write the whole path", name)
		}
		name = filepath.Join(home, rest)
	}
	path, err := filepath.Abs(name)
	if err != nil {
		return "", fmt.Errorf("%q: %w", name, withoutPath(err))
	}
	return path, nil
}

// write puts data beside path and then in its place, so that a crash or a full disk
// leaves no half of it there.
func write(path string, data []byte) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, ".jobwatch-*.tmp") // its mode is 0600
	if err != nil {
		return err
	}
	temp := f.Name()
	defer func() { _ = os.Remove(temp) }() // gone already where it was renamed
	_, err = f.Write(data)
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return err
	}
	if err := claim(temp, path); err != nil {
		return err
	}
	syncFolder(dir)
	return nil
}

// claim renames to a name that must be free: a hard link, unlike a rename, replaces
// nothing.
func claim(temp, path string) error {
	if err := os.Link(temp, path); err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	return take(temp, path)
}

// take does so where there are no hard links: an empty file takes the name first.
func take(temp, path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // G304: the user names it
	if err != nil {
		return err
	}
	_ = f.Close()
	if err := os.Rename(temp, path); err != nil {
		_ = os.Remove(path)
		return err
	}
	return nil
}

// syncFolder has the disk hold the new name, where the system can.
func syncFolder(dir string) {
	if d, err := os.Open(dir); err == nil { //nolint:gosec // G304: the user names it
		_ = d.Sync()
		_ = d.Close()
	}
}

// withoutPath takes the path off a system's error, which already names the file.
func withoutPath(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	if e, ok := errors.AsType[*os.LinkError](err); ok {
		return e.Err
	}
	return err
}
