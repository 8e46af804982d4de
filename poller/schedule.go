package poller

import (
	"container/heap"
	"container/list"
	"math"
	"math/rand/v2"
	"slices"

	"example.com/jobwatch/poller/job"
)

// How slots of the budget are shared when there are fewer than the jobs want.
const (
	heartbeat      = 60.0  // seconds: the longest time without a poll of a live job
	visibleMaxAge  = 2.0   // seconds: the age at which a row on the screen is polled again
	heartbeatShare = 12    // one slot in so many serves the job with the oldest contact
	visibleShare   = 3     // one slot in so many serves the rows on the screen
	batchWindow    = 0.025 // seconds, less than the shortest tau: polls due so soon are made now, to wake up less

	never          = math.MaxFloat64 // later than every time
	requestedFirst = -1e15           // where the due times of jobs that the user asked for begin
)

// schedule decides which job is polled next, and when. It knows no clock, goroutine or
// network: every method takes the time in seconds, on any clock that never runs backwards,
// so that a simulation drives the same code as Run.
type schedule struct {
	service service
	breaker breaker
	budget  budget
	rand    *rand.Rand

	jobs     map[job.ID]*entry
	due      jobHeap   // by when the policy wants the next poll
	contacts jobHeap   // by entry.contact, or later for a job that may wait longer
	waiting  list.List // of *entry, in the order in which they were tracked
	visible  map[job.ID]struct{}

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
		breaker:     breaker{rand: r, share: 1},
		budget:      budget{rate: rate, burst: burst, tokens: burst},
		rand:        r,
		jobs:        map[job.ID]*entry{},
		concurrency: concurrency,
	}
}

// next returns the job to poll now, in flight until it is answered or canceled, or nil and the
// time until which there is nothing to do. A removed job is an external request's.
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
	s.dequeue(e)
	e.inFlight, e.requested, e.initialProbe = true, false, false
	s.inFlight++
	s.budget.spend(1)
	if !e.removed || len(s.contacts) == 0 { // an external request is a probe only if no poll can be
		s.breaker.sent(now, e)
	}
	return e, now
}

// charge pays for requests that were made without a slot, as redirects lead to.
func (s *schedule) charge(now float64, requests int) {
	s.budget.refill(now, s.breaker.allowedShare(now))
	s.budget.spend(requests)
}

// pick chooses an external request, if one waits and the last slot was a poll's, else a poll.
func (s *schedule) pick(now float64) (*entry, float64) {
	if len(s.external) == 0 || !s.externalNext {
		e, t := s.pickPoll(now)
		if e != nil || len(s.external) == 0 {
			s.externalNext = e != nil
			return e, t
		}
	}
	x := s.external[0]
	s.external, s.externalNext = s.external[1:], false
	close(x.granted)
	return &x.entry, now
}

// pickPoll chooses among the jobs that are not in flight.
func (s *schedule) pickPoll(now float64) (*entry, float64) {
	first := s.firstDue(now)
	if first == nil || s.paused && !first.requested {
		return nil, never
	}
	if s.paused {
		return first, now
	}
	until := first.due.at
	free := until > now // nothing is due, so the slot may serve any job
	if row, old := s.stalestVisible(); row != nil {
		blank := !row.hasAnswer() && !first.requested // an empty row goes first
		if old <= now && (free || blank || s.sinceVisible >= visibleShare-1) {
			s.sinceVisible = 0
			s.sinceHeartbeat++
			return row, now
		}
		until = min(until, old)
	}
	oldest := s.contacts[0].job
	old := oldest.contacted.at + heartbeat
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
	for len(s.due) > 0 {
		e := s.due[0].job
		if e.due.at > now || e.requested || e.initialProbe || e.running || e.besideStart || e.failing() {
			return e
		}
		again := e.last + s.service.tau(&e.history)
		if again <= now {
			return e
		}
		s.due.set(&e.due, again)
	}
	return nil
}

// stalestVisible returns the visible row with the oldest contact, and when to poll it again.
func (s *schedule) stalestVisible() (*entry, float64) {
	var oldest *entry
	for id := range s.visible {
		e := s.jobs[id]
		if e == nil || e.End.Finished() || e.inFlight || e.patient() {
			continue
		}
		if oldest == nil || e.contacted.at < oldest.contacted.at {
			oldest = e
		}
	}
	if oldest == nil || !oldest.hasAnswer() {
		return oldest, 0
	}
	return oldest, oldest.contacted.at + s.maxVisibleAge()
}

// maxVisibleAge returns how old a row on the screen may get: the more are live, the older.
func (s *schedule) maxVisibleAge() float64 {
	live := 0.0
	for id := range s.visible {
		if e := s.jobs[id]; e != nil && !e.End.Finished() {
			live++
		}
	}
	return max(visibleMaxAge, visibleShare*live/s.budget.rate)
}

// nextPoll returns when a job that is not in flight will be polled if the budget allows.
func (s *schedule) nextPoll(e *entry) float64 {
	t := min(e.due.at, e.contacted.at+heartbeat)
	if _, visible := s.visible[e.ID]; visible && !e.patient() {
		t = min(t, e.contacted.at+s.maxVisibleAge())
	}
	return t
}

// externalRequest is not a poll. As a removed job's, it takes a slot and teaches nothing.
type externalRequest struct {
	entry
	granted chan struct{} // closed when it may be made
}

// cancelExternal withdraws an external request whose caller has given up.
func (s *schedule) cancelExternal(now float64, x *externalRequest) {
	if i := slices.Index(s.external, x); i >= 0 {
		s.external = slices.Delete(s.external, i, i+1)
		return
	}
	s.canceled(now, &x.entry)
}

// turn is a job's place in a heap.
type turn struct {
	job   *entry
	at    float64 // seconds
	place int     // its index in the heap + 1; 0 if it is in none
}

// jobHeap is a heap of the jobs that are not in flight by one of their turns, earliest first.
type jobHeap []*turn

func (h jobHeap) Len() int           { return len(h) }
func (h jobHeap) Less(i, j int) bool { return h[i].at < h[j].at }

func (h jobHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].place, h[j].place = i+1, j+1
}

func (h *jobHeap) Push(x any) {
	t, _ := x.(*turn)
	*h = append(*h, t)
	t.place = len(*h)
}

func (h *jobHeap) Pop() any {
	t := (*h)[len(*h)-1]
	*h = slices.Delete(*h, t.place-1, t.place)
	t.place = 0
	return t
}

// set adds a turn, or moves it.
func (h *jobHeap) set(t *turn, at float64) {
	t.at = at
	if t.place == 0 {
		heap.Push(h, t)
	} else {
		heap.Fix(h, t.place-1)
	}
}

// dequeue takes a job out of the heaps.
func (s *schedule) dequeue(e *entry) {
	if e.due.place > 0 { // then it is in both
		heap.Remove(&s.due, e.due.place-1)
		heap.Remove(&s.contacts, e.contacted.place-1)
	}
}
