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

// lockPatience is how long to wait for a lock that another process holds before giving up
// with a [BusyError]. It holds it for some milliseconds, for seconds only to compact a very
// large file.
const lockPatience = 5 * time.Second

// compactFrom is the size, in bytes, from which a start may compact. minCompact is the
// same for a running store: compacting costs two fsyncs, and should not come with every
// few changes.
const (
	compactFrom = 4 << 10
	minCompact  = 256 << 10
)

// Store is an open state file. Its methods may be called from any goroutine, and any
// number of stores, in any number of processes, may have the same file open.
//
// It keeps no jobs in memory, only where their lines are, and no file open: each call
// opens the file that has the name now, which another process may have replaced.
type Store struct {
	name     string // as given, but absolute
	path     string // where that leads; the lock and all else are beside it
	disk     Disk
	patience time.Duration
	minSize  int64 // a running store does not compact a smaller file

	turn   chan struct{} // holds a token while nobody works on the fields below
	wake   chan struct{} // tells Next that Append found something
	closed chan struct{}

	file       fileState
	found      news
	unlockable bool // the file system has no locks
}

// fileState is what a store knows of its file.
type fileState struct {
	header    *header
	mark      []byte // its first line, as it stands there
	end       int64  // of the last whole line that was read or written
	index     index
	damaged   int         // lines, since the last compaction
	late      int64       // a compaction failed: try again from this size
	seen      fs.FileInfo // when last looked at; nil before
	undurable bool        // the file's name may not have reached the disk
	blocked   error       // why the file, as last seen, is not ours to write
}

// Option changes how [Open] works.
type Option func(*Store)

// OnDisk works on another disk than the real one.
func OnDisk(d Disk) Option { return func(s *Store) { s.disk = d } }

// Opened is what [Open] found and did.
type Opened struct {
	Contents  Contents
	Damaged   int    // lines that were skipped, in whole or in part
	Backup    string // the copy of the damaged file; "" if there was no damage
	Compacted bool
	Warnings  []Warning
}

// Open reads the state file at path and creates it and its folder if they are missing.
// It mends what a crash left: it cuts off a torn last line, and copies a damaged file to
// a backup beside it and rewrites it without its damage. If the file can't be written,
// the store works all the same: a [Warning] says that changes are not saved, and each
// [Store.Append] tries again.
//
// It fails where going on would pretend that nothing is tracked, or harm a file
// that is not ours: with a [NewerError], [NotStateFileError], [ReadError],
// [BusyError], or ctx's error.
func Open(ctx context.Context, path string, opts ...Option) (*Store, Opened, error) {
	s := &Store{
		disk:     OSDisk{},
		patience: lockPatience,
		minSize:  minCompact,
		turn:     make(chan struct{}, 1),
		wake:     make(chan struct{}, 1),
		closed:   make(chan struct{}),
	}
	for _, opt := range opts {
		opt(s)
	}
	var err error
	if s.name, err = filepath.Abs(path); err != nil { // the working directory may be removed later
		return nil, Opened{}, &ReadError{path, err}
	}
	if s.path, err = s.disk.Resolve(s.name); err != nil {
		return nil, Opened{}, &ReadError{path, err}
	}
	if err := s.check(); refuses(err) {
		return nil, Opened{}, err
	}
	unlock, unwritable := s.lock(ctx)
	if unwritable == nil {
		defer unlock()
	}
	if _, busy := errors.AsType[*BusyError](unwritable); busy || ctx.Err() != nil {
		return nil, Opened{}, cmp.Or(ctx.Err(), unwritable)
	}
	opened, err := s.start(unwritable)
	if err != nil {
		return nil, opened, err
	}
	s.turn <- struct{}{}
	return s, opened, nil
}

