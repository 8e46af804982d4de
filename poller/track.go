package poller

import (
	"container/heap"
	"hash/fnv"
	"math"

	"example.com/jobwatch/poller/job"
)

// track adds a batch of jobs, in the order in which they were given, which is
// perhaps the order in which they'll start. Jobs that are tracked stay as they are.
func (s *schedule) track(now float64, batch []*entry) {
	fresh := batch[:0:0]
	for _, e := range batch {
		if s.jobs[e.id] != nil {
			continue
		}
		s.jobs[e.id] = e
		e.contact = e.last
		e.missing = math.NaN()
		for i := range e.place {
			e.place[i] = nowhere
		}
		if _, ok := s.shown[e.id]; ok {
			s.visible = append(s.visible, e)
		}
		if e.end.Finished() {
			if e.answer.Status.Final() && e.start < e.last {
				s.service.ran(e.last-e.start, true)
			}
			continue
		}
		fresh = append(fresh, e)
	}
	looks := firstLooks
	for _, e := range fresh {
		if !e.running {
			s.line.join(e)
		}
		if e.heard {
			s.due.set(e, e.last+s.service.tau(&e.history))
			s.unheard.set(e, e.last)
			continue
		}
		// A few are looked at at once, for they may be old; what they were before is not
		// known. Of what was given just now there is nothing to see yet.
		due := now
		if looks > 0 {
			looks--
			e.sample, e.blind = true, true
		} else {
			due += s.service.tau(&e.history)
		}
		s.due.set(e, due)
		e.contact = now - heartbeat*hash(e.id)
		s.unheard.set(e, e.contact)
	}
}

// hash is 0 to 1, by nothing that a job's owner chose. It spreads the first heartbeats
// of a batch over a minute, and makes those that come first a fair sample.
func hash(id job.ID) float64 {
	h := fnv.New32a()
	_, _ = h.Write(id[:])
	return float64(h.Sum32()) / math.MaxUint32
}

// forget stops polling a job and returns what was known of it, nil if nothing was.
func (s *schedule) forget(id job.ID) *entry {
	e := s.jobs[id]
	if e == nil {
		return nil
	}
	delete(s.jobs, id)
	s.due.remove(e)
	s.unheard.remove(e)
	s.line.leave(e)
	e.gone = true
	if _, ok := s.shown[id]; ok {
		s.look()
	}
	return e
}

// ask has jobs polled as soon as the budget allows, rows on the screen first.
// Finished ones live again by it.
func (s *schedule) ask(now float64, ids []job.ID) {
	s.gate.ask(now)
	for _, shown := range []bool{true, false} {
		for _, id := range ids {
			if _, ok := s.shown[id]; ok != shown {
				continue
			}
			e := s.jobs[id]
			if e == nil || e.flying || e.asked {
				continue
			}
			if e.end.Finished() {
				e.end, e.blind, e.missing, e.fails = job.Live, true, math.NaN(), 0
			}
			e.asked = true
			s.asks++
			s.due.set(e, asksFirst+s.asks)
			s.unheard.set(e, e.contact)
		}
	}
}

// show tells which jobs are on the screen.
func (s *schedule) show(ids []job.ID) {
	s.shown = make(map[job.ID]struct{}, len(ids))
	for _, id := range ids {
		s.shown[id] = struct{}{}
	}
	s.look()
}

func (s *schedule) look() {
	clear(s.visible)
	s.visible = s.visible[:0]
	for id := range s.shown {
		if e := s.jobs[id]; e != nil {
			s.visible = append(s.visible, e)
		}
	}
}

// jump tells that the world went on by gap seconds which this clock did not count:
// the machine was suspended. All that is known is older by as much, everything is
// due, and nothing may be learned from what the next answers say of the gap.
func (s *schedule) jump(now, gap float64) {
	for _, e := range s.jobs {
		e.last -= gap
		e.start -= gap
		e.moved -= gap
		e.since -= gap
		e.oddSince -= gap
		e.contact -= gap
		e.blind, e.fails, e.missing = true, 0, math.NaN()
		e.key[byUnheard] -= gap
		if !e.asked {
			e.key[byDue] = min(e.key[byDue], now)
		}
	}
	for _, e := range s.visible {
		if !e.asked {
			e.key[byDue] = now - gap
		}
	}
	heap.Init(&s.due)
	s.gate.until = min(s.gate.until, now)
}
