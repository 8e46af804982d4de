package poller

import (
	"math"

	"example.com/jobwatch/poller/job"
)

// What failed polls of one job lead to.
const (
	longestBackoff = 60.0  // seconds between tries of a job that fails
	giveUpAfter    = 600.0 // seconds of nothing but 404

	reach = 4 // neighbours on either side that hear of a start
)

// answered takes in what came of asking e: a problem, or if there is none, the
// answer. sent is when the request left.
func (s *schedule) answered(sent, now float64, e *entry, a *job.Answer, p *job.Problem) {
	s.land(e)
	if p == nil || p.Kind.FromAPI() {
		if s.gate.good(now, e) {
			s.budget.empty()
		}
	} else {
		s.gate.bad(now, e, p)
	}
	if e.gone {
		return
	}
	if p != nil {
		s.failed(now, e, p)
		return
	}
	e.fails, e.missing = 0, math.NaN()
	s.learn((sent+now)/2, e, a)
	e.blind = false
	if a.Status.Final() {
		s.finish(e, endOf(a.Status))
		return
	}
	due := max(now, e.last+s.service.tau(&e.history))
	switch {
	case a.Status.Known():
		e.odd = ""
	case a.Status != e.odd:
		e.odd, e.oddSince = a.Status, now
	default:
		due = max(due, now+oddWait(now-e.oddSince))
	}
	s.queueUp(e, due)
}

// calledOff takes back a request that was given up without an answer.
func (s *schedule) calledOff(now float64, e *entry) {
	s.land(e)
	s.gate.lost(e)
	if !e.gone {
		s.queueUp(e, now)
	}
}

func (s *schedule) land(e *entry) {
	s.flying--
	e.flying = false
}

func (s *schedule) queueUp(e *entry, due float64) {
	s.due.set(e, due)
	unheard := e.contact
	if e.odd != "" {
		unheard = max(unheard, due-heartbeat) // it may go unheard for longer
	}
	s.unheard.set(e, unheard)
}

// failed plans the next try of a job whose poll failed.
func (s *schedule) failed(now float64, e *entry, p *job.Problem) {
	if p.Kind != job.NotFound {
		e.missing = math.NaN()
	}
	switch p.Kind {
	case job.Rejected:
		s.finish(e, job.EndedRejected)
	case job.NotFound:
		e.fails, e.contact = 0, now
		if math.IsNaN(e.missing) {
			e.missing = now
		}
		if now-e.missing >= giveUpAfter {
			s.finish(e, job.EndedGivenUp)
			return
		}
		// As long again as it has been missing: 1, 2, 4 s, up to a minute.
		s.queueUp(e, now+min(max(now-e.missing, 1), heartbeat))
	case job.RateLimited:
		s.queueUp(e, now) // not its fault: the gate decides when
	default:
		e.fails++
		e.contact = now // it's heard of by what comes of the next try
		s.queueUp(e, now+s.rand.Float64()*min(longestBackoff, math.Exp2(float64(e.fails))))
	}
}

func endOf(s job.Status) job.End {
	if s == job.Done {
		return job.EndedDone
	}
	return job.EndedError
}

func (s *schedule) finish(e *entry, end job.End) {
	s.line.leave(e)
	e.end = end
}

// learn takes what the job was at a time into its history and the service's.
func (s *schedule) learn(at float64, e *entry, a *job.Answer) {
	from := e.last
	if !e.running {
		s.learnWait(at, e, a.Status != job.NotStarted)
		from = e.start
	}
	if e.running && !e.blind {
		d := at - from
		if e.odd != "" {
			d = 0 // whether it ran meanwhile, nobody knows
		}
		s.service.ran(d, a.Status.Final())
	}
	switch {
	case a.Status == job.NotStarted:
		e.running, e.near = false, e.near && !e.running
		s.line.join(e)
	case a.Status.Known():
		e.observe(at, float64(a.Progress))
	default:
		e.observe(at, float64(job.Unknown))
	}
	e.last, e.contact, e.heard = at, at, true
}

// learnWait learns from an answer of a job that was waiting.
func (s *schedule) learnWait(at float64, e *entry, started bool) {
	from, class := e.last, &s.service.plain
	if e.near {
		from, class = max(from, e.since), &s.service.near
	}
	if !e.blind {
		class.waited(at-from, started)
	}
	if !started {
		return
	}
	e.running, e.start = true, (from+at)/2
	e.p = float64(job.Unknown)
	s.tell(from, e)
	s.line.leave(e)
}

// tell makes the waiting neighbours of a job that started next to news.
func (s *schedule) tell(since float64, e *entry) {
	ahead, behind := e.ahead, e.behind
	for range reach {
		if ahead != nil {
			s.nextToNews(since, ahead)
			ahead = ahead.ahead
		}
		if behind != nil {
			s.nextToNews(since, behind)
			behind = behind.behind
		}
	}
}

func (s *schedule) nextToNews(since float64, e *entry) {
	if e.near {
		return
	}
	e.near, e.since = true, since
	if !e.flying && !e.asked && !e.failing() {
		s.due.set(e, max(e.last, since)+s.service.tau(&e.history))
	}
}
