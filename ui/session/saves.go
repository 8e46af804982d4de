package session

import (
	"context"
	"slices"
	"time"

	"example.com/jobwatch/store"
)

const (
	// statusDelay is how long status changes may wait to be saved together.
	statusDelay = time.Second
	// retryDelay is how long a failed save waits before it is tried again.
	retryDelay = 5 * time.Second
	// SaveGrace bounds the last save, which the face makes once the session has ended. It is
	// longer than the store waits for its lock.
	SaveGrace = 8 * time.Second
)

// saves is what has to reach the state file. One save is in flight at a time, so that two
// can't swap. What a failed one held is kept and tried again: a full disk loses nothing
// as long as jobwatch runs.
type saves struct {
	urgent   []store.Op    // in the order they happened: adding, removing, naming
	statuses []*Record     // whose newest state may wait for up to a second
	then     []func(error) // called when the urgent ones are on the disk, or failed

	busy   bool
	flying struct {
		urgent   []store.Op
		statuses []*Record
		then     []func(error)
	}
	plan int   // counts up: only the newest planned save begins
	err  error // of the last save; nil when everything up to it is on the disk
	told bool  // that saving fails
}

func (s *saves) empty() bool { return len(s.urgent) == 0 && len(s.statuses) == 0 }

// ops are the changes that may not be on the disk yet, in an order that replays right: a
// state of a job follows its tracking, and one of a removed job does nothing.
func (s *saves) ops() []store.Op {
	ops := slices.Concat(s.flying.urgent, s.urgent)
	ops = appendStates(ops, s.flying.statuses)
	return appendStates(ops, s.statuses)
}

func appendStates(ops []store.Op, records []*Record) []store.Op {
	ops = slices.Grow(ops, len(records))
	for _, r := range records {
		if !r.gone {
			ops = append(ops, store.Observe{Job: r.Job})
		}
	}
	return ops
}

// Unsaved returns the changes that have not reached the state file, for a last save.
func (s *Session) Unsaved() []store.Op { return s.saves.ops() }

// Saving reports whether a save is in flight.
func (s *Session) Saving() bool { return s.saves.busy }

// SaveError is why the last save failed; nil when it did not.
func (s *Session) SaveError() error { return s.saves.err }

// save has a job's newest state saved, soon.
func (s *Session) save(r *Record) {
	if r.unsaved || r.gone {
		return
	}
	waiting := s.saves.busy || !s.saves.empty()
	r.unsaved = true
	s.saves.statuses = append(s.saves.statuses, r)
	if !waiting {
		s.saveAfter(statusDelay)
	}
}

// queue has changes saved as soon as [Session.flush] is called.
func (s *Session) queue(ops ...store.Op) { s.saves.urgent = append(s.saves.urgent, ops...) }

// Save begins to save what was changed, and calls then once it is in the state file, or
// could not be written; that is tried again then.
func (s *Session) Save(then func(error)) {
	s.saves.then = append(s.saves.then, then)
	s.flush()
}

// flush begins a save, unless one is in flight or nothing waits.
func (s *Session) flush() {
	q, journal := &s.saves, s.journal
	if q.busy || q.empty() || journal == nil {
		return
	}
	q.busy = true
	q.flying.urgent, q.flying.statuses, q.flying.then = q.urgent, q.statuses, q.then
	q.urgent, q.statuses, q.then = nil, nil, nil
	for _, r := range q.flying.statuses {
		r.unsaved, r.flying = false, true
	}
	ops := appendStates(slices.Clip(q.flying.urgent), q.flying.statuses)
	s.run(func(ctx context.Context) Result {
		begun := time.Now()
		err := journal.Append(ctx, ops...)
		s.cfg.Log.Info("save", "changes", len(ops), "took", time.Since(begun).Round(time.Microsecond), "error", err)
		return func(s *Session) { s.saved(err) }
	})
}

// saveAfter plans the next save, instead of one that is planned.
func (s *Session) saveAfter(span time.Duration) {
	s.saves.plan++
	plan := s.saves.plan
	s.after(span, func(s *Session) {
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
	q.busy, q.err = false, err
	q.flying.urgent, q.flying.statuses, q.flying.then = nil, nil, nil
	for _, r := range flown.statuses {
		r.flying = false
	}
	if err != nil {
		q.urgent = append(flown.urgent, q.urgent...)
		for _, r := range flown.statuses {
			if !r.unsaved && !r.gone {
				r.unsaved = true
				q.statuses = append(q.statuses, r)
			}
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
	case len(q.urgent) > 0:
		s.flush()
	case !q.empty():
		s.saveAfter(statusDelay)
	}
}
