package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// lockPatience is how long to wait for a lock that another process holds: some milliseconds, or
// seconds while it compacts a very large file.
const lockPatience = 5 * time.Second

// Store is an open state file, which any number of goroutines and processes may share. It keeps
// no jobs in memory and no file open: another process may have replaced it at each call.
type Store struct {
	name    string // as given, but absolute
	path    string // where that led last; the lock and all else are beside it
	disk    Disk
	minSize int64 // a running store does not compact a smaller file

	turn       chan struct{} // holds a token while somebody works on the fields below
	codec      *codec        // for writing
	file       fileState
	found      news
	unlockable bool // the file system has no locks
}

// fileState is what a store knows of its file.
type fileState struct {
	first     []byte      // line: the header, unless it is damaged
	end       int64       // of the last whole line that was read or written
	suspect   bool        // there may be damaged lines
	live      int64       // bytes that were not superseded when the whole file was read or written last
	seen      fs.FileInfo // when last looked at; nil before
	undurable bool        // the file's name may not have reached the disk
	blocked   error       // why the file, as last seen, is not ours to write
}

// Opened is what [Open] found and did.
type Opened struct {
	Contents  Contents
	Damaged   int    // lines that were skipped, in whole or in part
	Backup    string // the copy of the damaged file; "" if there was no damage
	Warnings  []string
	NotSaving bool // one of the warnings says that nothing can be saved
}

// Open reads the state file at path, usually on the [OSDisk], creates it and its folder if they are missing, and mends
// what a crash left: a torn last line is cut off, and of a damaged file a backup is made. If the
// file can't be written, a warning says so, and each [Store.Append] tries again.
//
// It fails where going on would pretend that nothing is tracked, or harm a file
// that is not ours, when another process keeps its lock, or when ctx ends.
func Open(ctx context.Context, disk Disk, path string) (*Store, Opened, error) {
	s := &Store{disk: disk, minSize: minCompact, turn: make(chan struct{}, 1), codec: newCodec()}
	var opened Opened
	warn := func(format string, args ...any) {
		opened.Warnings = append(opened.Warnings, fmt.Sprintf(format, args...))
	}
	var err error
	if s.name, err = filepath.Abs(path); err != nil { // the working directory may be removed later
		return nil, opened, unreadable(path, err)
	}
	s.path = s.name
	f, end, err := s.begin(ctx)
	if err == nil {
		defer end()
		// A process that was killed may have left whole lines that are not durable. They are
		// about to be shown, so they must be; usually there is nothing to sync.
		err = f.Sync()
	}
	if ctx.Err() != nil || isUnusable(err) {
		return nil, opened, cmp.Or(ctx.Err(), err)
	}
	if s.unlockable {
		warn("the file system of %s has no locks: only one dashboard should use the file at a time,"+
			" and jobwatch does not repair or compact it", s.path)
	}
	if opened.NotSaving = err != nil; opened.NotSaving {
		warn("%v; jobwatch goes on watching and tries again", &NotSavedError{s.path, err})
		if err := s.look(); err != nil {
			return nil, opened, err
		}
	}
	opened.Damaged = s.found.Damaged
	if s.found.Reset != nil {
		opened.Contents = *s.found.Reset
	}
	s.found = news{}
	worn := s.file.end > compactFrom && 2*s.file.live < s.file.end
	_, whole := parseHeader(s.file.first)
	if !opened.NotSaving && !s.unlockable && (worn || opened.Damaged > 0 || !whole) {
		_, opened.Backup, err = s.compact(f)
		if err != nil && opened.Damaged > 0 { // one that is only too long can wait
			warn("skipped %s of %s, which could not be rewritten: %s", DamagedLines(opened.Damaged), s.path, why(err))
		}
	}
	opened.Warnings = append(opened.Warnings, s.exposed()...)
	return s, opened, nil
}

// exposed says who else may read or replace the state file, whose IDs let anyone read
// the jobs. It only warns: the permissions may be intentional.
func (s *Store) exposed() (texts []string) {
	info, err := s.disk.Stat(s.path)
	if err != nil {
		return nil
	}
	_, foreign, known := ownership(info)
	if !known {
		return nil // and the mode means nothing
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		texts = append(texts, fmt.Sprintf("%s is open to other users (mode %04o): chmod 600 it", s.path, mode))
	}
	if foreign {
		texts = append(texts, s.path+" belongs to another user: jobwatch won't compact it")
	}
	// Others may look into a folder that the user chose with --state, but nobody else
	// should be able to replace the file there.
	dir := filepath.Dir(s.path)
	if info, err = s.disk.Stat(dir); err == nil && info.Mode().Perm()&0o022 != 0 && info.Mode()&fs.ModeSticky == 0 {
		texts = append(texts, fmt.Sprintf("the folder %s is open to other users (mode %04o): chmod 700 it", dir, info.Mode().Perm()))
	}
	return texts
}

// Append saves ops in this order; when it returns nil they are durable. An error is a
// [NotSavedError]: a later call may succeed, and repeating ops that reached the disk does no harm.
// It also compacts the file when most of it is superseded.
func (s *Store) Append(ctx context.Context, ops ...Op) error {
	if len(ops) == 0 {
		return nil
	}
	if err := s.take(ctx); err != nil {
		return &NotSavedError{s.name, err}
	}
	defer s.give()
	if err := s.append(ctx, ops); err != nil {
		return &NotSavedError{s.path, err}
	}
	return nil
}

