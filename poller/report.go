package poller

import (
	"time"

	"example.com/jobwatch/poller/job"
)

// facts are what a report says of a job beyond what the policy needs. Times are wall clock.
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

// toSchedule converts a wall time to the schedule's clock.
func (m moment) toSchedule(t time.Time) float64 { return m.now - m.wall.Sub(t).Seconds() }

// toWall converts a time of the schedule's clock to a wall time.
func (m moment) toWall(now float64) time.Time { return m.wall.Add(duration(now - m.now)) }

// newEntry returns the schedule's record of a new job.
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
	e.hasAnswer, e.unobserved = true, true
	e.last = min(m.now, m.toSchedule(t.Answered))
	if t.Answer.Status == job.NotStarted {
		return e
	}
	if !t.Answer.Status.Known() {
		e.unknownStatus, e.unknownSince = t.Answer.Status, e.last
	}
	e.running = true
	e.start = e.last
	if !t.Started.IsZero() {
		e.start = min(e.last, m.toSchedule(t.Started))
	}
	e.resetProgress(e.last, float64(t.Answer.Progress))
	return e
}

// note keeps the outcome of a poll for the reports. It follows schedule.answered.
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
		// It was over before the first poll: when it ran is not known.
	case e.started.IsZero():
		e.started = m.toWall(e.start)
	}
}

func (e *entry) report(m moment, s *service, next float64) job.Report {
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
		Speed:    e.drawableSpeed(),
	}
	if e.end.Finished() {
		return r
	}
	r.Stalled = duration(s.stalledFor(&e.history))
	if next < never {
		r.Next = m.toWall(max(next, m.now))
	}
	return r
}

// minUpdateInterval is the least time between two updates, in seconds: 20 a second.
const minUpdateInterval = 0.05

// mailbox gathers reports until the consumer takes them. A job's newest report replaces the
// one before, so that a consumer that never reads costs no more memory than one report per
// job. The schedule's goroutine owns it.
type mailbox struct {
	reports  []job.Report
	entries  []*entry // the job of each report
	host     Host
	lastHost Host    // in the last update
	opensAt  float64 // no update before
}

func (m *mailbox) put(e *entry, r job.Report) {
	if e.slot > 0 {
		m.reports[e.slot-1] = r
		return
	}
	m.reports = append(m.reports, r)
	m.entries = append(m.entries, e)
	e.slot = len(m.reports)
}

// drop removes the report of a job that was removed.
func (m *mailbox) drop(e *entry) {
	if e.slot == 0 {
		return
	}
	i, last := e.slot-1, len(m.reports)-1
	m.reports[i], m.entries[i] = m.reports[last], m.entries[last]
	m.entries[i].slot = i + 1
	m.reports, m.entries = m.reports[:last], m.entries[:last]
	e.slot = 0
}

// readyAt returns when an update may be sent: never if nothing has changed.
func (m *mailbox) readyAt() float64 {
	if len(m.reports) == 0 && !worthSending(&m.lastHost, &m.host) {
		return never
	}
	return m.opensAt
}

func (m *mailbox) update() Update { return Update{Reports: m.reports, Host: m.host} }

// delivered empties the mailbox. The slice of reports is the consumer's now; the next one
// will need about as much room.
func (m *mailbox) delivered(now float64) {
	for _, e := range m.entries {
		e.slot = 0
	}
	clear(m.entries)
	m.reports, m.entries, m.lastHost = make([]job.Report, 0, len(m.reports)), m.entries[:0], m.host
	m.opensAt = now + minUpdateInterval
}
