package session

import (
	"cmp"
	"maps"
	"runtime/debug"
	"slices"
	"time"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
)

// Record is what is known of a tracked job. Faces never change it, but for News; it stays the
// same one until the job is removed.
type Record struct {
	store.Job
	Problem *job.Problem  // why the last poll failed; nil when it did not
	Failed  int           // polls that failed in a row
	Next    time.Time     // when the next poll is due; zero when none is planned
	Polls   int           // made by this process
	Heard   time.Time     // when the last report came, good or bad; zero before the first
	Speed   float64       // of its progress a second, as the last report had it
	Stalled time.Duration // how long its progress has stood still, as the last report had it; 0 if it moves

	Seq    uint32 // place in the order of adding
	Saving bool   // added here, and not polled before that is saved
	News   bool   // the list's: its end has not been looked at yet

	batch   *Batch
	gone    bool // removed
	watched bool // polled, unless it has ended
	asked   bool // the user asked again after we gave it up: until the API answers, other windows' giving up is ignored
	unsaved bool // waits to be saved
	flying  bool // is in the save that is in flight
}

// In returns the batch that the job is in.
func (r *Record) In() *Batch { return r.batch }

// Gone reports whether the job was removed.
func (r *Record) Gone() bool { return r.gone }

// Batch is jobs that were added together.
type Batch struct {
	store.Batch
	Seq          uint32 // place in the order of adding
	Total        int
	Done, Failed int  // of them
	Folded       bool // the list's, also while it has no jobs
}

func (b *Batch) count(end job.End, n int) {
	b.Total += n
	switch {
	case end == job.EndedDone:
		b.Done += n
	case end.Finished():
		b.Failed += n
	}
}

// Record returns what is known of a job.
func (s *Session) Record(id job.ID) (*Record, bool) {
	r, ok := s.records[id]
	return r, ok
}

// Records returns all tracked jobs in the order in which they were added.
func (s *Session) Records() []*Record {
	return slices.SortedFunc(maps.Values(s.records), func(a, b *Record) int { return cmp.Compare(a.Seq, b.Seq) })
}

// IDs returns the IDs of records.
func IDs(records []*Record) []job.ID {
	ids := make([]job.ID, len(records))
	for i, r := range records {
		ids[i] = r.ID
	}
	return ids
}

// load adds contents without events. Jobs that are tracked already stay as they are.
func (s *Session) load(c store.Contents) {
	batches := slices.Clone(c.Batches)
	slices.SortStableFunc(batches, func(a, b store.Batch) int { return a.Added.Compare(b.Added) })
	for _, b := range batches {
		s.addBatch(b)
	}
	records := make([]Record, len(c.Jobs)) // at once, which takes less memory
	for i, j := range c.Jobs {
		if _, ok := s.records[j.ID]; !ok {
			records[i].Job = j
			s.insert(&records[i])
		}
	}
}

// ManyJobs is the number of jobs from which memory counts for more than speed.
const ManyJobs = 2000

// insert adds a record of a job that is not tracked, last if it has no place yet.
func (s *Session) insert(r *Record) {
	if r.batch == nil {
		r.batch = s.addBatch(store.Batch{ID: r.Batch, Added: r.Added})
	}
	if r.Seq == 0 {
		s.seq++
		r.Seq = s.seq
	}
	if s.records[r.ID] = r; len(s.records) == ManyJobs {
		debug.SetGCPercent(10)
	}
	r.batch.count(r.End, 1)
	s.changes++
}

// add is insert with an event.
func (s *Session) add(r *Record) {
	s.insert(r)
	s.emit(Event{Kind: Added, Record: r})
}

// remove takes records out, and stops all that is done for them.
func (s *Session) remove(records ...*Record) {
	for _, r := range records {
		delete(s.records, r.ID)
		r.gone = true
		r.batch.count(r.End, -1)
		s.changes++
		s.emit(Event{Kind: Removed, Record: r})
		s.cancelFile(r.ID)
	}
	s.Unwatch(records...)
}

// addBatch returns the batch with that ID, which it makes if there is none. One without jobs
// keeps its name and place for an undo.
func (s *Session) addBatch(b store.Batch) *Batch {
	if known, ok := s.batches[b.ID]; ok {
		return known
	}
	s.batchSeq++
	made := &Batch{Batch: b, Seq: s.batchSeq}
	s.batches[b.ID] = made
	return made
}

func (s *Session) setBatch(b store.Batch) {
	known := s.addBatch(b)
	known.Batch = b
	s.emit(Event{Kind: BatchSet, Batch: known})
}

// Watch has jobs polled; finished ones only teach the poller how long others take. If
// somebody asks for them, they are polled at once, and those that were given up live again.
func (s *Session) Watch(asked bool, records ...*Record) {
	tracked := make([]poller.Tracked, 0, len(records))
	for _, r := range records {
		if r.gone {
			continue // while it was being saved
		}
		if asked && r.End.Verdict() {
			r.asked = true
			after := r.Job
			after.End, after.Ended, after.Cause = job.Live, time.Time{}, ""
			s.change(r, after)
			s.save(r)
		}
		r.Saving, r.watched = false, true
		tracked = append(tracked, poller.Tracked{
			ID: r.ID, Answer: r.Answer, Answered: r.Answered, Started: r.Started, End: r.End, PollNow: asked,
		})
	}
	if len(tracked) > 0 {
		s.cfg.Log.Info("track", "jobs", len(tracked))
		s.cfg.Poller.Track(tracked...)
	}
}

// Unwatch ends the polling of jobs.
func (s *Session) Unwatch(records ...*Record) {
	var ids []job.ID
	for _, r := range records {
		if r.watched {
			r.watched = false
			ids = append(ids, r.ID)
		}
	}
	if len(ids) > 0 {
		s.cfg.Log.Info("remove", "jobs", len(ids))
		s.cfg.Poller.Remove(ids...)
	}
}

// PollNow asks for jobs as soon as the budget allows, also for finished ones.
func (s *Session) PollNow(ids ...job.ID) {
	for _, id := range ids {
		if r := s.records[id]; r != nil && r.End.Verdict() {
			r.asked = true
		}
	}
	s.cfg.Log.Info("poll now", "jobs", len(ids))
	s.cfg.Poller.PollNow(ids...)
}