func (s *Store) append(ctx context.Context, ops []Op) error {
	lines := s.codec.lines(ops)
	f, end, err := s.begin(ctx)
	if err != nil {
		return err
	}
	defer end()
	if s.file.undurable {
		if err := s.disk.SyncFolder(filepath.Dir(s.path)); err != nil {
			return err
		}
		s.file.undurable = false
	}
	if err := s.write(f, lines); err != nil {
		return err
	}
	s.found.settle(ops)
	s.compactIfWasteful(f)
	return nil
}

// begin locks and opens the file that the name leads to, reads what others wrote, and mends its
// end. It creates the file if there is none, or nothing in it.
func (s *Store) begin(ctx context.Context) (f File, end func(), err error) {
	if err := s.check(); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, err
	}
	unlock, err := s.lock(ctx)
	if err != nil {
		return nil, nil, err
	}
	f, err = s.ready()
	if errors.Is(err, fs.ErrNotExist) {
		s.lose()
		if err = s.replace(nil, nil, newHeader(), nil); err == nil {
			f, err = s.ready()
		}
	}
	if err != nil {
		unlock()
		return nil, nil, err
	}
	return f, func() {
		_ = f.Close() // what matters was synced
		unlock()
	}, nil
}

// ready opens the file, reads up to its end, and has it end with a whole line.
func (s *Store) ready() (File, error) {
	f, err := s.disk.Open(s.path, os.O_RDWR|os.O_APPEND, 0)
	if err != nil {
		return nil, err
	}
	if err = s.mend(f); err == nil && s.file.end == 0 {
		err = fs.ErrNotExist // not even a header
	}
	if err != nil {
		_ = f.Close() // nothing was written
		return nil, err
	}
	return f, nil
}

// mend reads up to the file's end, completes a last line that only lacks its newline, and cuts
// off anything else. Without locks another program may be writing that: it becomes a damaged line.
func (s *Store) mend(f File) error {
	if err := s.refresh(f, true); err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil || info.Size() == s.file.end {
		return err
	}
	if s.file.seen = nil; info.Size() > s.file.end && !s.unlockable {
		return f.Truncate(s.file.end)
	}
	s.file.end = info.Size() + 1
	_, err = f.Write([]byte{'\n'})
	return err
}

// write appends lines in one write and makes them durable. If it fails it takes back what it
// can: what is left is a torn line, or whole ones, which may be repeated.
func (s *Store) write(f File, lines []byte) error {
	_, err := f.Write(lines)
	if err == nil {
		err = f.Sync()
	}
	if err != nil {
		if !s.unlockable {
			_ = f.Truncate(s.file.end)
		}
		return err
	}
	s.file.end += int64(len(lines))
	if info, err := f.Stat(); err == nil {
		if s.file.seen = info; info.Size() != s.file.end {
			s.file.suspect = true
			s.found.again() // another program wrote, too
		}
	}
	return nil
}

// check finds the file that the name leads to now: it may have been moved and replaced by a link.
// It fails if there is something else: opening a pipe would block.
func (s *Store) check() error {
	path, err := s.disk.Resolve(s.name)
	if err != nil {
		return err
	}
	s.path = path
	info, err := s.disk.Stat(path)
	switch {
	case err != nil || info.Mode().IsRegular():
		return err
	case info.Mode().IsDir():
		return notStateFile(path, "a folder")
	}
	return notStateFile(path, "a device, pipe or socket")
}

// lock takes the advisory lock, and creates the folder if it is missing. On a file system
// without locks it does nothing.
func (s *Store) lock(ctx context.Context) (unlock func(), err error) {
	name := s.path + ".lock"
	patient, cancel := context.WithTimeout(ctx, lockPatience)
	defer cancel()
	release, err := s.disk.Lock(patient, name)
	if errors.Is(err, fs.ErrNotExist) {
		if err = s.makeFolder(filepath.Dir(s.path)); err == nil {
			release, err = s.disk.Lock(patient, name)
		}
	}
	s.unlockable = errors.Is(err, ErrNoLocks)
	switch {
	case err == nil:
		return func() { _ = release() }, nil // the system releases what we can't
	case s.unlockable:
		return func() {}, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, context.DeadlineExceeded):
		return nil, unusable("another program has held the lock %s for over %v; if no jobwatch works on it, find out with"+
			" fuser or lsof who does", name, lockPatience)
	}
	return nil, err
}

// makeFolder creates a folder and those above it, for the user alone, and makes them
// durable: a file is lost with its folder.
func (s *Store) makeFolder(name string) error {
	above := filepath.Dir(name)
	err := s.disk.Mkdir(name, 0o700)
	if errors.Is(err, fs.ErrNotExist) && above != name {
		if err = s.makeFolder(above); err == nil {
			err = s.disk.Mkdir(name, 0o700)
		}
	}
	switch {
	case err == nil:
		return s.disk.SyncFolder(above)
	case errors.Is(err, fs.ErrExist):
		return nil
	}
	return err
}

// take waits for the turn to work on the store.
func (s *Store) take(ctx context.Context) error {
	select {
	case s.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *Store) give() { <-s.turn }
