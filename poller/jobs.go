package poller

import (
	"container/heap"
	"container/list"
	"hash/fnv"
	"math"

	"example.com/jobwatch/poller/job"
)

const (
	maxBackoff  = 60.0  // seconds between tries of a job that fails
	giveUpAfter = 600.0 // seconds of nothing but 404

	neighborRadius = 4 // waiting jobs on either side that a start concerns
)

// track adds a batch of jobs, in the order in which they were given, which may be the order
// in which they start. Jobs that are tracked stay as they are.
func (s *schedule) track(now float64, batch []*entry) {
	fresh := batch[:0:0]
	for _, e := range batch {
		if s.jobs[e.id] != nil {
			continue
		}
		s.jobs[e.id] = e
		e.contact = e.last
		e.notFoundSince = math.NaN()
		for i := range e.place {
			e.place[i] = nowhere
		}
		if _, ok := s.visibleIDs[e.id]; ok {
			s.visible = append(s.visible, e)
		}
		if e.end.Finished() {
			if e.answer.Status.Final() && e.start < e.last {
				s.service.observeRun(e.last-e.start, true)
			}
			continue
		}
		fresh = append(fresh, e)
	}
	probes := initialProbes
	for _, e := range fresh {
		if !e.running {
			s.wait(e)
		}
		if e.hasAnswer {
			s.due.set(e, e.last+s.service.tau(&e.history))
			s.contacts.set(e, e.last)
			continue
		}
		// A few are polled at once, for the batch may be old. Jobs that were submitted just
		// now have nothing to show yet.
		due := now
		if probes > 0 {
			probes--
			e.initialProbe, e.unobserved = true, true
		} else {
			due += s.service.tau(&e.history)
		}
		s.due.set(e, due)
		e.contact = now - heartbeat*hash(e.id)
		s.contacts.set(e, e.contact)
	}
}

// hash returns 0 to 1, independent of the order of the jobs. It spreads the first heartbeats
// of a batch over a minute and makes the first of them a fair sample.
func hash(id job.ID) float64 {
	h := fnv.New32a()
	_, _ = h.Write(id[:])
	return float64(h.Sum32()) / math.MaxUint32
}

// wait adds a job to the waiting ones.
func (s *schedule) wait(e *entry) {
	if e.waiting == nil {
		e.waiting = s.waiting.PushBack(e)
	}
}

func (s *schedule) stopWaiting(e *entry) {
	if e.waiting != nil {
		s.waiting.Remove(e.waiting)
		e.waiting = nil
	}
}

// remove stops polling a job and returns its entry, nil if it is not tracked.
func (s *schedule) remove(id job.ID) *entry {
	e := s.jobs[id]
	if e == nil {
		return nil
	}
	delete(s.jobs, id)
	s.due.remove(e)
	s.contacts.remove(e)
	s.stopWaiting(e)
	e.removed = true
	if _, ok := s.visibleIDs[id]; ok {
		s.updateVisible()
	}
	return e
}

// pollNow makes jobs due ahead of all others, those on the screen first, and revives finished
// ones.
func (s *schedule) pollNow(now float64, ids []job.ID) {
	s.breaker.retrySooner(now)
	for _, visible := range []bool{true, false} {
		for _, id := range ids {
			if _, ok := s.visibleIDs[id]; ok != visible {
				continue
			}
			e := s.jobs[id]
			if e == nil || e.inFlight || e.requested {
				continue
			}
			if e.end.Finished() {
				e.end, e.unobserved, e.notFoundSince, e.failures = job.Live, true, math.NaN(), 0
			}
			e.requested = true
			s.requests++
			s.due.set(e, requestedFirst+s.requests)
			s.contacts.set(e, e.contact)
		}
	}
}

// setVisible sets which jobs are on the screen.
func (s *schedule) setVisible(ids []job.ID) {
	s.visibleIDs = make(map[job.ID]struct{}, len(ids))
	for _, id := range ids {
		s.visibleIDs[id] = struct{}{}
	}
	s.updateVisible()
}

func (s *schedule) updateVisible() {
	clear(s.visible)
	s.visible = s.visible[:0]
	for id := range s.visibleIDs {
		if e := s.jobs[id]; e != nil {
			s.visible = append(s.visible, e)
		}
	}
}

// clockJumped corrects for gap seconds that this clock did not count, because the machine was
// suspended. Everything is older by as much and is due, and nothing can be learned from the
// next answers.
func (s *schedule) clockJumped(now, gap float64) {
	for _, e := range s.jobs {
		e.last -= gap
		e.start -= gap
		e.moved -= gap
		e.besideSince -= gap
		e.unknownSince -= gap
		e.contact -= gap
		e.unobserved, e.failures, e.notFoundSince = true, 0, math.NaN()
		e.key[byContact] -= gap
		if !e.requested {
			e.key[byDue] = min(e.key[byDue], now)
		}
	}
	for _, e := range s.visible {
		if !e.requested {
			e.key[byDue] = now - gap
		}
	}
	heap.Init(&s.due)
	s.breaker.retryAt = min(s.breaker.retryAt, now)
}

