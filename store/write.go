package store

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"time"
)

// Append saves ops in this order; when it returns nil they are durable. An error
// is a [NotSavedError]: the changes are not saved, a later call may succeed. Ops
// repeated after an error do no harm, even if some of them reached the disk.
//
// The cost of one op doesn't depend on how many jobs there are. Append also compacts
// the file when most of it is superseded.
func (s *Store) Append(ctx context.Context, ops ...Op) error {
	if len(ops) == 0 {
		return nil
	}
	lines, err := encode(ops)
	if err == nil {
		if err = s.take(ctx); err == nil {
			defer s.give()
			err = s.append(ctx, ops, lines)
		}
	}
	if err != nil {
		return &NotSavedError{s.path, err}
	}
	return nil
}

func (s *Store) append(ctx context.Context, ops []Op, lines []byte) error {
	unlock, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	f, err := s.current()
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // what matters was synced

	if s.file.undurable {
		if err := s.disk.SyncFolder(filepath.Dir(s.path)); err != nil {
			return err
		}
		s.file.undurable = false
	}
	begin := s.file.end
	if err := s.write(f, lines); err != nil {
		return err
	}
	for _, op := range ops {
		size := int64(bytes.IndexByte(lines, '\n') + 1)
		s.file.index.add(op.key(), span{begin, size})
		begin, lines = begin+size, lines[size:]
	}
	s.found.settle(ops)
	s.compactIfWasteful(f)
	return nil
}

// current opens the file, reads what others wrote, and mends its end. It creates the
// file if it is gone.
func (s *Store) current() (File, error) {
	flag := os.O_RDWR
	if s.unlockable {
		flag |= os.O_APPEND
	}
	for range 2 {
		f, err := s.open(flag)
		if err == nil {
			if err = s.ready(f); err == nil {
				return f, nil
			}
			_ = f.Close() // nothing was written
		}
		if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, errEmpty) {
			return nil, err
		}
		s.lose()
		if err := s.create(); err != nil {
			return nil, err
		}
	}
	return nil, fs.ErrNotExist // somebody removes it as fast as we create it
}

// errEmpty says that a file has nothing in it, not even a header.
var errEmpty = errors.New("the file is empty")

// ready reads up to the file's end, and brings the end to a whole line.
func (s *Store) ready(f File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	whole, err := s.catchUp(f, info, true)
	s.tell()
	if err == nil {
		err = s.endLine(f, whole)
	}
	if err == nil && s.file.end == 0 {
		err = errEmpty
	}
	return err
}

// endLine lets the file end with a whole line: it completes one that only lacks its newline,
// and cuts off anything else. Without locks that may be what another program is writing, and
// becomes a damaged line.
func (s *Store) endLine(f File, whole bool) error {
	info, err := f.Stat()
	if err != nil || info.Size() <= s.file.end {
		return err
	}
	if whole || s.unlockable {
		s.file.end = info.Size()
		err = s.put(f, []byte{'\n'})
	} else {
		err = f.Truncate(s.file.end)
	}
	if err == nil {
		s.file.seen, err = f.Stat()
	}
	return err
}

// put writes text at the end of the file, wherever that is by now if there are no locks.
func (s *Store) put(f File, text []byte) (err error) {
	if s.unlockable {
		_, err = f.Write(text)
	} else {
		_, err = f.WriteAt(text, s.file.end)
	}
	if err == nil {
		s.file.end += int64(len(text))
	}
	return err
}

// write appends lines in one write and makes them durable. If it fails it takes back what it
// can: what is left is a torn line, or whole ones that change nothing when the ops are
// repeated.
func (s *Store) write(f File, lines []byte) error {
	end := s.file.end
	err := s.put(f, lines)
	if err == nil {
		err = f.Sync()
	}
	if err != nil {
		s.file.end = end
		if !s.unlockable {
			_ = f.Truncate(end)
		}
	}
	if info, failed := f.Stat(); failed == nil {
		if s.file.seen = info; err == nil && info.Size() != s.file.end {
			s.found.again() // another program wrote, too
		}
	}
	return err
}

// compactIfWasteful compacts a file of which three fifths are superseded: so much has to
// be written between two compactions that they cost a constant for each line. That it
// can't is no reason to fail: the changes are saved.
func (s *Store) compactIfWasteful(f File) {
	size, damaged := s.file.end, s.file.damaged
	if s.unlockable || size < s.minSize || size < s.file.late || 2*size <= 5*s.file.index.live {
		return
	}
	backup, err := s.compact(f)
	if err != nil {
		s.file.late = 2 * size
	}
	if backup != "" {
		s.found.Warning = Warning{Repaired, fmt.Sprintf(
			"%d damaged lines were removed from %s; the file as it was is now %s", damaged, s.path, backup)}
		s.tell()
	}
}

