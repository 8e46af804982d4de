package joblist

import (
	"context"
	"time"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/session"
)

var noon = time.Date(2025, 6, 10, 12, 0, 0, 0, time.UTC)

// tracker is a list with the session that it shows.
type tracker struct {
	*List
	s *session.Session
}

func newTracker() *tracker {
	t := &tracker{New(noon), session.New(session.Config{Poller: idle{}, Clock: func() time.Time { return noon }})}
	t.s.Open(idle{}, store.Opened{})
	return t
}

// idle is a poller that does nothing, and a state file that keeps nothing.
type idle struct{}

func (idle) Track(...poller.Tracked)                   {}
func (idle) Remove(...job.ID)                          {}
func (idle) PollNow(...job.ID)                         {}
func (idle) Append(context.Context, ...store.Op) error { return nil }
func (idle) Next(context.Context) (store.News, error)  { return store.News{}, context.Canceled }

// told gives the list what has happened in the session, all of it saved.
func (t *tracker) told(now time.Time) []session.Event {
	over, cancel := context.WithCancel(context.Background())
	cancel() // no delays
	t.s.Save(func(error) {})
	var all []session.Event
	for {
		events, effects := t.s.Take()
		all = append(all, events...)
		if len(effects) == 0 {
			break
		}
		for _, e := range effects {
			e(over)()
		}
	}
	for _, e := range all {
		if e.Kind == session.Added && !e.Record.Saving {
			t.s.Watch(false, e.Record)
		}
	}
	t.Apply(all, now)
	return all
}

// track adds jobs of which something is known to a batch.
func (t *tracker) track(jobs []store.Job, b store.Batch) (added []*session.Record, already int) {
	var ids []job.ID
	known := make(map[job.ID]store.Job)
	for _, j := range jobs {
		ids = append(ids, j.ID)
		if _, twice := known[j.ID]; !twice {
			known[j.ID] = j
		}
	}
	added, already = t.s.Add(ids, b)
	for _, r := range added {
		r.Job = known[r.ID]
		r.Batch = b.ID
	}
	t.told(t.now)
	return added, already
}

func (t *tracker) saved(ids []job.ID) {
	for _, id := range ids {
		r, _ := t.s.Record(id)
		t.s.Watch(false, r)
	}
	t.told(t.now)
}

func (t *tracker) report(reports []job.Report, now time.Time) []session.Event {
	t.s.Reported(poller.Update{Reports: reports})
	return t.told(now)
}

func (t *tracker) write(ops ...store.Op) {
	t.s.Followed(store.News{Ops: ops})
	t.told(t.now)
}

func (t *tracker) forget(ids []job.ID) []*session.Record {
	removed := t.s.Remove(session.Members(t.s.Find(ids)))
	t.told(t.now)
	return removed
}

func (t *tracker) restore(removed []*session.Record) {
	t.s.Restore(removed)
	t.told(t.now)
}

// about returns the jobs of the events of a kind.
func about(events []session.Event, kind session.Kind) (out []job.ID) {
	for _, e := range events {
		if e.Kind == kind {
			out = append(out, e.Record.ID)
		}
	}
	return out
}

func (t *tracker) load(c store.Contents) {
	t.s.Open(idle{}, store.Opened{Contents: c})
	t.s.Watch(false, t.s.Records()...)
	t.told(t.now)
	t.Load(t.s.Records())
}
