package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"example.com/jobwatch/store/disk"
)

// lockPatience is how long another process may hold the lock before we say so. It
// holds it for some milliseconds, for seconds only to compact a very large file.
const lockPatience = 5 * time.Second

// Store is an open state file. Its methods may be called from any goroutine, and
// any number of stores, in any number of processes, may have the same file open; one at
// a time, where the file system has no locks.
//
// It keeps no jobs in memory and no file open: each call opens the file that has
// the name now, which another process may have replaced.
type Store struct {
	name     string // as it was given, absolute
	path     string // where that leads; the lock and all else are beside it
	disk     disk.Disk
	patience time.Duration
	minSize  int64 // a file below it, in bytes, is left alone while running

	turn   chan struct{} // holds a token while nobody works on the fields below
	wake   chan struct{} // tells Next that Append found something
	closed chan struct{}

	at         position // up to where the file is known
	use        usage
	found      news
	undurable  bool   // the file's name may not have reached the disk
	blocked    error  // why the file, as last seen, is not ours to write
	complained string // what went wrong when Next last looked, as told
	unlockable bool   // the file system has no locks
	claim      claim  // on such a file system
	emptied    bool   // the file was empty when Next last looked into it
	crowded    bool   // another program was seen writing all the same, and that told
}

// Option changes how [Open] works.
type Option func(*Store)

// OnDisk works on another disk than the real one.
func OnDisk(d disk.Disk) Option { return func(s *Store) { s.disk = d } }

// LockPatience is how long another process may hold the lock before [Open] and
// [Store.Append] give up with a [BusyError]; 5 s by default.
func LockPatience(d time.Duration) Option { return func(s *Store) { s.patience = d } }

// Opened is what [Open] found and did.
type Opened struct {
	Contents  Contents
	Damaged   int    // lines that were skipped, in whole or in part
	Backup    string // the copy of the damaged file; "" if there was no damage
	Compacted bool
	Warnings  []Warning
}

// Open reads the state file at path, creates it and its folder where they are
// missing, and mends what a crash left: a torn last line is cut off, a damaged
// file copied to a backup beside it and rewritten without its damage. Where the
// file can't be written the store works all the same: a [Warning] says that
// changes are not saved, and each [Store.Append] tries anew.
//
// It fails where going on would pretend that nothing is tracked, or harm a file
// that is not ours: with a [NewerError], [NotStateFileError], [ReadError],
// [BusyError], [TakenError], or ctx's error.
func Open(ctx context.Context, path string, opts ...Option) (*Store, Opened, error) {
	s := &Store{
		disk:     disk.OS{},
		patience: lockPatience,
		minSize:  minCompact,
		turn:     make(chan struct{}, 1),
		wake:     make(chan struct{}, 1),
		closed:   make(chan struct{}),
	}
	for _, opt := range opts {
		opt(s)
	}
	var opened Opened
	var err error
	if s.name, err = filepath.Abs(path); err != nil { // the folder that we were started in may go
		return nil, opened, &ReadError{path, err}
	}
	if s.path, err = s.disk.Resolve(s.name); err != nil {
		return nil, opened, &ReadError{path, err}
	}
	if info, err := s.disk.Stat(s.path); err == nil {
		if what := other(info.Mode()); what != "" {
			return nil, opened, &NotStateFileError{s.path, what}
		}
	}
	s.claim = newClaim(s.path)
	unlock, err := s.lock(ctx, s.ownPatiently)
	if err == nil {
		defer unlock()
	} else if isFatal(err) {
		s.disown() // it may have become ours in the last moment
		return nil, opened, err
	}
	opened, err = s.start(err)
	if err != nil {
		s.disown()
		return nil, opened, err
	}
	s.turn <- struct{}{}
	return s, opened, nil
}

// other says what a thing is that is not a file.
func other(mode fs.FileMode) string {
	switch {
	case mode.IsRegular():
		return ""
	case mode.IsDir():
		return "a folder"
	}
	return "a device, pipe or socket"
}

// open opens the file that we work on. A pipe that was put in its place would keep
// whoever opens it waiting.
func (s *Store) open(flag int) (disk.File, error) {
	info, err := s.disk.Stat(s.path)
	if err != nil {
		return nil, err
	}
	if what := other(info.Mode()); what != "" {
		return nil, &NotStateFileError{s.path, what}
	}
	return s.disk.Open(s.path, flag, 0)
}

// lock takes the advisory lock of the file that the name leads to.
func (s *Store) lock(ctx context.Context, own func(context.Context) error) (unlock func(), err error) {
	for range 3 {
		if err = s.locate(); err != nil {
			return nil, err
		}
		if unlock, err = s.lockHere(ctx, own); err != nil {
			return nil, err
		}
		if err = s.stays(); err == nil {
			return unlock, nil
		}
		unlock() // it was led elsewhere while we waited for the lock
	}
	return nil, err
}

// lockHere takes the lock; the folder is made where it is missing. On a file system
// without locks it claims the file, by own.
func (s *Store) lockHere(ctx context.Context, own func(context.Context) error) (unlock func(), err error) {
	name := s.path + ".lock"
	patient, cancel := context.WithTimeout(ctx, s.patience)
	defer cancel()
	release, err := s.disk.Lock(patient, name)
	if errors.Is(err, fs.ErrNotExist) {
		if err = s.makeFolder(filepath.Dir(s.path)); err != nil {
			return nil, err
		}
		release, err = s.disk.Lock(patient, name)
	}
	switch {
	case err == nil:
		return func() { _ = release() }, nil // the system releases what we can't
	case errors.Is(err, disk.ErrNoLocks):
		s.unlockable = true
		return func() {}, own(ctx)
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, context.DeadlineExceeded):
		return nil, &BusyError{name, s.patience}
	case errors.Is(err, fs.ErrPermission):
		if _, missing := s.disk.Stat(name); missing == nil {
			return nil, &lockError{name, err}
		}
	}
	return nil, err
}

// isFatal reports whether an error of lock means that we may not even read: all
// but those of a disk that can't be written.
func isFatal(err error) bool {
	_, busy := errors.AsType[*BusyError](err)
	_, taken := errors.AsType[*TakenError](err)
	return busy || taken || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// makeFolder makes a folder and those above it, for the user alone, and sees to it
// that they are durable: a file is lost with the folder that it is in.
func (s *Store) makeFolder(name string) error {
	if _, err := s.disk.Stat(name); err == nil {
		return nil
	}
	above := filepath.Dir(name)
	if above == name {
		return fs.ErrNotExist
	}
	if err := s.makeFolder(above); err != nil {
		return err
	}
	if err := s.disk.Mkdir(name, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return s.disk.SyncFolder(above)
}

// take waits for the turn to work on the store.
func (s *Store) take(ctx context.Context) error {
	select {
	case <-s.turn:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-s.closed:
		s.turn <- struct{}{}
		return ErrClosed
	default:
		return nil
	}
}

func (s *Store) give() { s.turn <- struct{}{} }

// Close waits for the call that is under way and lets later ones fail with
// [ErrClosed]; one of [Store.Next] that waits ends. All that Append said was saved
// is: there is nothing to flush.
func (s *Store) Close() error {
	<-s.turn
	defer s.give()
	select {
	case <-s.closed:
		return fmt.Errorf("close: %w", ErrClosed)
	default:
	}
	close(s.closed)
	s.disown()
	return nil
}
