package poller

import (
	"container/heap"
	"container/list"
	"math"
	"math/rand/v2"

	"example.com/jobwatch/poller/job"
)

// How slots of the budget are shared when there are fewer than the jobs want.
const (
	heartbeat      = 60.0 // seconds: the longest time without a poll of a live job
	visibleMaxAge  = 2.0  // seconds: the age at which a row on the screen is polled again
	heartbeatShare = 12   // one slot in so many serves the job with the oldest contact
	visibleShare   = 3    // one slot in so many serves the rows on the screen
	initialProbes  = 8    // jobs of a batch that are polled at once

	// Polls that are due within so many seconds are made together with those that are due
	// now: waking up is most of a poll's CPU time. It is less than the shortest tau.
	batchWindow = 0.025
)

// never is later than every time.
const never = math.MaxFloat64

// requestedFirst is far before any time: the due times of jobs that the user asked for
// count up from there.
const requestedFirst = -1e15

// entry is one tracked job. The schedule's goroutine owns it.
type entry struct {
	id job.ID
	history
	facts

	contact       float64 // the last answer or failure of its own
	hasAnswer     bool    // it has answered, now or before this process
	end           job.End
	requested     bool    // the user wants it now
	initialProbe  bool    // it is one of the first polls of a batch
	inFlight      bool    // a request is in flight
	removed       bool    // perhaps while in flight
	unobserved    bool    // nothing can be learned from the time before the next answer
	failures      int     // in a row
	notFoundSince float64 // the first of a row of 404s; NaN if the last answer was another

	unknownStatus job.Status // its status if that is not one of the API's, else ""
	unknownSince  float64    // when unknownStatus was first seen

	key   [orders]float64
	place [orders]int

	waiting *list.Element // its place among the waiting jobs; nil if it does not wait
	slot    int           // its place in the mailbox, from 1; 0 if it has none
}

// schedule decides which job is polled next, and when. It knows no clock, goroutine or
// network: every method takes the time in seconds, on any clock that never runs backwards,
// so that a simulation drives the same code as Run.
type schedule struct {
	service service
	breaker breaker
	budget  budget
	rand    *rand.Rand

	jobs     map[job.ID]*entry
	due      jobHeap
	contacts jobHeap
	waiting  list.List // of *entry, in the order in which they were tracked

	visibleIDs map[job.ID]struct{} // what is on the screen
	visible    []*entry            // those of them that are tracked

	external     []*externalRequest // in the order in which they came
	externalNext bool               // the last slot was a poll's

	concurrency    int
	inFlight       int
	paused         bool
	requests       float64 // jobs that the user has asked for, to serve them in order
	sinceHeartbeat int     // slots since the last for the oldest contact
	sinceVisible   int     // slots since the last for a visible row
}

func newSchedule(rate, burst float64, concurrency int, r *rand.Rand) *schedule {
	return &schedule{
		service:     newService(),
		breaker:     newBreaker(r),
		budget:      newBudget(rate, burst),
		rand:        r,
		jobs:        map[job.ID]*entry{},
		due:         jobHeap{order: byDue},
		contacts:    jobHeap{order: byContact},
		concurrency: concurrency,
	}
}

// next returns the job to poll now, or nil and the time until which there is nothing to do.
// The job is in flight until it is answered or canceled. It may stand for an external
// request, which its caller makes.
func (s *schedule) next(now float64) (*entry, float64) {
	if s.inFlight >= s.concurrency {
		return nil, never
	}
	share := s.breaker.allowedShare(now)
	s.budget.refill(now, share)
	if t := max(s.breaker.opensAt(), s.budget.readyAt(share)); t > now {
		return nil, t
	}
	e, t := s.pick(now + batchWindow)
	if e == nil {
		return nil, t
	}
	s.due.remove(e)
	s.contacts.remove(e)
	e.inFlight, e.requested, e.initialProbe = true, false, false
	s.inFlight++
	s.budget.spend()
	if !e.removed || s.contacts.Len() == 0 { // an external request is a probe only if no poll can be
		s.breaker.sent(now, e)
	}
	return e, now
}

// charge pays for requests that were made without a slot, as redirects lead to.
func (s *schedule) charge(now float64, requests int) {
	s.budget.refill(now, s.breaker.allowedShare(now))
	for range requests {
		s.budget.spend()
	}
}

