package store

import (
	"bytes"
	"io"
	"io/fs"

	"example.com/jobwatch/store/disk"
)

// How much of the file's beginning, and of what stands before the offset, is
// remembered to recognise it by. The header's id and count are in the former.
const (
	headMark = 96
	tailMark = 64
)

// position is up to where a state file is known, and how to see that it is still
// the file that it was, only longer.
type position struct {
	offset int64 // the end of the last whole line read or written
	header header
	head   []byte      // the first bytes of the file
	tail   []byte      // the last bytes before offset
	seen   fs.FileInfo // when last looked at; nil before
}

// unchanged reports whether nobody touched the file since it was last looked at.
func (p *position) unchanged(d disk.Disk, info fs.FileInfo) bool {
	return p.seen != nil && d.SameFile(p.seen, info) &&
		p.seen.Size() == info.Size() && p.seen.ModTime().Equal(info.ModTime())
}

// continues reports whether f begins as the file that we know. It's the contents
// that count: an inode is soon used again, a copy has another.
func (p *position) continues(f io.ReaderAt) bool {
	return p.offset > 0 && holds(f, 0, p.head) && holds(f, p.offset-int64(len(p.tail)), p.tail)
}

func holds(f io.ReaderAt, at int64, want []byte) bool {
	got := make([]byte, len(want))
	n, _ := f.ReadAt(got, at)
	return n == len(want) && bytes.Equal(got, want)
}

// moveTo remembers the file anew, after it was read or written up to offset.
func (p *position) moveTo(f io.ReaderAt, offset int64) error {
	p.offset = offset
	p.head = make([]byte, min(headMark, offset))
	if err := readFull(f, p.head, 0); err != nil {
		return err
	}
	p.tail = make([]byte, min(tailMark, offset))
	return readFull(f, p.tail, offset-int64(len(p.tail)))
}

// advance moves over lines that were written at the offset.
func (p *position) advance(lines []byte) {
	p.offset += int64(len(lines))
	p.head = append(p.head, lines[:min(len(lines), headMark-len(p.head))]...)
	p.tail = append(p.tail, lines[max(0, len(lines)-tailMark):]...)
	p.tail = p.tail[max(0, len(p.tail)-tailMark):]
}

func readFull(f io.ReaderAt, b []byte, at int64) error {
	n, err := f.ReadAt(b, at)
	if n == len(b) {
		return nil
	}
	return err
}

// usage tells how much of the file matters, near enough to know when compacting it
// is worth a look. It's exact after each reading of the whole file.
type usage struct {
	jobs   int
	lines  int   // that matter, when the whole file was last read
	perJob int64 // bytes of a job's lines that matter
	other  int64 // bytes of batches and of what we don't know
	late   int64 // after a compaction failed: not before the file has this size
}

// minCompact is the size, in bytes, under which a file is left alone while running:
// compacting costs two fsyncs, and should not come with every few changes. newJob is
// what a job takes as long as none is known.
const (
	minCompact = 256 << 10
	newJob     = 512
)

// count takes in an op that was written in size bytes.
func (u *usage) count(op Op, size int64) {
	switch op.(type) {
	case Track:
		u.jobs++
	case Forget:
		u.jobs = max(0, u.jobs-1)
	case SetBatch:
		u.other += size
	}
}

// wasteful reports whether three fifths of a file of that size are superseded.
// Looking closer, and compacting, takes time in proportion to the size; as so much
// has to be written between two times, it's a constant for each line written.
func (u *usage) wasteful(size int64) bool {
	return size >= u.late && 2*size > 5*(u.other+int64(u.jobs)*u.perJob)
}