// answered handles the outcome of a poll: a problem, or if there is none, the answer. sent is
// when the request left.
func (s *schedule) answered(sent, now float64, e *entry, a *job.Answer, p *job.Problem) {
	s.landed(e)
	if p == nil || p.Kind.FromAPI() {
		if s.breaker.succeeded(now, e) {
			s.budget.dropSavings()
		}
	} else {
		s.breaker.failed(now, e, p)
	}
	if e.removed {
		return
	}
	if p != nil {
		s.planRetry(now, e, p)
		return
	}
	e.failures, e.notFoundSince = 0, math.NaN()
	s.observe((sent+now)/2, e, a)
	e.unobserved = false
	if a.Status.Final() {
		s.finish(e, endOf(a.Status))
		return
	}
	due := max(now, e.last+s.service.tau(&e.history))
	switch {
	case a.Status.Known():
		e.unknownStatus = ""
	case a.Status != e.unknownStatus:
		e.unknownStatus, e.unknownSince = a.Status, now
	default:
		due = max(due, now+unknownStatusWait(now-e.unknownSince))
	}
	s.enqueue(e, due)
}

// canceled handles a request that ended without an answer.
func (s *schedule) canceled(now float64, e *entry) {
	s.landed(e)
	s.breaker.canceled(e)
	if !e.removed {
		s.enqueue(e, now)
	}
}

func (s *schedule) landed(e *entry) {
	s.inFlight--
	e.inFlight = false
}

func (s *schedule) enqueue(e *entry, due float64) {
	s.due.set(e, due)
	contact := e.contact
	if e.unknownStatus != "" {
		contact = max(contact, due-heartbeat) // it may wait for longer than a heartbeat
	}
	s.contacts.set(e, contact)
}

// planRetry plans the next try of a job whose poll failed.
func (s *schedule) planRetry(now float64, e *entry, p *job.Problem) {
	if p.Kind != job.NotFound {
		e.notFoundSince = math.NaN()
	}
	switch p.Kind {
	case job.Rejected:
		s.finish(e, job.EndedRejected)
	case job.NotFound:
		e.failures, e.contact = 0, now
		if math.IsNaN(e.notFoundSince) {
			e.notFoundSince = now
		}
		if now-e.notFoundSince >= giveUpAfter {
			s.finish(e, job.EndedGivenUp)
			return
		}
		// As long again as it was not found: 1, 2, 4 s, up to a minute.
		s.enqueue(e, now+min(max(now-e.notFoundSince, 1), heartbeat))
	case job.RateLimited:
		s.enqueue(e, now) // the breaker decides when
	default:
		e.failures++
		e.contact = now // what comes of the next try is its heartbeat
		s.enqueue(e, now+s.rand.Float64()*min(maxBackoff, math.Exp2(float64(e.failures))))
	}
}

func endOf(s job.Status) job.End {
	if s == job.Done {
		return job.EndedDone
	}
	return job.EndedError
}

func (s *schedule) finish(e *entry, end job.End) {
	s.stopWaiting(e)
	e.end = end
}

// observe updates the history of a job and of the service with an answer.
func (s *schedule) observe(at float64, e *entry, a *job.Answer) {
	from := e.last
	if !e.running {
		s.observeWait(at, e, a.Status != job.NotStarted)
		from = e.start
	}
	if e.running && !e.unobserved {
		d := at - from
		if e.unknownStatus != "" {
			d = 0 // whether it ran meanwhile is not known
		}
		s.service.observeRun(d, a.Status.Final())
	}
	switch {
	case a.Status == job.NotStarted:
		e.running, e.besideStart = false, e.besideStart && !e.running
		s.wait(e)
	case a.Status.Known():
		e.observeProgress(at, float64(a.Progress))
	default:
		e.observeProgress(at, float64(job.Unknown))
	}
	e.last, e.contact, e.hasAnswer = at, at, true
}

// observeWait learns from an answer of a job that was waiting.
func (s *schedule) observeWait(at float64, e *entry, started bool) {
	from, class := e.last, &s.service.plain
	if e.besideStart {
		from, class = max(from, e.besideSince), &s.service.besideStart
	}
	if !e.unobserved {
		class.observeWait(at-from, started)
	}
	if !started {
		return
	}
	e.running, e.start = true, (from+at)/2
	e.progress = float64(job.Unknown)
	s.markNeighbors(from, e)
	s.stopWaiting(e)
}

// markNeighbors moves the waiting neighbors of a job that started to the class of their own.
func (s *schedule) markNeighbors(since float64, e *entry) {
	if e.waiting == nil {
		return
	}
	before, after := e.waiting.Prev(), e.waiting.Next()
	for range neighborRadius {
		if before != nil {
			s.markBesideStart(since, before)
			before = before.Prev()
		}
		if after != nil {
			s.markBesideStart(since, after)
			after = after.Next()
		}
	}
}

func (s *schedule) markBesideStart(since float64, at *list.Element) {
	e, _ := at.Value.(*entry)
	if e.besideStart {
		return
	}
	e.besideStart, e.besideSince = true, since
	if !e.inFlight && !e.requested && !e.failing() {
		s.due.set(e, max(e.last, since)+s.service.tau(&e.history))
	}
}