// start reads the file and mends it, under the lock. unwritable is why there is no lock, when
// the disk can't be written; then it only reads.
func (s *Store) start(unwritable error) (opened Opened, err error) {
	warn := func(kind WarningKind, format string, args ...any) {
		opened.Warnings = append(opened.Warnings, Warning{kind, fmt.Sprintf(format, args...)})
	}
	if s.unlockable {
		warn(NoLocks, "the file system of %s has no locks: only one dashboard should use the file at a time,"+
			" and jobwatch does not repair or compact it", s.path)
	}
	s.file.undurable = true
	var f File
	if unwritable == nil {
		f, unwritable = s.current()
	}
	if unwritable == nil {
		defer func() { _ = f.Close() }() // what matters was synced
		// A process that was killed may have left whole lines that are not durable. They are
		// about to be shown, so they must be; usually there is nothing to sync.
		unwritable = f.Sync()
	}
	if unwritable != nil {
		if err := s.onlyRead(unwritable); err != nil {
			return opened, err
		}
		warn(NotSaving, "%v; jobwatch goes on watching and tries again", &NotSavedError{s.path, unwritable})
	}
	opened.Damaged = s.found.Damaged
	if s.found.Reset != nil {
		opened.Contents = *s.found.Reset
	}
	s.found = news{}
	worn := s.file.end > compactFrom && 2*s.file.index.live < s.file.end
	if unwritable == nil && !s.unlockable && (worn || s.file.damaged > 0 || s.file.header == nil) {
		opened.Backup, err = s.compact(f)
		opened.Compacted = err == nil
		if err != nil && opened.Damaged > 0 { // one that is only too long can wait
			warn(NotRepaired, "%s has %d damaged lines, which were skipped; it could not be rewritten without them: %s",
				s.path, opened.Damaged, why(err))
		}
	}
	for _, text := range s.exposed() {
		warn(Exposed, "%s", text)
	}
	return opened, nil
}

// onlyRead reads a file that can't be written. It returns the reason itself if that means
// that the file can't be read either.
func (s *Store) onlyRead(unwritable error) error {
	if refuses(unwritable) {
		return unwritable
	}
	f, err := s.openToRead()
	if f == nil { // without an error there is nothing, and nothing can be
		return err
	}
	defer func() { _ = f.Close() }() // only read
	_, err = s.reread(f, true)
	return err
}

// openToRead opens the file to read it; nil if there is none.
func (s *Store) openToRead() (File, error) {
	f, err := s.open(os.O_RDONLY)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil && !refuses(err):
		return nil, &ReadError{s.path, err}
	}
	return f, err
}

// refuses reports whether an error means that the file is not to be read, rather than that
// it can't be written.
func refuses(err error) bool {
	_, unreadable := errors.AsType[*ReadError](err)
	_, isNewer := errors.AsType[*NewerError](err)
	_, isOther := errors.AsType[*NotStateFileError](err)
	return unreadable || isNewer || isOther
}

// check fails if there is no file at the path. Opening a pipe there would block.
func (s *Store) check() error {
	info, err := s.disk.Stat(s.path)
	switch {
	case err != nil || info.Mode().IsRegular():
		return err
	case info.Mode().IsDir():
		return &NotStateFileError{s.path, "a folder"}
	}
	return &NotStateFileError{s.path, "a device, pipe or socket"}
}

// open opens the file.
func (s *Store) open(flag int) (File, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	return s.disk.Open(s.path, flag, 0)
}

// locate resolves the name's links again, and reports whether they lead to another file now.
// A file may be moved and replaced by a link while it is open here; programs started since
// then have their lock beside the moved file.
func (s *Store) locate() (moved bool, err error) {
	path, err := s.disk.Resolve(s.name)
	if err != nil || path == s.path {
		return false, err
	}
	s.path, s.unlockable = path, false
	return true, nil
}

// lock takes the advisory lock of the file that the name leads to.
func (s *Store) lock(ctx context.Context) (unlock func(), err error) {
	for range 3 {
		unlock, err = s.lockHere(ctx)
		moved, failed := s.locate() // perhaps while we waited for the lock
		if failed == nil && !moved {
			return unlock, err
		}
		if err == nil {
			unlock()
		}
		if err = errMoved; failed != nil {
			return nil, failed
		}
	}
	return nil, err
}

// lockHere takes the lock; it creates the folder if it is missing. On a file system
// without locks it does nothing.
func (s *Store) lockHere(ctx context.Context) (unlock func(), err error) {
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
	case errors.Is(err, ErrNoLocks):
		s.unlockable = true
		return func() {}, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, context.DeadlineExceeded):
		return nil, &BusyError{name, s.patience}
	case errors.Is(err, fs.ErrPermission):
		if _, missing := s.disk.Stat(name); missing == nil {
			return nil, errors.New(name + " may not be opened: remove it while no jobwatch runs;" +
				" another user has made it, perhaps with sudo")
		}
	}
	return nil, err
}

// makeFolder creates a folder and those above it, for the user alone, and makes them
// durable: a file is lost with its folder.
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

// Close waits for the call that is under way. Later ones fail with [ErrClosed], and a
// waiting [Store.Next] ends. There is nothing to flush.
func (s *Store) Close() error {
	<-s.turn
	defer s.give()
	select {
	case <-s.closed:
		return fmt.Errorf("close: %w", ErrClosed)
	default:
	}
	close(s.closed)
	return nil
}
