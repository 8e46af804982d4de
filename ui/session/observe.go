package session

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
)

// Reported applies what the poller found out. Reports of jobs that were removed meanwhile,
// or are not watched any more, are dropped.
func (s *Session) Reported(u poller.Update) {
	s.hosted(u.Host)
	for i := range u.Reports {
		report := &u.Reports[i]
		s.logReport(report)
		r, ok := s.records[report.ID]
		if !ok || !r.watched && !r.Saving {
			continue
		}
		after, save := r.Observe(*report)
		r.Problem, r.Failed, r.Next = report.Problem, report.Failed, report.Next
		r.Polls, r.Heard = report.Polls, report.At
		r.Speed, r.Stalled = report.Speed, report.Stalled
		if report.Problem == nil || after.End.Finished() {
			r.asked = false
		}
		if save {
			s.save(r)
		}
		s.change(r, after)
	}
}

// change replaces what the state file holds of a job, and emits what changed by that.
func (s *Session) change(r *Record, after store.Job) {
	before := r.End
	r.Job = after
	s.emit(Event{Kind: Changed, Record: r})
	s.unknown(r)
	r.batch.count(before, -1)
	r.batch.count(after.End, 1)
	if !before.Finished() && after.End.Finished() {
		s.ended(r)
	}
}

// follow waits for what other windows write into the state file.
func (s *Session) follow() {
	journal := s.journal
	s.run(func(ctx context.Context) func() {
		news, err := journal.Next(ctx)
		s.cfg.Log.Info("the state file changed", "changes", len(news.Ops), "replaced", news.Reset != nil, "damaged", news.Damaged, "error", err)
		return func() {
			switch {
			case err == nil:
				s.Followed(news)
				s.follow()
			case !errors.Is(err, context.Canceled):
				s.warn(fmt.Sprintf("the state file can't be followed, what other windows change is not seen any more: %v", err))
			}
		}
	})
}

// Followed applies what other windows wrote into the state file.
func (s *Session) Followed(news store.News) {
	s.warn(news.Warning)
	s.damaged(news.Damaged, "")
	if news.Reset != nil {
		s.replaced(*news.Reset)
	}
	for _, op := range news.Ops {
		s.apply(op, true)
	}
	for _, op := range s.Unsaved() { // they come later in the file
		s.apply(op, false)
	}
	if news.Lost {
		s.queue(tracking(s.Records())...)
		s.flush()
	}
}

// apply does what a line of the state file says, theirs or one that is yet to be written.
func (s *Session) apply(op store.Op, theirs bool) {
	switch op := op.(type) {
	case store.SetBatch:
		s.setBatch(op.Batch)
	case store.Track:
		if _, ok := s.records[op.Job.ID]; !ok {
			s.add(&Record{Job: op.Job})
		}
	case store.Observe:
		if r, ok := s.records[op.Job.ID]; ok {
			s.observed(r, op.Job, theirs)
		}
	case store.Forget:
		if r, ok := s.records[op.ID]; ok {
			s.remove(r)
		}
	}
}

// observed merges what the state file says of a job with what is known here. What it then
// lacks is saved again: else it would say so for good, as ended jobs are not polled.
func (s *Session) observed(r *Record, written store.Job, theirs bool) {
	if r.asked && written.End.Verdict() && !written.Answered.After(r.Answered) {
		return // we are asking ourselves
	}
	merged := Merge(r.Job, written)
	if theirs && (r.flying || lacks(&written, &merged)) {
		s.save(r)
	}
	if compare(&merged, &r.Job) == 0 {
		return
	}
	if merged.Answer.Progress < r.Answer.Progress {
		r.Speed, r.Stalled = 0, 0 // it began again
	}
	revived := r.End.Finished() && !merged.End.Finished()
	s.change(r, merged)
	if revived && r.watched {
		s.cfg.Poller.PollNow(r.ID) // else nobody here would ask
	}
}

// replaced takes a state file that was compacted or exchanged. What it lacks, and is not yet to
// be written, is gone.
func (s *Session) replaced(c store.Contents) {
	for _, b := range c.Batches {
		s.setBatch(b)
	}
	there := make(map[job.ID]bool, len(c.Jobs))
	for _, j := range c.Jobs {
		there[j.ID] = true
		r, ok := s.records[j.ID]
		if !ok {
			s.add(&Record{Job: j})
			continue
		}
		if r.Added = j.Added; r.Batch != j.Batch {
			r.batch.count(r.End, -1)
			r.Batch, r.batch = j.Batch, s.addBatch(store.Batch{ID: j.Batch, Added: j.Added})
			r.batch.count(r.End, 1)
			s.changes++
			s.emit(Event{Kind: Changed, Record: r})
		}
		s.observed(r, j, true)
	}
	for _, op := range s.Unsaved() {
		if t, ok := op.(store.Track); ok {
			there[t.Job.ID] = true
		}
	}
	s.remove(slices.DeleteFunc(s.Records(), func(r *Record) bool { return there[r.ID] })...)
}

// tracking is what a state file needs to know of jobs, and of their batches: it forgets
// a batch with its last job.
func tracking(records []*Record) []store.Op {
	ops := make([]store.Op, 0, len(records)+1)
	known := make(map[*Batch]bool)
	for _, r := range records {
		if !known[r.batch] {
			known[r.batch] = true
			ops = append(ops, store.SetBatch{Batch: r.batch.Batch})
		}
		ops = append(ops, store.Track{Job: r.Job})
	}
	return ops
}

// logReport logs the last poll of a job, without any text from the API.
func (s *Session) logReport(r *job.Report) {
	took := r.Latency.Round(time.Millisecond)
	if p := r.Problem; p != nil {
		s.cfg.Log.Info("poll failed", "job", r.ID, "took", took, "kind", kindOf(p), "code", p.Code, "retryAfter", p.RetryAfter)
		return
	}
	status := string(r.Answer.Status)
	if !r.Answer.Status.Known() {
		status = "another word"
	}
	s.cfg.Log.Info("poll", "job", r.ID, "took", took, "status", status, "progress", float64(r.Answer.Progress))
}

// logHost logs how the API's state changes.
func (s *Session) logHost(h poller.Host) {
	if h.State == s.host.State && h.RetryAt.Equal(s.host.RetryAt) && h.Budget == s.host.Budget {
		return
	}
	state := map[poller.HostState]string{poller.Live: "live", poller.BackingOff: "backing off", poller.Paused: "paused"}[h.State]
	s.cfg.Log.Info("host", "state", state, "kind", kindOf(h.Problem), "retryAt", h.RetryAt, "rate", h.Rate, "budget", h.Budget)
}

func kindOf(p *job.Problem) string {
	if p == nil {
		return "none"
	}
	return map[job.Kind]string{
		job.NoProblem: "none", job.Rejected: "rejected", job.NotFound: "not found", job.Refused: "refused",
		job.RateLimited: "rate limited", job.Trouble: "trouble", job.Unreachable: "unreachable", job.NotAPI: "not the API",
	}[p.Kind]
}
