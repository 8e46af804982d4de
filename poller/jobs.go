package poller

import (
	"cmp"
	"container/heap"
	"container/list"
	"hash/fnv"
	"math"
	"time"

	"example.com/jobwatch/poller/job"
)

const (
	maxBackoff     = 60.0  // seconds between tries of a job that fails
	giveUpAfter    = 600.0 // seconds of nothing but 404
	initialProbes  = 8     // jobs of a batch that are polled at once
	neighborRadius = 4     // waiting jobs on either side that a start concerns
)

// entry is one tracked job. The schedule's goroutine owns it; ID never changes.
type entry struct {
	Tracked // what is known of it
	history

	due, contacted turn
	contact        float64 // the last answer or failure of its own
	requested      bool    // the user wants it now
	initialProbe   bool    // it is one of the first polls of a batch
	inFlight       bool    // a request is in flight
	removed        bool    // perhaps while in flight
	unobserved     bool    // nothing can be learned from the time before the next answer
	polls, failed  int     // as in its report
	failures       int     // in a row
	notFoundSince  float64 // the first of a row of 404s; 0 if the last answer was another
	unknownSince   float64 // when its status came, if that is not one of the API's

	waiting *list.Element // its place among the waiting jobs; nil if it does not wait
	slot    int           // its place among the reports for the next update, if it has one
}

// newEntry returns the schedule's record of a new job.
func newEntry(m moment, t *Tracked) *entry {
	e := &entry{Tracked: *t}
	e.last = m.now
	if t.Answer.Status.Final() && e.End == job.Live {
		e.End = endOf(t.Answer.Status)
	}
	if !e.hasAnswer() {
		return e
	}
	e.unobserved = true
	e.last = min(m.now, m.toSchedule(t.Answered))
	if t.Answer.Status == job.NotStarted {
		return e
	}
	e.running = true
	e.start, e.unknownSince = e.last, e.last
	if !t.Started.IsZero() {
		e.start = min(e.last, m.toSchedule(t.Started))
	}
	e.resetProgress(e.last, float64(t.Answer.Progress))
	return e
}

// hasAnswer reports whether the job has answered, now or before this process.
func (e *entry) hasAnswer() bool { return e.Answer.Status != "" }

// unknown reports whether the job's status is not one of the API's.
func (e *entry) unknown() bool { return e.hasAnswer() && !e.Answer.Status.Known() }

// failing reports whether the job's last poll failed: its next one is not the policy's decision.
func (e *entry) failing() bool { return e.failures > 0 || e.notFoundSince > 0 }

// patient reports whether being visible does not shorten the wait: after a bad answer.
func (e *entry) patient() bool { return e.failing() || e.unknown() }

// noteStart notes for the report when the job started. before is the status until this answer.
func (e *entry) noteStart(m moment, before job.Status) {
	switch {
	case !e.running:
		e.Started = time.Time{}
	case e.Answer.Status.Final() && (before == "" || before.Final()):
		// It was over before the first poll: when it ran is not known.
	case e.Started.IsZero():
		e.Started = m.toWall(e.start)
	}
}

// track adds a batch of jobs, in the order in which they were given, which may be the order
// in which they start. Jobs that are tracked stay as they are.
func (s *schedule) track(now float64, batch []*entry) {
	fresh := batch[:0:0]
	for _, e := range batch {
		if s.jobs[e.ID] != nil {
			continue
		}
		s.jobs[e.ID] = e
		e.due.job, e.contacted.job = e, e
		e.contact = e.last
		switch {
		case !e.End.Finished():
			fresh = append(fresh, e)
		case e.Answer.Status.Final() && e.start < e.last:
			s.service.observeRun(e.last-e.start, true)
		}
	}
	probes := initialProbes
	for _, e := range fresh {
		if !e.running {
			s.wait(e)
		}
		due := e.last + s.service.tau(&e.history)
		if !e.hasAnswer() {
			// The first contacts of a batch are spread over a minute, in an order that is fair.
			hash := fnv.New32a()
			_, _ = hash.Write(e.ID[:])
			e.contact = now - heartbeat*(float64(hash.Sum32())/math.MaxUint32)
			if probes > 0 { // the batch may be old
				probes--
				due = now
				e.initialProbe, e.unobserved = true, true
			}
		}
		s.due.set(&e.due, due)
		s.contacts.set(&e.contacted, e.contact)
	}
}

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

// remove stops polling a job.
func (s *schedule) remove(id job.ID) {
	if e := s.jobs[id]; e != nil {
		delete(s.jobs, id)
		s.dequeue(e)
		s.stopWaiting(e)
		e.removed = true
	}
}

