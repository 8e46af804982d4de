package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"time"

	"example.com/jobwatch/poller/job"
)

// followEvery is how often to look at the file: others' changes are on the screen within
// a second, for some twenty quick system calls a second.
const followEvery = 400 * time.Millisecond

// News is what other processes changed in the state file. Own changes that [Store.Append] has
// not acknowledged yet come later in the file: apply them once more afterwards.
type News struct {
	Ops     []Op      // in the order of the file
	Reset   *Contents // all that the file says, own changes included, when it was replaced or cut short
	Damaged int       // lines that were skipped, in whole or in part
	Lost    bool      // the file was removed or emptied: Append all jobs and batches again to keep them
	Warning string    // a sentence without its full stop; "" when there is none
}

// Next waits until another process has changed the file, and returns how; it never
// returns changes made through this store. Its error is ctx's. It polls: a network file
// system reports no changes of other machines.
func (s *Store) Next(ctx context.Context) (News, error) {
	tick := time.NewTicker(followEvery)
	defer tick.Stop()
	for {
		if err := s.take(ctx); err != nil {
			return News{}, err
		}
		news := s.news()
		s.give()
		if news.Reset != nil || news.Lost || len(news.Ops) > 0 || news.Damaged > 0 || news.Warning != "" {
			return news, nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return News{}, ctx.Err()
		}
	}
}

// news returns what is new. That the file can't be read is a warning, once and not 2.5 times
// a second.
func (s *Store) news() News {
	complaint := ""
	if err := s.look(); err != nil {
		complaint = err.Error()
	}
	if complaint != "" && complaint != s.found.complaint {
		s.found.Warning = complaint
	}
	s.found.complaint = complaint
	news := s.found.News
	s.found.News = News{}
	return news
}

// look reads what others did to the file. It takes no lock: it reads only whole lines, and
// files are replaced at once.
func (s *Store) look() error {
	err := s.check()
	var f File
	if err == nil {
		f, err = s.disk.Open(s.path, os.O_RDONLY, 0)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		s.lose()
		return nil
	case err != nil:
		return unreadable(s.path, err)
	}
	defer func() { _ = f.Close() }() // only read
	return s.refresh(f, false)
}

func holds(f io.ReaderAt, at int64, want []byte) bool {
	got := make([]byte, len(want))
	n, _ := f.ReadAt(got, at)
	return n == len(want) && bytes.Equal(got, want)
}

// refresh reads what others wrote since the file was last looked at, or all of another file. A
// writer also reads a last line that lacks its newline; the end is then where that will be.
func (s *Store) refresh(f File, writer bool) error {
	info, err := f.Stat()
	if err != nil {
		return unreadable(s.path, err)
	}
	known, reload := &s.file, s.found.reload && !writer
	unchanged := known.seen != nil && known.seen.Size() == info.Size() && known.seen.ModTime().Equal(info.ModTime())
	if unchanged && !reload && (known.blocked != nil || !writer || info.Size() == known.end) {
		return known.blocked
	}
	// The file that we know, only longer, has the same first line, and a line ends where we are.
	// An inode says nothing: it is soon used again, and a copy has another.
	replaced := known.end == 0 || !holds(f, 0, known.first) || !holds(f, known.end-1, []byte{'\n'})
	b := newBuilder(info.Size())
	from, add := known.end, func(r *record) {
		if op := r.asOp(); op != nil && !s.found.reload {
			s.found.Ops = append(s.found.Ops, op)
		}
	}
	if replaced || reload {
		from, add = 0, b.add
	}
	in := newReader(s.path, f, from, info.Size(), writer)
	err = in.each(add)
	switch {
	case err == nil && from == 0 && !in.known && in.foreign: // one with damage is repaired
		err = notStateFile(s.path, "another kind of file")
	case err == nil && in.end == 0:
		s.lose() // this says nothing, not that there is nothing: jobwatch never leaves a file so
		return nil
	case err != nil && !isUnusable(err):
		return unreadable(s.path, err)
	}
	if known.blocked, known.seen = err, info; err != nil { // until somebody changes it
		return err
	}
	before := *known
	if known.end = in.end; from > 0 {
		known.suspect = known.suspect || in.damaged > 0
		s.found.Damaged += in.damaged
		return nil
	}
	known.first, known.suspect = in.first, in.damaged > 0
	known.live = in.end * min(int64(2*len(b.ofJobs)+len(b.ofBatches)), in.lines) / max(in.lines, 1)
	// Whoever put another file there may have died before its name was durable.
	known.undurable = replaced || before.undurable
	contents := b.contents()
	s.found.Ops, s.found.Reset, s.found.Damaged, s.found.reload = nil, &contents, in.damaged, false
	now, _ := parseHeader(in.first)
	then, _ := parseHeader(before.first)
	if compacted := now.ID == then.ID && now.Compacted > then.Compacted; replaced && before.end > 0 && !compacted {
		s.found.Warning = fmt.Sprintf("another program replaced or changed %s: this is what it says now", s.path)
	}
	return nil
}

// lose notes that the file is gone, if there was anything in it: whoever shows the jobs still
// has them.
func (s *Store) lose() {
	if s.file.end > 0 {
		s.found.Lost, s.found.reload = true, false
		s.found.Warning = s.path + " was removed or emptied: it will be written again"
	}
	s.file = fileState{}
}

// news is what Next has yet to return, and what it knows of the file's troubles.
type news struct {
	News
	reload    bool   // read the whole file for Reset
	complaint string // the last error of look
}

// again asks for all that the file says, which makes single ops needless.
func (n *news) again() {
	n.reload = true
	n.Ops, n.Reset = nil, nil
}

// settle drops what own ops, which were written behind the ones that wait, replace. What this
// can't settle, such as one job tracked on both sides at once, asks for all that the file says.
func (n *news) settle(own []Op) {
	if n.Reset != nil {
		n.again()
	}
	if len(n.Ops) == 0 {
		return
	}
	type subject struct {
		job   job.ID
		batch BatchID
	}
	last := make(map[subject]op)
	for _, op := range own {
		r := op.record()
		last[subject{r.job.ID, r.batch.ID}] = r.op
	}
	conflict := false
	n.Ops = slices.DeleteFunc(n.Ops, func(op Op) bool {
		r := op.record()
		by, written := last[subject{r.job.ID, r.batch.ID}]
		replaced := by == r.op && by != trackOp
		conflict = conflict || written && !replaced
		return replaced
	})
	if conflict {
		n.again()
	}
}
