package session

import (
	"cmp"
	"crypto/rand"
	"slices"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
)

// NewBatch returns a batch of that name, or else the time's, which is made when jobs are added to it.
func (s *Session) NewBatch(name string) store.Batch {
	now := s.cfg.Clock()
	return store.Batch{ID: store.BatchID(rand.Text()[:12]), Name: cmp.Or(name, now.Local().Format("2006-01-02 15:04")), Added: now}
}

// Add adds those of the jobs to a batch that are not tracked yet, and returns how many
// were. They are drawn as being saved until they are watched. [Session.Save] saves them.
func (s *Session) Add(ids []job.ID, b store.Batch) (added []*Record, already int) {
	batch := s.batches[b.ID]
	grows := batch != nil && batch.Total > 0
	records := make([]Record, len(ids)) // at once, as in load
	for i, id := range ids {
		if _, ok := s.records[id]; ok {
			continue
		}
		records[i] = Record{Saving: true, batch: s.addBatch(b), Job: store.Job{
			ID: id, Batch: b.ID, Added: b.Added, Answer: job.Answer{Progress: job.Unknown},
		}}
		s.add(&records[i])
		added = append(added, &records[i])
	}
	if ops := tracking(added); grows && len(ops) > 0 {
		s.queue(ops[1:]...) // not the batch: another window may have named it just now
	} else {
		s.queue(ops...)
	}
	return added, len(ids) - len(added)
}

// Rename gives a batch another name. [Session.Save] saves it.
func (s *Session) Rename(b *Batch, name string) {
	b.Name = name
	s.emit(Event{Kind: BatchSet, Batch: b})
	s.queue(store.SetBatch{Batch: b.Batch})
}

// Find returns the records of those jobs that are tracked.
func (s *Session) Find(ids []job.ID) []*Record {
	out := make([]*Record, 0, len(ids))
	for _, id := range ids {
		if r, ok := s.records[id]; ok {
			out = append(out, r)
		}
	}
	return out
}

// Elsewhere is how many of the jobs are tracked in a batch of another name.
func (s *Session) Elsewhere(ids []job.ID, name string) int {
	return len(slices.DeleteFunc(s.Find(ids), func(r *Record) bool { return r.batch.Name == name }))
}

// Member is a job as it has stood in a batch since it was added. One that was removed and
// added again, or moved to another batch, is another member.
type Member struct {
	ID    job.ID
	Batch store.BatchID
	added int64 // in milliseconds, as the state file has it
}

func (r *Record) member() Member { return Member{r.ID, r.Batch, r.Added.UnixMilli()} }

// Members returns what the records are now.
func Members(records []*Record) []Member {
	out := make([]Member, len(records))
	for i, r := range records {
		out[i] = r.member()
	}
	return out
}

// Still returns those of the members that are still tracked.
func (s *Session) Still(members []Member) []Member {
	return slices.DeleteFunc(slices.Clone(members), func(m Member) bool {
		r := s.records[m.ID]
		return r == nil || r.member() != m
	})
}

// Remove removes those of the members that are still tracked. [Session.Save] saves it.
func (s *Session) Remove(members []Member) (removed []*Record) {
	for _, m := range s.Still(members) {
		if r, ok := s.records[m.ID]; ok {
			delete(s.records, r.ID) // a member may be given twice
			s.queue(store.Forget{ID: r.ID})
			removed = append(removed, r)
		}
	}
	s.remove(removed...)
	return removed
}

// Absent returns those of the removed jobs that are not tracked again.
func (s *Session) Absent(removed []*Record) []*Record {
	return slices.DeleteFunc(slices.Clone(removed), func(r *Record) bool { return s.records[r.ID] != nil })
}

// Restore brings removed jobs back to their places, drawn as being saved. A job that is
// tracked again is left alone. [Session.Save] saves it.
func (s *Session) Restore(removed []*Record) []*Record {
	back := s.Absent(removed)
	for i, was := range back {
		back[i] = &Record{Job: was.Job, Problem: was.Problem, Failed: was.Failed, Seq: was.Seq, News: was.News, Saving: true, batch: was.batch}
		s.add(back[i])
	}
	s.queue(tracking(back)...)
	return back
}

// Membership counts up whenever a job is added or removed.
func (s *Session) Membership() int { return s.changes }

// Asked has those of the jobs polled that were given up or rejected, and returns them.
func (s *Session) Asked(ids []job.ID) []*Record {
	again := slices.DeleteFunc(s.Find(ids), func(r *Record) bool { return !r.End.Verdict() })
	if len(again) > 0 {
		s.PollNow(IDs(again)...)
	}
	return again
}
