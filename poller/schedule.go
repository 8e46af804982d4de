package poller

import (
	"math"
	"math/rand/v2"

	"example.com/jobwatch/poller/job"
)

// What the slots of the budget are for when there are fewer than the jobs want.
const (
	heartbeat    = 60.0 // seconds: no live job goes unheard for longer
	glance       = 2.0  // seconds: a row on the screen is not to be older
	heartbeatOne = 12   // one slot in so many serves the longest unheard
	visibleOne   = 3    // one slot in so many serves the rows on the screen
	firstLooks   = 8    // jobs of a batch that are looked at at once

	// What is due within so many seconds goes along with what is due now. Most of a
	// poll's CPU is waking up for it, and the policy is no worse for it: each job has
	// its answer that much sooner. It is less than the shortest tau.
	early = 0.025
)

// entry is one tracked job. The schedule's goroutine owns it.
type entry struct {
	id job.ID
	history
	facts

	contact float64 // when it was last heard of, be it by a failure of its own
	heard   bool    // it has answered, now or before this process
	end     job.End
	asked   bool    // the user wants it now
	sample  bool    // it's one of the first looks at a batch
	flying  bool    // a request is under way
	gone    bool    // forgotten while flying
	blind   bool    // what happened before the next answer was not watched: nothing to learn
	fails   int     // bad answers in a row
	missing float64 // the first 404 of a row of nothing else; NaN when the last answer wasn't one

	odd      job.Status // its status if that is not one of the API's, else ""
	oddSince float64    // when odd was first seen

	key   [orders]float64
	place [orders]int

	ahead, behind *entry // the neighbours in the line of waiting jobs
	lined         bool
	letter        int // its place in the mailbox, from 1; 0: none
}

// schedule decides which job is asked next, and when. It knows no clock, goroutine
// or network: every method takes the time in seconds, on any clock that never runs
// backwards, so that a simulation drives the same code as Run.
type schedule struct {
	service service
	gate    gate
	budget  budget
	rand    *rand.Rand

	jobs    map[job.ID]*entry
	due     queue
	unheard queue
	line    line

	shown   map[job.ID]struct{} // what the screen shows
	visible []*entry            // those of them that are tracked

	guests    []*guest // in the order in which they came
	guestNext bool     // the last slot was a poll's

	concurrency int
	flying      int
	paused      bool
	asks        float64 // how often the user asked, to serve them in order
	sinceBeat   int     // slots since the last that served the longest unheard
	sinceGlance int     // slots since the last that served a visible row
}

func newSchedule(rate, burst float64, concurrency int, r *rand.Rand) *schedule {
	return &schedule{
		service:     newService(),
		gate:        newGate(r),
		budget:      newBudget(rate, burst),
		rand:        r,
		jobs:        map[job.ID]*entry{},
		due:         queue{order: byDue},
		unheard:     queue{order: byUnheard},
		concurrency: concurrency,
	}
}

// asksFirst is far before any time: the due times of jobs that the user asked for
// count up from there.
const asksFirst = -1e15

// next gives the job to ask now, or until when there is nothing to do. The job is
// under way until it's answered or called off. It may be a guest, who goes by itself.
func (s *schedule) next(now float64) (*entry, float64) {
	if s.flying >= s.concurrency {
		return nil, never
	}
	share := s.gate.allowed(now)
	s.budget.refill(now, share)
	if t := max(s.gate.opens(), s.budget.ready(share)); t > now {
		return nil, t
	}
	e, t := s.choose(now + early)
	if e == nil {
		return nil, t
	}
	s.due.remove(e)
	s.unheard.remove(e)
	e.flying, e.asked, e.sample = true, false, false
	s.flying++
	s.budget.take()
	if !e.gone || s.unheard.Len() == 0 { // a guest tells of the host only where no poll can
		s.gate.sent(now, e)
	}
	return e, now
}

// owe takes requests from the budget that were made without a turn of their own, as
// redirects lead to: what comes next waits until they are paid off.
func (s *schedule) owe(now float64, requests int) {
	s.budget.refill(now, s.gate.allowed(now))
	for range requests {
		s.budget.take()
	}
}

// pick chooses among the jobs that wait for their turn.
func (s *schedule) pick(now float64) (*entry, float64) {
	first := s.firstDue(now)
	if first == nil {
		return nil, never
	}
	until := first.key[byDue]
	free := until > now // nothing is due, so the slot may serve whom it likes
	if s.paused {
		if first.asked {
			return first, now
		}
		return nil, never
	}
	if seen, old := s.stalestVisible(); seen != nil {
		blank := !seen.heard && !first.asked // nothing is on the row yet: that goes first
		if old <= now && (free || blank || s.sinceGlance >= visibleOne-1) {
			s.sinceGlance = 0
			s.sinceBeat++
			return seen, now
		}
		until = min(until, old)
	}
	beat := s.unheard.first()
	old := beat.key[byUnheard] + heartbeat
	if old <= now && (free || s.sinceBeat >= heartbeatOne-1) {
		s.sinceBeat = 0
		s.sinceGlance++
		return beat, now
	}
	if free {
		return nil, min(until, old)
	}
	s.sinceBeat++
	s.sinceGlance++
	return first, now
}

// firstDue is the job that is due first. A waiting job without news is asked about
// its due time again when its turn comes: what was learned since may let it wait.
func (s *schedule) firstDue(now float64) *entry {
	for {
		e := s.due.first()
		if e == nil || e.key[byDue] > now || e.asked || e.sample || e.running || e.near || e.failing() {
			return e
		}
		again := e.last + s.service.tau(&e.history)
		if again <= now {
			return e
		}
		s.due.set(e, again)
	}
}

// failing reports whether the job's last poll failed, so that it's not the policy
// that decided on the next.
func (e *entry) failing() bool { return e.fails > 0 || !math.IsNaN(e.missing) }

// stalestVisible is the visible row that was not heard of for longest, and when it
// is old enough to be looked at again.
func (s *schedule) stalestVisible() (*entry, float64) {
	var oldest *entry
	live := 0.0
	for _, e := range s.visible {
		if e.end.Finished() {
			continue
		}
		live++
		if e.flying || e.failing() || e.odd != "" {
			continue // being looked at does not shorten the wait after a bad answer
		}
		if oldest == nil || e.key[byUnheard] < oldest.key[byUnheard] {
			oldest = e
		}
	}
	if oldest == nil || !oldest.heard {
		return oldest, 0
	}
	return oldest, oldest.key[byUnheard] + s.glanceAfter(live)
}

// glanceAfter is how old a row on the screen may get when so many of them are live.
func (s *schedule) glanceAfter(live float64) float64 {
	return max(glance, visibleOne*live/s.budget.rate)
}

// expected is when a waiting job will be asked if the budget allows: when the policy
// wants it, or before that so that it's not unheard for too long.
func (s *schedule) expected(e *entry) float64 {
	t := min(e.key[byDue], e.key[byUnheard]+heartbeat)
	if _, shown := s.shown[e.id]; !shown || e.failing() || e.odd != "" {
		return t
	}
	live := 0.0
	for _, v := range s.visible {
		if !v.end.Finished() {
			live++
		}
	}
	return min(t, e.key[byUnheard]+s.glanceAfter(live))
}