// pollNow makes jobs, finished ones too, due ahead of all others, those on the screen first.
func (s *schedule) pollNow(now float64, ids []job.ID) {
	s.breaker.retrySooner(now)
	for _, visible := range []bool{true, false} {
		for _, id := range ids {
			e := s.jobs[id]
			if _, ok := s.visible[id]; ok != visible || e == nil || e.inFlight || e.requested {
				continue
			}
			if e.End.Finished() {
				e.End, e.unobserved, e.notFoundSince, e.failures = job.Live, true, 0, 0
			}
			e.requested = true
			s.requests++
			s.due.set(&e.due, requestedFirst+s.requests)
			s.contacts.set(&e.contacted, e.contact)
		}
	}
}

// setVisible sets which jobs are on the screen; they need not be tracked yet.
func (s *schedule) setVisible(ids []job.ID) {
	s.visible = make(map[job.ID]struct{}, len(ids))
	for _, id := range ids {
		s.visible[id] = struct{}{}
	}
}

// clockJumped follows a jump of the clock, because the machine was suspended. What is on the
// screen is due first, and nothing can be learned from the next answers.
func (s *schedule) clockJumped() {
	for id, e := range s.jobs {
		e.unobserved, e.failures, e.notFoundSince = true, 0, 0
		if _, visible := s.visible[id]; visible && !e.requested {
			e.due.at = 0
		}
	}
	heap.Init(&s.due)
}

// answered handles the outcome of a poll that left at sent: a problem, or else the answer.
func (s *schedule) answered(sent, now float64, e *entry, a *job.Answer, p *job.Problem) {
	s.inFlight--
	e.inFlight = false
	if p == nil || p.Kind.FromAPI() {
		if s.breaker.succeeded(now, e) {
			s.budget.tokens = min(s.budget.tokens, 0) // no burst after a pause
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
	e.failures, e.notFoundSince = 0, 0
	before := e.Answer.Status
	s.observe((sent+now)/2, e, a)
	e.unobserved = false
	if a.Status.Final() {
		s.finish(e, endOf(a.Status))
		return
	}
	due := max(now, e.last+s.service.tau(&e.history))
	switch {
	case a.Status.Known():
	case a.Status != before:
		e.unknownSince = now
	default:
		due = max(due, now+min(unknownFactor*(now-e.unknownSince), maxUnknownWait))
	}
	s.enqueue(e, due)
}

// canceled handles a request that ended without an answer.
func (s *schedule) canceled(now float64, e *entry) {
	s.inFlight--
	e.inFlight = false
	if s.breaker.probe == e {
		s.breaker.probe = nil // it says nothing about the host
	}
	if !e.removed {
		s.enqueue(e, now)
	}
}

func (s *schedule) enqueue(e *entry, due float64) {
	s.due.set(&e.due, due)
	contact := e.contact
	if e.unknown() {
		contact = max(contact, due-heartbeat) // it may wait for longer than a heartbeat
	}
	s.contacts.set(&e.contacted, contact)
}

// planRetry plans the next try of a job whose poll failed.
func (s *schedule) planRetry(now float64, e *entry, p *job.Problem) {
	if p.Kind != job.NotFound {
		e.notFoundSince = 0
	}
	switch p.Kind {
	case job.Rejected:
		s.finish(e, job.EndedRejected)
	case job.NotFound:
		e.failures, e.contact = 0, now
		e.notFoundSince = cmp.Or(e.notFoundSince, now)
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
	e.End = end
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
		if e.unknown() {
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
	e.last, e.contact, e.Answer = at, at, *a
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
	before, after := e.waiting, e.waiting
	for range neighborRadius {
		before = s.markBesideStart(since, before, (*list.Element).Prev)
		after = s.markBesideStart(since, after, (*list.Element).Next)
	}
}

// markBesideStart marks the neighbor of a place, and returns the neighbor's; nil at the end.
func (s *schedule) markBesideStart(since float64, at *list.Element, neighbor func(*list.Element) *list.Element) *list.Element {
	if at != nil {
		at = neighbor(at)
	}
	if at == nil {
		return nil
	}
	if e, _ := at.Value.(*entry); !e.besideStart {
		e.besideStart, e.besideSince = true, since
		if !e.inFlight && !e.requested && !e.failing() {
			s.due.set(&e.due, max(e.last, since)+s.service.tau(&e.history))
		}
	}
	return at
}
