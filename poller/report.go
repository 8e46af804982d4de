package poller

import (
	"time"

	"example.com/jobwatch/poller/job"
)

// facts are what a report says of a job beyond what the policy needs. Times are
// wall clock.
type facts struct {
	answer   job.Answer
	answered time.Time
	started  time.Time
	problem  *job.Problem
	failed   int
	polls    int
	latency  time.Duration
}

// moment is one point in time on both clocks.
type moment struct {
	now  float64 // the schedule's
	wall time.Time
}

// on is a wall time on the schedule's clock.
func (m moment) on(t time.Time) float64 { return m.now - m.wall.Sub(t).Seconds() }

// at is a time of the schedule's clock on the wall.
func (m moment) at(now float64) time.Time { return m.wall.Add(duration(now - m.now)) }

// newEntry makes the schedule's record of a job that begins to be tracked.
func newEntry(m moment, t *Tracked) *entry {
	e := &entry{id: t.ID, end: t.End}
	e.answer, e.answered, e.started = t.Answer, t.Answered, t.Started
	e.last = m.now
	if t.Answer.Status.Final() && e.end == job.Live {
		e.end = endOf(t.Answer.Status)
	}
	if t.Answer.Status == "" {
		return e
	}
	// What happened while nobody watched teaches nothing.
	e.heard, e.blind = true, true
	e.last = min(m.now, m.on(t.Answered))
	if t.Answer.Status == job.NotStarted {
		return e
	}
	if !t.Answer.Status.Known() {
		e.odd, e.oddSince = t.Answer.Status, e.last
	}
	e.running = true
	e.start = e.last
	if !t.Started.IsZero() {
		e.start = min(e.last, m.on(t.Started))
	}
	e.restart(e.last, float64(t.Answer.Progress))
	return e
}

// note keeps what came of a poll for the reports. It follows schedule.answered.
func (e *entry) note(m moment, a *job.Answer, p *job.Problem, latency time.Duration) {
	e.polls++
	e.problem, e.latency = p, latency
	if p != nil {
		e.failed++
		return
	}
	e.failed = 0
	before := e.answer.Status
	e.answer, e.answered = *a, m.wall
	switch {
	case !e.running:
		e.started = time.Time{}
	case a.Status.Final() && (before == "" || before.Final()):
		// It was over before it was ever asked about: nobody knows when it ran.
	case e.started.IsZero():
		e.started = m.at(e.start)
	}
}

func (e *entry) report(m moment, next float64) job.Report {
	r := job.Report{
		ID:       e.id,
		At:       m.wall,
		Answer:   e.answer,
		Answered: e.answered,
		Started:  e.started,
		Problem:  e.problem,
		Failed:   e.failed,
		Polls:    e.polls,
		Latency:  e.latency,
		End:      e.end,
		Speed:    e.pace(),
	}
	if !e.end.Finished() && next < never {
		r.Next = m.at(max(next, m.now))
	}
	return r
}
