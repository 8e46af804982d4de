package session

import (
	"crypto/rand"
	"slices"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
)

// NewBatch returns a batch of that name, which is made when jobs are added to it.
func (s *Session) NewBatch(name string) store.Batch {
	return store.Batch{ID: store.BatchID(rand.Text()[:12]), Name: name, Added: s.cfg.Clock()}
}

// Add adds those of the jobs to a batch that are not tracked yet, and returns how many
// were. They are drawn as being saved until they are watched. [Session.Save] saves them.
func (s *Session) Add(ids []job.ID, b store.Batch) (added []*Record, already int) {
	records := make([]Record, len(ids)) // at once, as in load
	s.events = slices.Grow(s.events, len(ids))
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
	s.queue(tracking(added)...)
	return added, len(ids) - len(added)
}

// Rename gives a batch another name. [Session.Save] saves it.
func (s *Session) Rename(id store.BatchID, name string) {
	b, ok := s.batches[id]
	if !ok {
		return
	}
	renamed := b.Batch
	renamed.Name = name
	s.setBatch(renamed)
	s.queue(store.SetBatch{Batch: renamed})
}

// Member is a job as it has stood in a batch since it was added. One that was removed and
// added again, or moved to another batch, is another member.
type Member struct {
	ID    job.ID
	Batch store.BatchID
	added int64 // in milliseconds, as the state file has it
}

// MemberOf returns the member that a record is of.
func MemberOf(j *store.Job) Member { return Member{j.ID, j.Batch, j.Added.UnixMilli()} }

// Members returns the jobs of those that are tracked, as they stand in their batches.
func (s *Session) Members(ids []job.ID) []Member {
	out := make([]Member, 0, len(ids))
	for _, id := range ids {
		if r, ok := s.records[id]; ok {
			out = append(out, MemberOf(&r.Job))
		}
	}
	return out
}

// Still returns those of the members that are still tracked.
func (s *Session) Still(members []Member) []Member {
	return slices.DeleteFunc(slices.Clone(members), func(m Member) bool { return s.member(m) == nil })
}

// member returns the record that a member is of; nil if it is not tracked any more.
func (s *Session) member(m Member) *Record {
	if r, ok := s.records[m.ID]; ok && MemberOf(&r.Job) == m {
		return r
	}
	return nil
}

// Remove removes those of the members that are still tracked, and returns what
// [Session.Restore] needs to bring them back. [Session.Save] saves it.
func (s *Session) Remove(members []Member) []*Record {
	var removed []*Record
	for _, m := range members {
		if r := s.member(m); r != nil {
			delete(s.records, r.ID) // a member may be given twice
			s.queue(store.Forget{ID: r.ID})
			removed = append(removed, r)
		}
	}
	s.remove(removed...)
	return removed
}

// Absent is how many of the removed jobs are not tracked again.
func (s *Session) Absent(removed []*Record) int {
	n := 0
	for _, r := range removed {
		if _, ok := s.records[r.ID]; !ok {
			n++
		}
	}
	return n
}

// Restore brings removed jobs back to their places, drawn as being saved. A job that is
// tracked again is left alone. [Session.Save] saves it.
func (s *Session) Restore(removed []*Record) []*Record {
	var back []*Record
	for _, was := range removed {
		if _, ok := s.records[was.ID]; ok {
			continue
		}
		r := &Record{Job: was.Job, Problem: was.Problem, Failed: was.Failed, Seq: was.Seq, News: was.News, Saving: true, batch: was.batch}
		s.add(r)
		back = append(back, r)
	}
	s.queue(tracking(back)...)
	return back
}

// Membership counts up whenever a job is added or removed.
func (s *Session) Membership() int { return s.changes }

// Asked has those of the jobs polled that jobwatch itself gave up or the API rejected,
// and returns how each ended.
func (s *Session) Asked(ids []job.ID) []job.End {
	var again []job.ID
	var ends []job.End
	for _, id := range ids {
		if r, ok := s.records[id]; ok && r.End.Verdict() {
			again = append(again, id)
			ends = append(ends, r.End)
		}
	}
	if len(again) > 0 {
		s.PollNow(again...)
	}
	return ends
}

// now is the time, wall clock.
func (s *Session) now() time.Time { return s.cfg.Clock() }
