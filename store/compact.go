package store

import (
	"bufio"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"example.com/jobwatch/store/disk"
)

// errNotOwner keeps us from replacing somebody else's file by one of our own,
// which they might not be able to open any more.
var errNotOwner = errors.New("it belongs to another user")

// compact rewrites the file, up to the position, with nothing but the lines that
// matter; they stay as they are, byte by byte, whatever a newer version put there.
// If any are damaged, a copy of the whole file is made first and its name returned.
// The lock is held, lines are those that matter, and in the end f is closed.
func (s *Store) compact(f disk.File, lines []span, damaged int) (backup string, err error) {
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	if isForeign(info) {
		return "", errNotOwner
	}
	if damaged > 0 {
		if backup, err = s.backUp(f, info.Size()); err != nil {
			return "", err
		}
	}
	head := s.at.header
	if head.version == 0 { // it was damaged
		head = header{version: Version, id: newID()}
	} else {
		head.compacted++
	}
	if err := s.replace(f, info, func(w *bufio.Writer) error {
		_, _ = w.Write(head.encode()) // errors of w come out of its Flush
		return copyLines(w, f, lines)
	}); err != nil {
		if backup != "" {
			_ = s.disk.Remove(backup) // the damaged file is still there
		}
		return "", err
	}
	return backup, s.find(head)
}

// copyLines copies the lines of f that stand there, in that order.
func copyLines(w *bufio.Writer, f io.ReaderAt, lines []span) error {
	var at int64
	in := bufio.NewReaderSize(io.NewSectionReader(f, 0, math.MaxInt64), 64<<10)
	var text []byte
	for _, line := range lines {
		if _, err := in.Discard(int(line.at - at)); err != nil {
			return err
		}
		text = slices.Grow(text[:0], int(line.size)+1)[:line.size]
		if _, err := io.ReadFull(in, text); err != nil {
			return err
		}
		at = line.at + line.size
		if _, err := w.Write(append(text, '\n')); err != nil {
			return err
		}
	}
	return nil
}

// find remembers the file that we just put in the old one's place.
func (s *Store) find(head header) error {
	f, err := s.open(os.O_RDONLY)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // only read
	info, err := f.Stat()
	if err != nil {
		return err
	}
	s.at.header, s.at.seen = head, info
	return s.at.moveTo(f, info.Size())
}

// replace puts a new file in the place of the state file, at once and durably:
// anyone, and any power cut, finds the old one or the new one. The old one, if there
// is any, is closed: Windows replaces no open file. like is its mode and group. A link
// that has taken the file's place meanwhile is left there.
func (s *Store) replace(old disk.File, like fs.FileInfo, write func(w *bufio.Writer) error) error {
	name := s.path + ".new"
	if err := s.disk.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err // a crash left it there
	}
	if err := s.writeNew(name, like, write); err != nil {
		return err
	}
	if s.unlockable { // writing may have taken long enough to be thought dead
		if err := s.own(); err != nil {
			_ = s.disk.Remove(name)
			return err
		}
	}
	if err := s.stays(); err != nil {
		_ = s.disk.Remove(name)
		return err
	}
	if old != nil {
		_ = old.Close() // it was only read, or synced
	}
	if err := s.disk.Rename(name, s.path); err != nil {
		_ = s.disk.Remove(name)
		return err
	}
	// From here on the new file holds; Append says no more until its name is durable.
	s.undurable = s.disk.SyncFolder(filepath.Dir(s.path)) != nil
	return nil
}

// writeNew writes a file that did not exist before, and removes it again if that
// fails. It is for the user alone, or for those who could open the one that it is like.
func (s *Store) writeNew(name string, like fs.FileInfo, write func(w *bufio.Writer) error) (err error) {
	f, err := s.disk.Open(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 64<<10)
	if err = write(w); err == nil {
		err = w.Flush()
	}
	if err == nil && like != nil {
		err = share(f, like)
	}
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		_ = s.disk.Remove(name)
	}
	return err
}

// backUp copies a damaged file to a name of its own beside it, named after now.
func (s *Store) backUp(f disk.File, size int64) (string, error) {
	stamp := s.path + ".damaged-" + time.Now().UTC().Format("20060102T150405Z")
	for n := 1; ; n++ {
		name := stamp
		if n > 1 {
			name = fmt.Sprintf("%s-%d", stamp, n)
		}
		err := s.writeNew(name, nil, func(w *bufio.Writer) error {
			_, err := io.Copy(w, io.NewSectionReader(f, 0, size))
			return err
		})
		if err == nil {
			err = s.disk.SyncFolder(filepath.Dir(name))
		}
		if !errors.Is(err, fs.ErrExist) {
			return name, err
		}
	}
}

// newID names a state file for good.
func newID() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}