// pickPoll chooses among the jobs that are not in flight.
func (s *schedule) pickPoll(now float64) (*entry, float64) {
	first := s.firstDue(now)
	if first == nil {
		return nil, never
	}
	until := first.key[byDue]
	free := until > now // nothing is due, so the slot may serve any job
	if s.paused {
		if first.requested {
			return first, now
		}
		return nil, never
	}
	if row, old := s.stalestVisible(); row != nil {
		blank := !row.hasAnswer && !first.requested // an empty row goes first
		if old <= now && (free || blank || s.sinceVisible >= visibleShare-1) {
			s.sinceVisible = 0
			s.sinceHeartbeat++
			return row, now
		}
		until = min(until, old)
	}
	oldest := s.contacts.first()
	old := oldest.key[byContact] + heartbeat
	if old <= now && (free || s.sinceHeartbeat >= heartbeatShare-1) {
		s.sinceHeartbeat = 0
		s.sinceVisible++
		return oldest, now
	}
	if free {
		return nil, min(until, old)
	}
	s.sinceHeartbeat++
	s.sinceVisible++
	return first, now
}

// firstDue returns the job that is due first. The due time of a plain waiting job is computed
// again when its turn comes: what was learned since may let it wait.
func (s *schedule) firstDue(now float64) *entry {
	for {
		e := s.due.first()
		if e == nil || e.key[byDue] > now || e.requested || e.initialProbe || e.running || e.besideStart || e.failing() {
			return e
		}
		again := e.last + s.service.tau(&e.history)
		if again <= now {
			return e
		}
		s.due.set(e, again)
	}
}

// failing reports whether the job's last poll failed, so that its next one was not the
// policy's decision.
func (e *entry) failing() bool { return e.failures > 0 || !math.IsNaN(e.notFoundSince) }

// stalestVisible returns the visible row with the oldest contact, and when it is to be polled
// again.
func (s *schedule) stalestVisible() (*entry, float64) {
	var oldest *entry
	for _, e := range s.visible {
		if e.end.Finished() || e.inFlight || e.failing() || e.unknownStatus != "" {
			continue // being visible does not shorten the wait after a bad answer
		}
		if oldest == nil || e.key[byContact] < oldest.key[byContact] {
			oldest = e
		}
	}
	if oldest == nil || !oldest.hasAnswer {
		return oldest, 0
	}
	return oldest, oldest.key[byContact] + s.maxVisibleAge()
}

// maxVisibleAge returns how old a row on the screen may get: the more of them are live, the
// older.
func (s *schedule) maxVisibleAge() float64 {
	live := 0.0
	for _, e := range s.visible {
		if !e.end.Finished() {
			live++
		}
	}
	return max(visibleMaxAge, visibleShare*live/s.budget.rate)
}

// nextPoll returns when a job that is not in flight will be polled if the budget allows.
func (s *schedule) nextPoll(e *entry) float64 {
	t := min(e.key[byDue], e.key[byContact]+heartbeat)
	if _, visible := s.visibleIDs[e.id]; !visible || e.failing() || e.unknownStatus != "" {
		return t
	}
	return min(t, e.key[byContact]+s.maxVisibleAge())
}

// The keys by which jobs that are not in flight are ordered.
const (
	byDue     = iota // when the policy wants the next poll
	byContact        // entry.contact, or later for a job that may wait longer
	orders
)

// jobHeap is a heap of jobs by one of their keys, smallest first.
type jobHeap struct {
	order int
	jobs  []*entry
}

func (h *jobHeap) Len() int           { return len(h.jobs) }
func (h *jobHeap) Less(i, j int) bool { return h.jobs[i].key[h.order] < h.jobs[j].key[h.order] }

func (h *jobHeap) Swap(i, j int) {
	h.jobs[i], h.jobs[j] = h.jobs[j], h.jobs[i]
	h.jobs[i].place[h.order], h.jobs[j].place[h.order] = i, j
}

// Push implements heap.Interface.
func (h *jobHeap) Push(x any) {
	e, _ := x.(*entry)
	e.place[h.order] = len(h.jobs)
	h.jobs = append(h.jobs, e)
}

// Pop implements heap.Interface.
func (h *jobHeap) Pop() any {
	last := len(h.jobs) - 1
	e := h.jobs[last]
	h.jobs[last] = nil
	h.jobs = h.jobs[:last]
	e.place[h.order] = nowhere
	return e
}

// nowhere is the place of a job that is not in a heap.
const nowhere = -1

// set adds the job, or moves it.
func (h *jobHeap) set(e *entry, key float64) {
	e.key[h.order] = key
	if e.place[h.order] == nowhere {
		heap.Push(h, e)
	} else {
		heap.Fix(h, e.place[h.order])
	}
}

func (h *jobHeap) remove(e *entry) {
	if i := e.place[h.order]; i != nowhere {
		heap.Remove(h, i)
	}
}

// first returns the job with the smallest key, nil if there is none.
func (h *jobHeap) first() *entry {
	if len(h.jobs) == 0 {
		return nil
	}
	return h.jobs[0]
}
