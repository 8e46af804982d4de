package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"example.com/jobwatch/store/disk"
)

// followEvery is how often the file is looked at: others' changes are on the
// screen within a second, for some twenty quick system calls a second.
const followEvery = 400 * time.Millisecond

// Next waits until another process has changed the file, and returns how; changes
// made through this store are never told. Its error is ctx's or [ErrClosed].
// It polls: a network file system reports no changes of other machines.
func (s *Store) Next(ctx context.Context) (News, error) {
	timer := time.NewTimer(followEvery)
	defer timer.Stop()
	for {
		if err := s.take(ctx); err != nil {
			return News{}, err
		}
		s.look()
		if s.unlockable {
			_ = s.beat() // Append tells what is wrong with the disk
		}
		found := s.found
		s.found = news{}
		s.give()
		if found.any() {
			return found.News, nil
		}
		timer.Reset(followEvery)
		select {
		case <-timer.C:
		case <-s.wake:
		case <-s.closed:
			return News{}, ErrClosed
		case <-ctx.Done():
			return News{}, ctx.Err()
		}
	}
}

// tell wakes Next, if there is something for it.
func (s *Store) tell() {
	if s.found.any() {
		select {
		case s.wake <- struct{}{}:
		default:
		}
	}
}

// look takes in what others did to the file, and tells when that can't be seen.
func (s *Store) look() {
	err := s.lookAt()
	if err == nil {
		s.complained = ""
		return
	}
	if text := err.Error(); text != s.complained { // once, not 2.5 times a second
		s.complained = text
		s.found.Warning = Warning{NotSaving, text}
	}
}

// lookAt takes no lock: lines are read only when they are whole, and files are
// replaced at once.
func (s *Store) lookAt() error {
	if err := s.locate(); err != nil {
		return &ReadError{s.path, err}
	}
	info, err := s.disk.Stat(s.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		s.lose()
		return nil
	case err != nil:
		return &ReadError{s.path, err}
	case s.at.unchanged(s.disk, info) && !s.found.reload:
		return s.blocked
	}
	f, err := s.open(os.O_RDONLY)
	switch _, isOther := errors.AsType[*NotStateFileError](err); {
	case isOther:
		return err
	case errors.Is(err, fs.ErrNotExist):
		return nil // gone this moment: next time we know
	case err != nil:
		return &ReadError{s.path, err}
	}
	defer func() { _ = f.Close() }() // only read
	return s.lookInto(f)
}

func (s *Store) lookInto(f disk.File) error {
	info, err := f.Stat()
	if err != nil {
		return &ReadError{s.path, err}
	}
	before := s.emptied
	if s.emptied = info.Size() == 0; s.emptied && !before {
		return nil // whoever emptied it may be about to write it
	}
	if !s.found.reload {
		_, err = s.catchUp(f, info, false)
	} else {
		_, err = s.reread(f, false)
	}
	return err
}

// catchUp takes in what others wrote since the file was last looked at. It returns
// the reader that did, for what it found behind the last whole line; nil if there
// was nothing to read.
func (s *Store) catchUp(f disk.File, info fs.FileInfo, skim bool) (*reader, error) {
	if s.at.unchanged(s.disk, info) && (s.blocked != nil || info.Size() == s.at.offset) {
		return nil, s.blocked
	}
	if s.at.seen == nil || !s.disk.SameFile(s.at.seen, info) {
		s.undurable = true // whoever put it there may have died before its name was durable
	}
	if !s.at.continues(f) {
		known, before := s.at.offset > 0, s.at.header
		in, err := s.reread(f, skim)
		if err == nil && known && s.at.offset > 0 && !s.at.header.follows(before) {
			s.found.Warning = Warning{Replaced, fmt.Sprintf(
				"another program replaced or changed %s: this is what it says now", s.path)}
		}
		return in, err
	}
	in := newReader(io.NewSectionReader(f, s.at.offset, info.Size()-s.at.offset), s.at.offset, s.found.reload)
	news := false
	if err := in.each(func(r *record, line span) {
		op := r.op()
		s.found.add(op)
		s.use.count(op, line.size)
		news = true
	}); err != nil {
		return nil, s.block(err, info)
	}
	s.blocked = nil
	s.found.Damaged += in.damaged
	s.at.seen = info
	if s.unlockable && news && !s.crowded {
		s.crowded = true
		s.found.Warning = Warning{NoLocks, fmt.Sprintf(
			"another program writes %s, on a file system without locks: close one of the two, or changes get lost", s.path)}
	}
	if err := s.at.moveTo(f, in.end); err != nil {
		return nil, &ReadError{s.path, err}
	}
	return in, nil
}

// reread reads a file anew that is not the one we knew, only longer. The whole
// truth is told in place of single changes; with skim not yet. A file without a whole
// line says nothing, not that there is nothing: jobwatch never leaves one so.
func (s *Store) reread(f disk.File, skim bool) (*reader, error) {
	known := s.at.offset > 0
	b, in, err := s.load(f, skim)
	if err != nil {
		return nil, err
	}
	if s.at.offset == 0 {
		if known {
			s.found.lose(s.path)
		}
		return in, nil
	}
	s.found.again()
	s.found.Damaged = in.damaged
	if !skim {
		contents := b.contents()
		s.found.Reset, s.found.reload = &contents, false
	}
	return in, nil
}

// lose notes that the file is gone, if there was anything in it.
func (s *Store) lose() {
	known := s.at.offset > 0
	s.at = position{}
	if known {
		s.found.lose(s.path)
	}
}
