package session

import (
	"context"
	"slices"
	"time"

	"example.com/jobwatch/store"
)

// SaveGrace bounds the last save, statusDelay and retryDelay space the others.
const (
	statusDelay = time.Second     // how long status changes may wait to be saved together
	retryDelay  = 5 * time.Second // how long a failed save waits before it is tried again
	SaveGrace   = 8 * time.Second // bounds the last save: longer than the store waits for its lock
)

// saves is what has to reach the state file. One save is in flight at a time: two could swap.
type saves struct {
	waiting, flying changes

	plan int   // counts up: only the newest planned save begins
	err  error // of the last save; nil when everything up to it is on the disk
	told bool  // that saving fails
}

// changes are saved together.
type changes struct {
	urgent   []store.Op    // in the order they happened: adding, removing, naming
	statuses []*Record     // whose newest state may wait for up to a second
	then     []func(error) // called when the urgent ones are on the disk, or failed
}

func (c *changes) empty() bool { return len(c.urgent) == 0 && len(c.statuses) == 0 }

// ops returns the changes in an order that replays right: a state of a job follows its
// tracking, and one of a removed job is left out.
func (c *changes) ops() []store.Op {
	ops := slices.Grow(slices.Clip(c.urgent), len(c.statuses))
	for _, r := range c.statuses {
		if !r.gone {
			ops = append(ops, store.Observe{Job: r.Job})
		}
	}
	return ops
}

// Unsaved returns the changes that have not reached the state file, for a last save.
func (s *Session) Unsaved() []store.Op {
	return slices.Concat(s.saves.flying.ops(), s.saves.waiting.ops())
}

// SaveRest makes the last save, once the session has ended, of what is unsaved.
func SaveRest(ctx context.Context, journal Journal, unsaved []store.Op) error {
	if len(unsaved) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, SaveGrace)
	defer cancel()
	return journal.Append(ctx, unsaved...)
}

// Saving reports whether a save is in flight.
func (s *Session) Saving() bool { return !s.saves.flying.empty() }

// SaveError is why the last save failed; nil when it did not.
func (s *Session) SaveError() error { return s.saves.err }

// save has a job's newest state saved, soon.
func (s *Session) save(r *Record) {
	if r.unsaved || r.gone {
		return
	}
	q := &s.saves
	if q.waiting.empty() && q.flying.empty() {
		s.saveAfter(statusDelay)
	}
	r.unsaved = true
	q.waiting.statuses = append(q.waiting.statuses, r)
}

// queue has changes saved as soon as [Session.flush] is called.
func (s *Session) queue(ops ...store.Op) {
	s.saves.waiting.urgent = append(s.saves.waiting.urgent, ops...)
}

// Save begins to save what was changed, and calls then once it is in the state file, or
// could not be written; that is tried again then.
func (s *Session) Save(then func(error)) {
	s.saves.waiting.then = append(s.saves.waiting.then, then)
	s.flush()
}

// flush begins a save, unless one is in flight or nothing waits.
func (s *Session) flush() {
	q, journal := &s.saves, s.journal
	if s.Saving() || q.waiting.empty() || journal == nil {
		return
	}
	q.flying, q.waiting = q.waiting, changes{}
	for _, r := range q.flying.statuses {
		r.unsaved, r.flying = false, true
	}
	ops := q.flying.ops()
	s.run(func(ctx context.Context) func() {
		begun := time.Now()
		err := journal.Append(ctx, ops...)
		s.cfg.Log.Info("save", "changes", len(ops), "took", time.Since(begun).Round(time.Microsecond), "error", err)
		return func() { s.saved(err) }
	})
}

// saveAfter plans the next save, instead of one that is planned.
func (s *Session) saveAfter(span time.Duration) {
	s.saves.plan++
	plan := s.saves.plan
	s.after(span, func() {
		if s.saves.plan == plan {
			s.flush()
		}
	})
}

// saved ends the save in flight and plans the next. What failed goes back before what
// came meanwhile. That saving fails is told once, and so is its end.
func (s *Session) saved(err error) {
	q := &s.saves
	flown := q.flying
	q.flying, q.err = changes{}, err
	for _, r := range flown.statuses {
		r.flying = false
	}
	if err != nil {
		q.waiting.urgent = append(flown.urgent, q.waiting.urgent...)
		for _, r := range flown.statuses {
			s.save(r)
		}
	}
	for _, then := range flown.then {
		then(err)
	}
	switch failed := err != nil; {
	case failed && !q.told:
		s.warn(err.Error() + "; jobwatch goes on watching and tries again")
	case !failed && q.told:
		s.emit(Event{Kind: Noted, Text: "changes are saved again"})
	}
	q.told = err != nil
	switch {
	case err != nil:
		s.saveAfter(retryDelay)
	case len(q.waiting.urgent) > 0:
		s.flush()
	case !q.waiting.empty():
		s.saveAfter(statusDelay)
	}
}
