package store

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"example.com/jobwatch/poller/job"
)

// compactFrom is the size, in bytes, from which a start may compact; minCompact, from which a
// running store may: compacting costs two fsyncs.
const (
	compactFrom = 4 << 10
	minCompact  = 256 << 10
)

// compactIfWasteful compacts a file of which three fifths may be superseded, so that it costs a
// constant for each line. That it can't is no reason to fail: the changes are saved.
func (s *Store) compactIfWasteful(f File) {
	size := s.file.end
	if s.unlockable || size < s.minSize || 2*size <= 5*s.file.live {
		return
	}
	damaged, backup, err := s.compact(f)
	if err != nil {
		s.file.live = size // try again when it is that much larger
	}
	if backup != "" {
		s.found.Warning = fmt.Sprintf("removed %s from %s; the file as it was is now %s", DamagedLines(damaged), s.path, backup)
	}
}

// compact rewrites the file with nothing but the lines that matter, byte by byte. If any are
// damaged, it first copies the whole file and returns the copy's name. It may close f.
func (s *Store) compact(f File) (damaged int, backup string, err error) {
	info, err := f.Stat()
	if err != nil {
		return 0, "", err
	}
	if _, foreign, _ := ownership(info); foreign { // they might not be able to open ours
		return 0, "", errors.New("it belongs to another user")
	}
	lines, in, err := s.needed(f, info.Size())
	if err != nil {
		return 0, "", err
	}
	if in.damaged > 0 {
		if backup, err = s.backUp(f, info.Size()); err != nil {
			return in.damaged, "", err
		}
	}
	if err := s.replace(f, info, compacted(in.first), lines); err != nil {
		if backup != "" {
			_ = s.disk.Remove(backup) // the damaged file is still there
		}
		return in.damaged, "", err
	}
	return in.damaged, backup, nil
}

// needed returns the lines of a file that matter, in its order: of each tracked job the line
// that tracked it and its last status, of each batch the last, and every unknown line.
func (s *Store) needed(f File, size int64) ([]span, *reader, error) {
	var lines []span // unknown ones, until all are found
	tracks, states, batches := make(map[job.ID]span), make(map[job.ID]span), make(map[BatchID]span)
	in := newReader(s.path, f, 0, size, false)
	in.keysOnly = !s.file.suspect
	err := in.each(func(r *record) {
		switch _, tracked := tracks[r.job.ID]; r.op {
		case trackOp:
			if !tracked {
				tracks[r.job.ID] = r.line
			}
		case statusOp:
			if tracked {
				states[r.job.ID] = r.line
			}
		case forgetOp:
			delete(tracks, r.job.ID)
			delete(states, r.job.ID)
		case batchOp:
			batches[r.batch.ID] = r.line
		default:
			lines = append(lines, r.line)
		}
	})
	for _, found := range []iter.Seq[span]{maps.Values(tracks), maps.Values(states), maps.Values(batches)} {
		lines = slices.AppendSeq(lines, found)
	}
	slices.SortFunc(lines, func(a, b span) int { return cmp.Compare(a.at, b.at) })
	return lines, in, err
}

// replace puts a new file with some lines of the old one, if there is any, in the place of the
// state file: any power cut leaves one of them. It closes the old one: Windows demands it.
func (s *Store) replace(old File, like fs.FileInfo, first []byte, lines []span) error {
	name := s.path + ".new"
	if err := s.disk.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err // a crash left it there
	}
	end := int64(len(first))
	if err := s.writeNew(name, like, func(w *bufio.Writer) error {
		_, _ = w.Write(first) // Flush returns the error
		in := bufio.NewReaderSize(io.NewSectionReader(old, 0, math.MaxInt64), 64<<10)
		at := int64(0)
		for _, line := range lines {
			if _, err := in.Discard(int(line.at - at)); err != nil {
				return err
			}
			if _, err := io.CopyN(w, in, line.size); err != nil {
				return err
			}
			at = line.at + line.size
			end += line.size
		}
		return nil
	}); err != nil {
		return err
	}
	if old != nil {
		_ = old.Close() // it was only read, or synced
	}
	if err := s.disk.Rename(name, s.path); err != nil {
		_ = s.disk.Remove(name)
		return err
	}
	// From here on the new file holds; Append fails until its name is durable.
	s.file = fileState{first: first, end: end, live: end}
	s.file.undurable = s.disk.SyncFolder(filepath.Dir(s.path)) != nil
	s.file.seen, _ = s.disk.Stat(s.path) // nil is not seen
	return nil
}

// share gives a new file the mode and the group of the one that it replaces. If it can't have the
// group, it is opened to none.
func share(f File, old fs.FileInfo) error {
	mode := old.Mode().Perm()
	if mode == 0o600 {
		return nil
	}
	if group, _, known := ownership(old); known && f.Chown(-1, group) != nil {
		mode &^= 0o070
	}
	return f.Chmod(mode)
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
	if err = errors.Join(err, f.Close()); err != nil {
		_ = s.disk.Remove(name)
	}
	return err
}

// backUp copies a damaged file to a new name beside it, which says when.
func (s *Store) backUp(f File, size int64) (string, error) {
	name := s.path + ".damaged-" + time.Now().UTC().Format("20060102T150405.000Z")
	err := s.writeNew(name, nil, func(w *bufio.Writer) error {
		_, err := io.Copy(w, io.NewSectionReader(f, 0, size))
		return err
	})
	if err == nil {
		err = s.disk.SyncFolder(filepath.Dir(name))
	}
	return name, err
}
