package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"example.com/jobwatch/store/disk"
)

// Append saves ops in this order; when it returns nil they are durable. An error
// is a [NotSavedError]: the changes are not saved, a later call may succeed. Ops
// repeated after an error do no harm, even where some of them reached the disk.
//
// The cost of one op doesn't depend on how many jobs there are. The file is
// compacted here, too, when most of it is superseded.
func (s *Store) Append(ctx context.Context, ops ...Op) error {
	if len(ops) == 0 {
		return nil
	}
	lines, err := encode(make([]byte, 0, 256*len(ops)), ops)
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
	unlock, err := s.lock(ctx, func(context.Context) error { return s.own() })
	if err != nil {
		return err
	}
	defer unlock()
	f, err := s.current()
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // what matters was synced

	if s.undurable {
		if err := s.disk.SyncFolder(filepath.Dir(s.path)); err != nil {
			return err
		}
		s.undurable = false
	}
	if err := s.write(f, lines); err != nil {
		return err
	}
	s.found.settle(ops)
	perOp := int64(len(lines) / len(ops))
	for _, op := range ops {
		s.use.count(op, perOp)
	}
	s.compactIfWasteful(f)
	return nil
}

// current opens the file, takes in what others wrote, and mends its end. It makes
// a new file where there is none any more.
func (s *Store) current() (disk.File, error) {
	for range 2 {
		f, err := s.open(os.O_RDWR)
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
	return nil, fs.ErrNotExist // somebody removes it as fast as we make it
}

// errEmpty says that a file has nothing in it, not even a header.
var errEmpty = errors.New("the file is empty")

// ready brings the position to the file's end, and the end to a whole line.
func (s *Store) ready(f disk.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	in, err := s.catchUp(f, info, true)
	defer s.tell()
	if err != nil {
		return err
	}
	whole := false
	if in != nil {
		var record bool
		if whole, record = in.wholeTail(); record {
			s.found.add(in.rec.op())
		}
	}
	if err := s.endLine(f, whole); err != nil {
		return err
	}
	if s.at.offset == 0 {
		return errEmpty
	}
	return nil
}

// write appends lines in one write and makes them durable. If it fails it takes
// back what it can: what is left is a torn line, or whole ones that say nothing new
// when the ops are repeated.
func (s *Store) write(f disk.File, lines []byte) error {
	_, err := f.WriteAt(lines, s.at.offset)
	if err == nil {
		err = f.Sync()
	}
	if err != nil {
		_ = f.Truncate(s.at.offset)
	} else {
		s.at.advance(lines)
	}
	if info, failed := f.Stat(); failed == nil {
		s.at.seen = info
	}
	return err
}

// compactIfWasteful compacts a file of which most is superseded. That it can't is
// no reason to fail: the changes are saved.
func (s *Store) compactIfWasteful(f disk.File) {
	size := s.at.offset
	if s.unlockable || size < s.minSize || !s.use.wasteful(size) { // without locks others may be writing
		return
	}
	b, in, err := s.load(f, true)
	if err != nil || !s.use.wasteful(size) { // only now it's known exactly
		return
	}
	backup, err := s.compact(f, b.matters(), in.damaged)
	if err != nil {
		s.use.late = 2 * size
	}
	if backup != "" {
		s.found.Warning = Warning{Repaired, fmt.Sprintf(
			"%d damaged lines were cleared away from %s; the file as it was is now %s", in.damaged, s.path, backup)}
		s.tell()
	}
}
