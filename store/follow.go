package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"
)

// followEvery is how often to look at the file: others' changes are on the screen within
// a second, for some twenty quick system calls a second.
const followEvery = 400 * time.Millisecond

// News is what other processes changed in the state file. Whoever shows it applies
// it, and then once more those own changes that [Store.Append] has not acknowledged
// yet: they come later in the file.
type News struct {
	Ops     []Op      // in the order of the file
	Reset   *Contents // all that the file says, own changes included, when it was replaced or cut short
	Damaged int       // lines that were skipped, in whole or in part
	Lost    bool      // the file was removed or emptied: Append all jobs and batches again to keep them
	Warning Warning   // its Kind is 0 when there is none
}

func (n *News) any() bool {
	return n.Reset != nil || n.Lost || len(n.Ops) > 0 || n.Damaged > 0 || n.Warning.Kind != 0
}

// Next waits until another process has changed the file, and returns how; it never
// returns changes made through this store. Its error is ctx's or [ErrClosed].
// It polls: a network file system reports no changes of other machines.
func (s *Store) Next(ctx context.Context) (News, error) {
	timer := time.NewTimer(followEvery)
	defer timer.Stop()
	for {
		if err := s.take(ctx); err != nil {
			return News{}, err
		}
		s.look()
		news := s.found.News
		s.found.News = News{}
		s.give()
		if news.any() {
			return news, nil
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
	if s.found.reload || s.found.any() {
		select {
		case s.wake <- struct{}{}:
		default:
		}
	}
}

// look reads what others did to the file. If it can't, that is a warning, once and not
// 2.5 times a second.
func (s *Store) look() {
	err := s.lookAt()
	if err == nil {
		s.found.complaint = ""
		return
	}
	if text := err.Error(); text != s.found.complaint {
		s.found.complaint = text
		s.found.Warning = Warning{NotSaving, text}
	}
}

// lookAt takes no lock: it reads only whole lines, and files are replaced at once.
func (s *Store) lookAt() error {
	if _, err := s.locate(); err != nil {
		return &ReadError{s.path, err}
	}
	f, err := s.openToRead()
	switch {
	case err != nil:
		return err
	case f == nil:
		s.lose()
		return nil
	}
	defer func() { _ = f.Close() }() // only read
	info, err := f.Stat()
	switch {
	case err != nil:
		return &ReadError{s.path, err}
	case s.file.unchanged(s.disk, info) && !s.found.reload:
		return s.file.blocked
	}
	before := s.found.emptied
	if s.found.emptied = info.Size() == 0; s.found.emptied && !before {
		return nil // whoever emptied it may be about to write it
	}
	if s.found.reload {
		_, err = s.reread(f, false)
	} else {
		_, err = s.catchUp(f, info, false)
	}
	return err
}

// unchanged reports whether nobody touched the file since it was last looked at.
func (f *fileState) unchanged(d Disk, info fs.FileInfo) bool {
	return f.seen != nil && d.SameFile(f.seen, info) && f.seen.Size() == info.Size() && f.seen.ModTime().Equal(info.ModTime())
}

// continues reports whether a file is the one that we know, only longer: it has the same
// first line, with the header's id and count, and a line ends where we are. An inode says
// nothing: it is soon used again, and a copy has another.
func (f *fileState) continues(file io.ReaderAt) bool {
	return f.end > 0 && holds(file, 0, f.mark) && holds(file, f.end-1, []byte{'\n'})
}

func holds(f io.ReaderAt, at int64, want []byte) bool {
	got := make([]byte, len(want))
	n, _ := f.ReadAt(got, at)
	return n == len(want) && bytes.Equal(got, want)
}

// catchUp reads what others wrote since the file was last looked at, and with tail also a
// last line that lacks its newline. It reports whether there was one.
func (s *Store) catchUp(f File, info fs.FileInfo, tail bool) (whole bool, err error) {
	known := &s.file
	if known.unchanged(s.disk, info) && (known.blocked != nil || info.Size() == known.end) {
		return false, known.blocked
	}
	if known.seen == nil || !s.disk.SameFile(known.seen, info) {
		known.undurable = true // whoever put it there may have died before its name was durable
	}
	if !known.continues(f) {
		had, before := known.end > 0, known.header
		whole, err = s.reread(f, tail)
		if err == nil && had && known.end > 0 && !known.header.follows(before) {
			s.found.Warning = Warning{Replaced, fmt.Sprintf(
				"another program replaced or changed %s: this is what it says now", s.path)}
		}
		return whole, err
	}
	in := newReader(f, known.end, info.Size(), tail)
	if err := in.each(func(r *record) {
		s.found.add(r.op())
		known.index.add(r.key(), r.line)
	}); err != nil {
		return false, s.block(err, info)
	}
	s.found.Damaged += in.damaged
	known.blocked, known.seen, known.end, known.damaged = nil, info, in.end, known.damaged+in.damaged
	return in.whole, nil
}

// reread reads the whole file, which is not the one we knew, only longer. Next then returns
// all that it says in place of single changes. A file without a whole line says nothing,
// not that there is nothing: jobwatch never leaves one so.
func (s *Store) reread(f File, tail bool) (whole bool, err error) {
	info, err := f.Stat()
	if err != nil {
		return false, &ReadError{s.path, err}
	}
	in := newReader(f, 0, info.Size(), tail)
	b := &builder{total: info.Size()}
	if err = in.each(b.add); err == nil && !in.ours() {
		err = &NotStateFileError{s.path, "another kind of file"}
	}
	if err != nil {
		return false, s.block(err, info)
	}
	known := s.file.end > 0
	s.file = fileState{
		header: in.head, mark: in.first, end: in.end, index: b.index, damaged: in.damaged, seen: info,
		undurable: s.file.undurable,
	}
	switch {
	case in.end > 0 || in.whole:
		contents := b.contents()
		s.found.again()
		s.found.Reset, s.found.reload = &contents, false
		s.found.Damaged = in.damaged
	case known:
		s.found.lose(s.path)
	}
	return in.whole, nil
}

// block makes an error of reading one that names the file. If it means that the file is
// not ours to write, that holds until somebody changes the file.
func (s *Store) block(err error, info fs.FileInfo) error {
	newer, isNewer := errors.AsType[*NewerError](err)
	_, isOther := errors.AsType[*NotStateFileError](err)
	if !isNewer && !isOther {
		return &ReadError{s.path, err}
	}
	if isNewer {
		newer.Path = s.path
	}
	s.file.blocked, s.file.seen = err, info
	return err
}

// lose notes that the file is gone, if there was anything in it.
func (s *Store) lose() {
	known := s.file.end > 0
	s.file = fileState{}
	if known {
		s.found.lose(s.path)
	}
}

// news is what Next has yet to return, and what it knows of the file's troubles.
type news struct {
	News
	reload    bool   // read the whole file for Reset
	complaint string // the last error of look
	emptied   bool   // the file was empty at the last look
}

// maxWaiting bounds the ops that wait for Next. If it is called that late, it returns
// all that the file says.
const maxWaiting = 10_000

func (n *news) add(op Op) {
	if op == nil || n.reload {
		return
	}
	if n.Ops = append(n.Ops, op); len(n.Ops) > maxWaiting {
		n.again()
	}
}

// again asks for all that the file says, which makes single ops needless.
func (n *news) again() {
	n.reload = true
	n.Ops, n.Reset = nil, nil
}

// lose says that the file says nothing any more, also nothing to reread: whoever shows
// the jobs still has them.
func (n *news) lose(path string) {
	n.reload = false
	n.Lost = true
	n.Warning = Warning{Replaced, path + " was removed or emptied: it will be written again"}
}

// settle notes that own ops were written behind the ones that wait. Whoever asked for the
// own ones shows them already, so what they replace must not be told any more. The rare
// cases that this can't settle, such as one job tracked on both sides at once, ask for
// all that the file says.
func (n *news) settle(own []Op) {
	if n.Reset != nil {
		n.again()
	}
	if len(n.Ops) == 0 {
		return
	}
	tracked := make(map[key]bool) // own subjects, and whether they were tracked
	for _, op := range own {
		k := op.key()
		tracked[k.subject()] = tracked[k.subject()] || k.kind == trackOp
	}
	keep := n.Ops[:0]
	for _, op := range n.Ops {
		k := op.key()
		again, ours := tracked[k.subject()]
		switch {
		case ours && (again || k.kind == trackOp):
			n.again()
			return
		case !ours || k.kind == forgetOp:
			keep = append(keep, op)
		}
	}
	n.Ops = keep
}
