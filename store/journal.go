package store

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"slices"

	"example.com/jobwatch/poller/job"
)

// maxLine is the length of the longest line that readers accept, in bytes with its
// newline. It bounds the memory that a damaged file can ask for.
const maxLine = 1 << 20

// span is where a line is in the file, with its newline.
type span struct{ at, size int64 }

// reader reads a journal, past any damage.
type reader struct {
	*codec
	src  *bufio.Reader
	path string // for errors
	tail bool   // to read a last line that lacks only its newline, as some editors leave it

	end     int64  // where the next line begins: behind the last whole line, with its newline
	lines   int64  // with a record, so far
	first   []byte // line, with its newline
	damaged int    // lines skipped, in whole or in part
	known   bool   // something was read that only a state file has
	foreign bool   // something was read that other files may have, too
}

// newReader returns a reader of a file from that offset on, as far as size.
func newReader(path string, f io.ReaderAt, at, size int64, tail bool) *reader {
	buffer := int(min(size-at+1, maxLine)) // one more byte, to meet the end in one read
	src := bufio.NewReaderSize(io.NewSectionReader(f, at, size-at), buffer)
	return &reader{codec: newCodec(), src: src, path: path, end: at, tail: tail}
}

// each calls do with each record. The error is src's, or that of a newer version. The
// argument is valid until do returns.
func (r *reader) each(do func(*record)) error {
	for {
		line, err := r.src.ReadSlice('\n')
		size := int64(len(line))
		for errors.Is(err, bufio.ErrBufferFull) { // longer than any line may be
			line, err = r.src.ReadSlice('\n')
			size += int64(len(line))
			line = nil
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if err == nil {
			r.line = span{r.end, size}
			r.end += size
			if err := r.read(line, size > maxLine, do); err != nil {
				return err
			}
			continue
		}
		if r.line = (span{r.end, size + 1}); r.tail && r.decode(line) {
			r.end += size + 1
			r.take(do)
		} else {
			r.foreign = r.foreign || !isTorn(line)
		}
		return nil
	}
}

// read decodes a line.
func (r *reader) read(line []byte, tooLong bool, do func(*record)) error {
	if r.line.at == 0 {
		r.first = bytes.Clone(line)
		if head, ok := parseHeader(line); ok {
			if r.known = true; head.Version > Version {
				return unusable("%s is in version %d of the format, this jobwatch knows only %d; the file was left as it is:"+
					" use a newer jobwatch, or name another file with --state", r.path, head.Version, Version)
			}
			return nil
		}
	}
	switch {
	case r.decode(line):
		r.take(do)
		return nil
	case !tooLong && len(bytes.TrimSpace(line)) == 0:
		return nil
	}
	r.damaged++
	r.foreign = r.foreign || tooLong || !isTorn(line)
	// A record may follow damage on the same line: a hole that a power cut left, or a line that
	// was cut short. It can't contain opStart: in a text its quotes are escaped.
	if i := bytes.LastIndex(line, []byte(opStart)); i > 0 && r.decode(line[i:]) {
		r.line = span{r.line.at + int64(i), r.line.size - int64(i)}
		r.take(do)
	}
	return nil
}

// take notes what the record says of the file, and passes it on.
func (r *reader) take(do func(*record)) {
	ours := r.asOp() != nil
	r.known, r.foreign = r.known || ours, r.foreign || !ours
	r.lines++
	do(&r.record)
}

// isTorn reports whether text may be all that a power cut left of a state file: a hole,
// or the beginning of the header.
func isTorn(text []byte) bool {
	text = bytes.TrimRight(text, "\n")
	return len(bytes.Trim(text, "\x00")) == 0 ||
		bytes.HasPrefix([]byte(headerStart), text[:min(len(text), len(headerStart))])
}

// builder makes contents of records.
type builder struct {
	jobs      []Job
	batches   []Batch
	ofJobs    map[job.ID]int // places in jobs
	ofBatches map[BatchID]int
	total     int64 // bytes of the whole file; 0 if not known
}

func newBuilder(total int64) *builder {
	return &builder{ofJobs: make(map[job.ID]int), ofBatches: make(map[BatchID]int), total: total}
}

func (b *builder) add(r *record) {
	switch i, tracked := b.ofJobs[r.job.ID]; r.op {
	case trackOp:
		if tracked {
			return
		}
		if n := int64(len(b.jobs)); n == int64(cap(b.jobs)) && n > 0 && r.line.at > 0 {
			// Room for all that will come if the file goes on like this, but for at most three
			// times the present ones: copying them repeatedly is a third of the work.
			b.jobs = slices.Grow(b.jobs, int(min(max(n*b.total/r.line.at-n, n/2), 3*n)))
		}
		b.ofJobs[r.job.ID] = len(b.jobs)
		b.jobs = append(b.jobs, r.job)
	case statusOp:
		if tracked {
			r.job.Batch, r.job.Added = b.jobs[i].Batch, b.jobs[i].Added
			b.jobs[i] = r.job
		}
	case forgetOp:
		delete(b.ofJobs, r.job.ID)
	case batchOp:
		i, known := b.ofBatches[r.batch.ID]
		if !known {
			i = len(b.batches)
			b.ofBatches[r.batch.ID] = i
			b.batches = append(b.batches, Batch{})
		}
		b.batches[i] = r.batch
	}
}

// contents closes the gaps that removed jobs left.
func (b *builder) contents() Contents {
	if i := -1; len(b.jobs) > len(b.ofJobs) {
		b.jobs = slices.DeleteFunc(b.jobs, func(j Job) bool {
			i++
			place, tracked := b.ofJobs[j.ID]
			return !tracked || place != i
		})
	}
	return Contents{Jobs: b.jobs, Batches: b.batches}
}
