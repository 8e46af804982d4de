package store

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"example.com/jobwatch/store/disk"
)

// start reads the file and mends it, under the lock. unwritable is why there is no
// lock, when the disk can't be written; then nothing is mended.
func (s *Store) start(unwritable error) (Opened, error) {
	var opened Opened
	warn := func(kind WarningKind, format string, args ...any) {
		opened.Warnings = append(opened.Warnings, Warning{kind, fmt.Sprintf(format, args...)})
	}
	if s.unlockable {
		warn(NoLocks, "the file system of %s has no locks: only this one dashboard can use it, others are refused", s.path)
	}
	s.undurable = true
	f, unwritable, err := s.openOrCreate(unwritable)
	if err != nil {
		return opened, err
	}
	if unwritable != nil {
		warn(NotSaving, "%v; jobwatch goes on watching and tries again", &NotSavedError{s.path, unwritable})
	}
	if f == nil { // nothing there, and nothing can be
		return opened, nil
	}
	defer func() { _ = f.Close() }() // what matters was synced

	b, in, err := s.load(f, false)
	if err != nil {
		return opened, err
	}
	s.found = news{} // it's not news but Opened
	opened.Damaged = in.damaged
	if unwritable == nil {
		if err := s.mend(f, b, in, &opened); err != nil {
			warn(NotRepaired, "%v", err)
		}
	} else if _, record := in.wholeTail(); record {
		b.add(&in.rec, in.tailSpan())
	}
	for _, text := range s.exposed() {
		warn(Exposed, "%s", text)
	}
	opened.Contents = b.contents()
	return opened, nil
}

// openOrCreate opens the file; where it can't be written, to read it only. Then it
// returns the reason, too, and no file where there is none.
func (s *Store) openOrCreate(unwritable error) (disk.File, error, error) {
	if unwritable == nil {
		f, err := s.disk.Open(s.path, os.O_RDWR, 0)
		if errors.Is(err, fs.ErrNotExist) {
			if err = s.create(); err == nil {
				f, err = s.disk.Open(s.path, os.O_RDWR, 0)
			}
		}
		if err == nil {
			return f, nil, nil
		}
		unwritable = err
	}
	f, err := s.disk.Open(s.path, os.O_RDONLY, 0)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, unwritable, nil
	case err != nil:
		return nil, unwritable, &ReadError{s.path, err}
	}
	return f, unwritable, nil
}

// load reads the whole file and remembers where it ends. With skim the contents
// are not kept, only counted.
func (s *Store) load(f disk.File, skim bool) (*builder, *reader, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, nil, &ReadError{s.path, err}
	}
	in := newReader(io.NewSectionReader(f, 0, info.Size()), 0, skim)
	b := &builder{total: info.Size()}
	add := b.add
	if skim {
		add = func(r *record, line span) { b.index.add(r, line) }
	}
	if err = in.each(add); err == nil && !in.ours() {
		err = &NotStateFileError{s.path, "another kind of file"}
	}
	if err != nil {
		return nil, nil, s.block(err, info)
	}
	s.at.seen = info
	s.blocked = nil
	s.at.header = in.head
	s.use = b.usage()
	if err := s.at.moveTo(f, in.end); err != nil {
		return nil, nil, &ReadError{s.path, err}
	}
	return b, in, nil
}

// block makes an error of reading one that names the file. If it means that the
// file is not ours to write, that holds until somebody changes it.
func (s *Store) block(err error, info fs.FileInfo) error {
	newer, isNewer := errors.AsType[*NewerError](err)
	_, isOther := errors.AsType[*NotStateFileError](err)
	switch {
	case isNewer:
		newer.Path = s.path
	case isOther:
	default:
		return &ReadError{s.path, err}
	}
	s.blocked, s.at.seen = err, info
	return err
}

// compactFrom is the size, in bytes, from which a start may compact.
const compactFrom = 4 << 10

// mend cuts off or completes a torn last line, makes what was read durable, and
// rewrites a file that is damaged or mostly superseded.
func (s *Store) mend(f disk.File, b *builder, in *reader, opened *Opened) error {
	whole, record := in.wholeTail()
	if record {
		b.add(&in.rec, in.tailSpan())
	}
	if err := s.endLine(f, whole); err != nil {
		return fmt.Errorf("the last line of %s is incomplete and could not be cut off: %s", s.path, why(err))
	}
	// A process that was killed may have left whole lines that are not durable. They
	// are about to be shown, so they must be; mostly there is nothing to sync.
	if err := f.Sync(); err != nil {
		return fmt.Errorf("%s can't be made durable: %s", s.path, why(err))
	}
	worn := s.at.offset > compactFrom && b.usage().lines*2 < b.lines
	if !worn && in.damaged == 0 && s.at.header.version != 0 {
		return nil
	}
	backup, err := s.compact(f, b.matters(), in.damaged)
	opened.Backup = backup
	opened.Compacted = err == nil
	if err != nil && in.damaged > 0 {
		return fmt.Errorf("%s has %d damaged lines, which were skipped; it could not be rewritten without them: %s",
			s.path, in.damaged, why(err))
	}
	return nil // a file that is only too long is a matter for later
}

// endLine sees to it that the file ends with the last whole line: it completes
// what only lacks its newline, and cuts off anything else behind the position.
func (s *Store) endLine(f disk.File, whole bool) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	switch size := info.Size(); {
	case size <= s.at.offset:
		return nil
	case whole:
		if _, err := f.WriteAt([]byte{'\n'}, size); err != nil {
			return err
		}
		if err := s.at.moveTo(f, size+1); err != nil {
			return err
		}
	default:
		if err := f.Truncate(s.at.offset); err != nil {
			return err
		}
	}
	s.at.seen, err = f.Stat()
	return err
}

// create makes an empty state file, in the place of one that has nothing in it.
func (s *Store) create() error {
	if err := s.makeFolder(filepath.Dir(s.path)); err != nil {
		return err
	}
	head := header{version: Version, id: newID()}
	if err := s.replace(nil, nil, func(w *bufio.Writer) error {
		_, err := w.Write(head.encode())
		return err
	}); err != nil {
		return err
	}
	return s.find(head)
}
