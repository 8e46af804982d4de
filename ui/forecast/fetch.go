package forecast

import (
	"slices"

	"example.com/jobwatch/store"
)

// SeeAll is [Model.See] of each of many jobs, made fast for where most of 100,000 are
// in no cache. What it returns is good until it is called again.
func (m *Model) SeeAll(jobs []*store.Job) (stalled []bool) {
	f := &m.fetched
	f.stalled = f.stalled[:0]
	for some := range slices.Chunk(jobs, fetchStep) {
		f.fetch(m, some)
		for i, j := range some {
			f.stalled = append(f.stalled, m.see(f.tracks[i], j))
		}
	}
	return f.stalled
}

// fetchStep is how many jobs are fetched at once: many to wait for, and not so many
// that the first have left the nearest cache when the last are there.
const fetchStep = 64

// fetched is room for what [Model.SeeAll] works on.
type fetched struct {
	tracks  []*track
	stalled []bool
	read    int // that the compiler sees a use of what was read
}

// fetch finds all that is kept of the jobs and reads a little of every cache line of
// it, step by step: from the map to the track, from there to what is kept of a live
// job, on to its pace and its place. In loops that do nothing else the processor waits
// for many of them at once, where see would wait for one after the other.
func (f *fetched) fetch(m *Model, jobs []*store.Job) {
	f.tracks = f.tracks[:0]
	for _, j := range jobs {
		f.tracks = append(f.tracks, m.track(j))
	}
	for _, t := range f.tracks {
		if l := t.live; l != nil {
			f.read += l.place + int(l.ranked) + l.turn.n
		}
		f.read += len(t.samples) + t.batch.news + t.batch.took.n + t.batch.pace.n + t.batch.pace.jobs[8] + t.batch.pace.jobs[16]
	}
	for _, t := range f.tracks {
		l := t.live
		switch {
		case l == nil: // it may come back
			f.read += len(t.batch.waiting.jobs)
		case l.waiting:
			w := &t.batch.waiting
			f.read += w.jobs[w.index(l)].place
		default:
			f.read += t.batch.running.jobs[l.at[0]].at[0]
			if c := l.pace; c != nil {
				f.read += c.moves + c.quotes[0].n + c.quotes[2].n
			}
		}
	}
}
