package store

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"io"
	"runtime"
	"slices"
	"sync"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/panics"
)

// maxLine is the length of the longest line that readers accept, in bytes with its
// newline. It bounds the memory that a damaged file can ask for.
const maxLine = 1 << 20

// A large file is decoded by maxDecoders goroutines, about chunkSize bytes at a time.
const (
	maxDecoders = 4
	readBuffer  = 32 << 10
	chunkSize   = 64 << 10
)

// span is where a line is in the file, with its newline; its size is 0 for no line.
type span struct{ at, size int64 }

// chunk is a few lines in a row.
type chunk struct {
	decoder
	at      int64 // where they begin
	lines   []byte
	records []record
	err     error
}

// reader reads a journal, past any damage.
type reader struct {
	src  *bufio.Reader
	tail bool // to read a last line that lacks only its newline, as some editors leave it

	end  int64  // where the next line begins: behind the last whole line
	rest []byte // what stands there at the end of the file
	eof  bool

	first   []byte  // line, with its newline
	head    *header // of the first line; nil if that was damaged
	damaged int     // lines skipped, in whole or in part
	known   bool    // something was read that only a state file has
	foreign bool    // something was read that other files may have, too
	whole   bool    // a last line without its newline was read
}

// newReader returns a reader of a file from that offset on, as far as size.
func newReader(f io.ReaderAt, at, size int64, tail bool) *reader {
	buffer := int(min(size-at+1, readBuffer)) // one more byte, to meet the end in one read
	return &reader{src: bufio.NewReaderSize(io.NewSectionReader(f, at, size-at), buffer), end: at, tail: tail}
}

// each calls do with each record other than headers. The error is src's, a [NewerError] as
// soon as that is known, or a panic. The argument is valid until do returns.
func (r *reader) each(do func(*record)) error {
	chunks := make([]chunk, min(runtime.GOMAXPROCS(0), maxDecoders))
	for i := range chunks {
		chunks[i].opts = lenient()
	}
	for !r.eof {
		n := 0
		for ; n < len(chunks) && !r.eof; n++ {
			if err := r.fill(&chunks[n]); err != nil {
				return err
			}
		}
		var decoding sync.WaitGroup
		for i := range chunks[1:n] {
			decoding.Go(chunks[1+i].decodeAll)
		}
		chunks[0].decodeAll()
		decoding.Wait()
		for i := range chunks[:n] {
			if chunks[i].err != nil {
				return chunks[i].err
			}
			for k := range chunks[i].records {
				if err := r.take(&chunks[i].records[k], do); err != nil {
					return err
				}
			}
		}
	}
	r.foreign = r.foreign || !isTorn(r.rest)
	last := record{line: span{r.end, int64(len(r.rest)) + 1}}
	if r.tail && chunks[0].decodeLine(r.rest, &last) && !last.damaged {
		r.whole = true
		return r.take(&last, do)
	}
	return nil
}