// errMoved says that the name leads to another place than a moment ago.
var errMoved = errors.New("its name became a link, or the link was changed")

// errNotOwner keeps us from replacing another user's file by one of our own, which they
// might not be able to open.
var errNotOwner = errors.New("it belongs to another user")

// compact rewrites the file with nothing but the lines that matter; they stay as they
// are, byte by byte, whatever a newer version put there. If any are damaged, it first
// copies the whole file and returns the copy's name. The lock is held; f is closed in
// the end.
func (s *Store) compact(f File) (backup string, err error) {
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	if isForeign(info) {
		return "", errNotOwner
	}
	if s.file.damaged > 0 {
		if backup, err = s.backUp(f, info.Size()); err != nil {
			return "", err
		}
	}
	head := newHeader()
	if s.file.header != nil { // else it was damaged
		head = *s.file.header
		head.Compacted++
	}
	if err := s.replace(f, info, head, s.file.index.lines()); err != nil {
		if backup != "" {
			_ = s.disk.Remove(backup) // the damaged file is still there
		}
		return "", err
	}
	s.file.damaged = 0
	return backup, nil
}

// errShifted says that somebody changed the file where we knew it.
var errShifted = errors.New("another program changed the file")

// copyLines copies lines of f, which are in its order.
func copyLines(w *bufio.Writer, f io.ReaderAt, lines []*span) error {
	var at int64
	var text []byte
	in := bufio.NewReaderSize(io.NewSectionReader(f, 0, math.MaxInt64), 64<<10)
	for _, line := range lines {
		if _, err := in.Discard(int(line.at - at)); err != nil {
			return err
		}
		text = append(text[:0], make([]byte, line.size)...)
		if _, err := io.ReadFull(in, text); err != nil {
			return err
		}
		at = line.at + line.size
		if text[len(text)-1] != '\n' || !bytes.HasPrefix(bytes.TrimSpace(text), []byte{'{'}) {
			return errShifted
		}
		if _, err := w.Write(text); err != nil {
			return err
		}
	}
	return nil
}

// create makes an empty state file.
func (s *Store) create() error {
	if err := s.makeFolder(filepath.Dir(s.path)); err != nil {
		return err
	}
	s.file.index = index{}
	return s.replace(nil, nil, newHeader(), nil)
}

// replace puts a new file with some lines of the old one in the place of the state file,
// at once and durably: anyone, and any power cut, finds the old one or the new one. The
// old one, if there is any, is closed: Windows can't replace an open file. like has its
// mode and group. If a link has replaced the file meanwhile, the link is left there.
func (s *Store) replace(old File, like fs.FileInfo, head header, lines []*span) error {
	first, err := head.encode()
	if err != nil {
		return err
	}
	name := s.path + ".new"
	if err := s.disk.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err // a crash left it there
	}
	if err := s.writeNew(name, like, func(w *bufio.Writer) error {
		_, _ = w.Write(first) // Flush returns the error
		return copyLines(w, old, lines)
	}); err != nil {
		return err
	}
	if moved, failed := s.locate(); moved || failed != nil {
		err = errMoved
	} else {
		if old != nil {
			_ = old.Close() // it was only read, or synced
		}
		err = s.disk.Rename(name, s.path)
	}
	if err != nil {
		_ = s.disk.Remove(name)
		return err
	}
	// From here on the new file holds; Append fails until its name is durable.
	s.file.undurable = s.disk.SyncFolder(filepath.Dir(s.path)) != nil
	s.file.seen, _ = s.disk.Stat(s.path) // nil is not seen
	s.file.header, s.file.mark, s.file.end = &head, first, int64(len(first))
	for _, line := range lines {
		line.at = s.file.end
		s.file.end += line.size
	}
	return nil
}

// writeNew creates a file, and removes it if that fails. It is for the user alone, or
// for those who could open the one that it is like.
func (s *Store) writeNew(name string, like fs.FileInfo, write func(*bufio.Writer) error) (err error) {
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

// backUp copies a damaged file to a new name beside it, which says when.
func (s *Store) backUp(f File, size int64) (string, error) {
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
