package plain

import (
	"context"
	"slices"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/panics"
	"example.com/jobwatch/store"
)

// saves gathers what has to reach the state file. One save is under way at a time, so
// that they can't swap; what failed is kept and tried again.
type saves struct {
	journal  Journal
	urgent   []store.Op           // tracking, in its order
	statuses map[job.ID]store.Job // the newest of each job

	flying  flight
	busy    bool
	done    chan error       // ends the save under way
	due     <-chan time.Time // when the next one is to start; nil: none is planned
	failing bool
}

// flight is what a save holds.
type flight struct {
	urgent   []store.Op
	statuses map[job.ID]store.Job
}

func newSaves(journal Journal) saves {
	return saves{journal: journal, statuses: make(map[job.ID]store.Job), done: make(chan error, 1)}
}

func (s *saves) empty() bool { return len(s.urgent) == 0 && len(s.statuses) == 0 }

// observe queues a job's newest state, to be saved within [statusDelay].
func (s *saves) observe(j *store.Job) {
	s.statuses[j.ID] = *j
	s.plan(statusDelay)
}

// add queues what can't wait.
func (s *saves) add(ops ...store.Op) {
	s.urgent = append(s.urgent, ops...)
	s.plan(0)
}

func (s *saves) plan(wait time.Duration) {
	if !s.busy && s.due == nil {
		s.due = time.After(wait)
	}
}

// take hands out all that waits, in an order that replays right.
func (s *saves) take() []store.Op {
	s.flying = flight{s.urgent, s.statuses}
	s.urgent, s.statuses = nil, make(map[job.ID]store.Job)
	ops := make([]store.Op, 0, len(s.flying.urgent)+len(s.flying.statuses))
	ops = append(ops, s.flying.urgent...)
	for _, j := range s.flying.statuses {
		ops = append(ops, store.Observe{Job: j})
	}
	s.busy, s.due = true, nil
	return ops
}

// start begins a save. It is not ctx that ends it: what was begun is worth finishing.
func (s *saves) start(ctx context.Context) {
	ctx = context.WithoutCancel(ctx)
	ops := s.take()
	go func() {
		defer panics.Into(func(e *panics.Error) { s.done <- e })
		s.done <- s.journal.Append(ctx, ops...)
	}()
}

// landed ends the save under way. It reports whether failing began or ended with it.
func (s *saves) landed(err error) (changed bool) {
	s.busy = false
	changed = s.failing != (err != nil)
	s.failing = err != nil
	if err == nil {
		if !s.empty() {
			s.plan(statusDelay)
		}
		return changed
	}
	s.urgent = append(s.flying.urgent, s.urgent...)
	for id, j := range s.flying.statuses {
		if _, newer := s.statuses[id]; !newer {
			s.statuses[id] = j
		}
	}
	s.plan(retryDelay)
	return changed
}

// last ends all saving: it waits for the save under way, and saves what is left.
func (s *saves) last(ctx context.Context) error {
	if s.busy {
		select {
		case err := <-s.done:
			s.landed(err)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if s.empty() {
		return nil
	}
	err := s.journal.Append(ctx, s.take()...)
	s.landed(err)
	return err
}

// tracking are the jobs whose tracking has not reached the disk yet.
func (s *saves) tracking() map[job.ID]bool {
	ids := make(map[job.ID]bool)
	ops := s.urgent
	if s.busy {
		ops = slices.Concat(s.flying.urgent, s.urgent)
	}
	for _, op := range ops {
		if t, ok := op.(store.Track); ok {
			ids[t.Job.ID] = true
		}
	}
	return ids
}

// observes reports whether a job's state has not reached the disk yet.
func (s *saves) observes(id job.ID) bool {
	_, waits := s.statuses[id]
	_, flies := s.flying.statuses[id]
	return waits || s.busy && flies
}