// fill reads lines into a chunk.
func (r *reader) fill(c *chunk) error {
	c.at, c.lines, c.records = r.end, c.lines[:0], c.records[:0]
	for !r.eof && len(c.lines) < chunkSize {
		begin, size := len(c.lines), int64(0)
		err := bufio.ErrBufferFull
		for errors.Is(err, bufio.ErrBufferFull) {
			var part []byte
			part, err = r.src.ReadSlice('\n')
			if size += int64(len(part)); size <= maxLine {
				c.lines = append(c.lines, part...)
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			if r.eof = true; size <= maxLine {
				r.rest = bytes.Clone(c.lines[begin:])
			}
			c.lines = c.lines[:begin]
			return nil
		case err != nil:
			return err
		}
		if r.end += size; size > maxLine {
			c.lines = c.lines[:begin]
			c.records = append(c.records, record{damaged: true, foreign: true})
			return nil // the next chunk begins behind it
		}
		if r.end == size {
			r.first = bytes.Clone(c.lines)
		}
	}
	return nil
}

// decodeAll decodes the lines of a chunk.
func (c *chunk) decodeAll() {
	defer panics.Into(func(e *panics.Error) { c.err = e })
	at := c.at
	c.records = slices.Grow(c.records, bytes.Count(c.lines, []byte{'\n'}))
	for line := range bytes.Lines(c.lines) {
		c.records = append(c.records, record{line: span{at, int64(len(line))}})
		if last := len(c.records) - 1; !c.decodeLine(line[:len(line)-1], &c.records[last]) {
			c.records = c.records[:last]
		}
		at += int64(len(line))
	}
}

// decodeLine decodes a line into r, which has its place. It returns false for a blank one.
func (c *chunk) decodeLine(line []byte, r *record) bool {
	isHeader := r.line.at == 0 || bytes.HasPrefix(line, []byte(headerStart))
	if isHeader && c.decodeHeader(line, r) || c.decode(line, r) {
		r.foreign = r.kind == unknownOp
		return true
	}
	if len(bytes.TrimSpace(line)) == 0 {
		return false
	}
	r.damaged, r.foreign = true, !isTorn(line)
	// A record may follow damage on the same line: NULs where a power cut left a hole, or
	// another program's line that was cut short. A record can't contain opStart: in a
	// text its quotes are escaped.
	if i := bytes.LastIndex(line, []byte(opStart)); i > 0 && c.decode(line[i:], r) {
		r.line = span{r.line.at + int64(i), r.line.size - int64(i)}
	}
	return true
}

// take notes what a record says of the file, and passes it on.
func (r *reader) take(rec *record, do func(*record)) error {
	if rec.damaged {
		r.damaged++
	}
	r.foreign = r.foreign || rec.foreign
	switch rec.kind {
	case nothing:
		return nil
	case headerLine:
		if rec.head.Version > Version {
			return &NewerError{Version: rec.head.Version}
		}
		if rec.line.at == 0 { // any other is where two files were joined
			r.head = rec.head
		}
	case unknownOp:
		do(rec)
		return nil
	case trackOp, statusOp, forgetOp, batchOp:
		do(rec)
	}
	r.known = true
	return nil
}

// ours reports, after the last record, whether the file is a state file at all: one
// with damage is repaired, anything else is left alone.
func (r *reader) ours() bool { return r.known || !r.foreign }

// isTorn reports whether text may be all that a power cut left of a state file: a hole,
// or the beginning of the header.
func isTorn(text []byte) bool {
	return len(bytes.Trim(text, "\x00")) == 0 ||
		bytes.HasPrefix([]byte(headerStart), text[:min(len(text), len(headerStart))])
}

// Replay reads a whole state file and returns what it says, and how many lines it
// skipped because they were damaged. The only errors are the reader's own and
// [NewerError].
func Replay(r io.Reader) (Contents, int, error) {
	in := &reader{src: bufio.NewReaderSize(r, readBuffer), tail: true}
	var b builder
	if err := in.each(b.add); err != nil {
		return Contents{}, in.damaged, err
	}
	return b.contents(), in.damaged, nil
}

// builder makes contents of records.
type builder struct {
	index
	jobs    []Job
	batches []Batch
	removed map[int]bool // which of jobs, by position
	total   int64        // bytes of the whole file; 0 if not known
}

// grow makes room for another job, found at that offset: for all that will come if the
// file goes on like this, because copying them repeatedly is a third of the work of a
// replay, but for at most three times the present ones.
func (b *builder) grow(at int64) {
	if n := int64(len(b.jobs)); n == int64(cap(b.jobs)) && n > 0 && at > 0 {
		b.jobs = slices.Grow(b.jobs, int(min(max(n*b.total/at-n, n/2), 3*n)))
	}
}

func (b *builder) add(r *record) {
	l := b.index.add(r.key(), r.line)
	if l == nil {
		return
	}
	switch r.kind {
	case trackOp:
		b.grow(r.line.at)
		l.order = len(b.jobs)
		b.jobs = append(b.jobs, r.job)
	case statusOp:
		r.job.Batch, r.job.Added = b.jobs[l.order].Batch, b.jobs[l.order].Added
		b.jobs[l.order] = r.job
	case forgetOp:
		if b.removed == nil {
			b.removed = make(map[int]bool)
		}
		b.removed[l.order] = true
		b.jobs[l.order] = Job{}
	case batchOp:
		if l.order < 0 {
			l.order = len(b.batches)
			b.batches = append(b.batches, Batch{})
		}
		b.batches[l.order] = r.batch
	case nothing, headerLine, unknownOp:
	}
}

// contents closes the gaps that removed jobs left.
func (b *builder) contents() Contents {
	i := -1
	jobs := slices.DeleteFunc(b.jobs, func(Job) bool {
		i++
		return b.removed[i]
	})
	return Contents{Jobs: jobs, Batches: b.batches}
}

// index knows which lines of a state file still matter: of each tracked job the line that
// tracked it and its last status, of each batch the last, and every unknown line.
type index struct {
	ofJobs    map[job.ID]*jobLines
	ofBatches map[BatchID]*jobLines
	unknown   []span
	live      int64 // bytes of all of them
}

// jobLines are the lines that matter of one job or batch.
type jobLines struct {
	track, last span
	order       int // position in a builder's slice; negative when not there yet
}

// add notes the next line. It returns the lines of the job or batch that it changes, nil
// if it changes none.
func (x *index) add(k key, line span) *jobLines {
	if x.ofJobs == nil {
		x.ofJobs, x.ofBatches = make(map[job.ID]*jobLines), make(map[BatchID]*jobLines)
	}
	l := x.ofJobs[k.job]
	switch k.kind {
	case trackOp:
		if l != nil {
			return nil
		}
		l = &jobLines{track: line, order: -1}
		x.ofJobs[k.job] = l
		x.live += line.size
	case statusOp:
		if l != nil {
			x.live += line.size - l.last.size
			l.last = line
		}
	case forgetOp:
		if l != nil {
			x.live -= l.track.size + l.last.size
			delete(x.ofJobs, k.job)
		}
	case batchOp:
		if l = x.ofBatches[k.batch]; l == nil {
			l = &jobLines{order: -1}
			x.ofBatches[k.batch] = l
		}
		x.live += line.size - l.last.size
		l.last = line
	case unknownOp:
		x.unknown = append(x.unknown, line)
		x.live += line.size
		return nil
	case nothing, headerLine:
		return nil
	}
	return l
}

// lines returns the lines that matter, in the order of the file.
func (x *index) lines() []*span {
	lines := make([]*span, 0, 2*len(x.ofJobs)+len(x.ofBatches)+len(x.unknown))
	for i := range x.unknown {
		lines = append(lines, &x.unknown[i])
	}
	for _, l := range x.ofBatches {
		lines = append(lines, &l.last)
	}
	for _, l := range x.ofJobs {
		if lines = append(lines, &l.track); l.last.size > 0 {
			lines = append(lines, &l.last)
		}
	}
	slices.SortFunc(lines, func(a, b *span) int { return cmp.Compare(a.at, b.at) })
	return lines
}
