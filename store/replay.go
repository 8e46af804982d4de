package store

import (
	"cmp"
	"errors"
	"io"
	"slices"

	"example.com/jobwatch/poller/job"
)

// Replay reads a whole state file and returns what it says, and how many lines it
// skipped because they were damaged. The only errors are the reader's own and
// [NewerError].
func Replay(r io.Reader) (Contents, int, error) {
	in := newReader(r, 0, false)
	var b builder
	if err := in.each(b.add); err != nil {
		return Contents{}, in.damaged, err
	}
	if _, record := in.wholeTail(); record {
		b.add(&in.rec, in.tailSpan())
	}
	return b.contents(), in.damaged, nil
}

// each calls do with each record that is left and its place.
func (r *reader) each(do func(rec *record, line span)) error {
	for {
		if err := r.next(); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		do(&r.rec, r.at)
	}
}

// builder makes contents out of records.
type builder struct {
	index
	jobs    []Job
	batches []Batch
	total   int64 // bytes of the whole file; 0 if not known
}

// room makes room for one more job, found at that offset: if all goes on as so far,
// for all that come, as copying them again and again would be a third of the work
// of a replay. But not for more than three times what is there: the jobs may all
// stand at the front.
func (b *builder) room(at int64) {
	n := int64(len(b.jobs))
	if n < int64(cap(b.jobs)) || n == 0 || at == 0 {
		return
	}
	more := n*b.total/at - n
	room := int(min(max(more, n/2), 3*n))
	b.jobs = slices.Grow(b.jobs, room)
	b.slots = slices.Grow(b.slots, room)
}

func (b *builder) add(r *record, line span) {
	i := b.index.add(r, line)
	if i < 0 {
		return
	}
	switch r.kind {
	case trackOp:
		b.room(line.at)
		b.jobs = append(b.jobs, r.job)
	case statusOp:
		r.job.Batch, r.job.Added = b.jobs[i].Batch, b.jobs[i].Added
		b.jobs[i] = r.job
	case forgetOp:
		b.jobs[i] = Job{}
	case batchOp:
		if i == len(b.batches) {
			b.batches = append(b.batches, Batch{})
		}
		b.batches[i] = r.batch
	case unknownOp:
	}
}

// contents closes the gaps that forgotten jobs left.
func (b *builder) contents() Contents {
	i := -1
	jobs := slices.DeleteFunc(b.jobs, func(Job) bool {
		i++
		return b.slots[i] == slot{}
	})
	return Contents{Jobs: jobs, Batches: b.batches}
}

// index knows which lines of a state file still matter: of each tracked job the
// line that tracked it and its last status, of each batch the last, and every line
// that we don't know.
type index struct {
	lines   int // records so far
	ids     map[job.ID]int32
	slots   []slot // of jobs, as tracked; zero once forgotten
	names   map[BatchID]int32
	named   []span // of batches
	unknown []span
}

// slot holds the lines that matter of one job.
type slot struct{ track, status span }

// span is where a line stands, without its newline; empty for none.
type span struct{ at, size int64 }

// add takes in the next record. It returns the index of the job or batch that it
// changes, -1 if it changes nothing.
func (x *index) add(r *record, line span) int {
	x.lines++
	i, tracked := x.ids[r.job.ID]
	switch r.kind {
	case trackOp:
		if tracked {
			return -1
		}
		if x.ids == nil {
			x.ids = make(map[job.ID]int32)
		}
		i = int32(len(x.slots)) //nolint:gosec // 2^31 jobs don't fit in memory
		x.ids[r.job.ID] = i
		x.slots = append(x.slots, slot{track: line})
	case statusOp:
		if !tracked {
			return -1
		}
		x.slots[i].status = line
	case forgetOp:
		if !tracked {
			return -1
		}
		delete(x.ids, r.job.ID)
		x.slots[i] = slot{}
	case batchOp:
		var known bool
		if i, known = x.names[r.batch.ID]; known {
			x.named[i] = line
			break
		}
		if x.names == nil {
			x.names = make(map[BatchID]int32)
		}
		i = int32(len(x.named)) //nolint:gosec // 2^31 batches don't fit in memory
		x.names[r.batch.ID] = i
		x.named = append(x.named, line)
	case unknownOp:
		x.unknown = append(x.unknown, line)
		return -1
	}
	return int(i)
}

// usage adds up the lines that matter.
func (x *index) usage() usage {
	u := usage{jobs: len(x.ids), perJob: newJob}
	var size int64
	for _, s := range x.slots {
		for _, line := range [...]span{s.track, s.status} {
			if line.size > 0 {
				u.lines++
				size += line.size + 1
			}
		}
	}
	if u.jobs > 0 {
		u.perJob = size / int64(u.jobs)
	}
	for _, lines := range [...][]span{x.named, x.unknown} {
		for _, line := range lines {
			u.lines++
			u.other += line.size + 1
		}
	}
	return u
}

// matters returns the lines that matter, in the order of the file.
func (x *index) matters() []span {
	lines := slices.Concat(x.named, x.unknown)
	for _, s := range x.slots {
		lines = append(lines, s.track, s.status)
	}
	lines = slices.DeleteFunc(lines, func(line span) bool { return line.size == 0 })
	slices.SortFunc(lines, func(a, b span) int { return cmp.Compare(a.at, b.at) })
	return lines
}
