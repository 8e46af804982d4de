package forecast

import (
	"math"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
)

func ln(seconds float64) float64 { return math.Log(max(seconds, tiny)) }

// hear takes a live job's newest answer.
func (m *Model) hear(t *track, l *live, j *store.Job) {
	now := m.sec(j.Answered)
	m.heard = now
	if j.Answer.Status == job.NotStarted || j.Answer.Status == "" {
		m.hearWaiting(l, now)
		return
	}
	if l.waiting {
		started := now
		if !j.Started.IsZero() {
			started = min(m.sec(j.Started), now)
		}
		m.start(l, started, now, seenWaiting(j))
	}
	if j.Answer.Progress.Known() {
		m.hearProgress(t, l, float64(j.Answer.Progress), now)
	}
	m.rank(l, now)
}

// hearWaiting takes "Not Started", also from a job that ran before: services put
// jobs back.
func (m *Model) hearWaiting(l *live, now float64) {
	if !l.waiting {
		m.work.changes++
		l.batch.running.remove(l)
		m.all.running.remove(l)
		l.pace = nil
		l.added = now // it waits anew
		m.enqueue(l)
		return
	}
	if o := m.turnOf(l, now); o.known() {
		l.turn.offer(now, o.scale, o.shape, m.random)
	}
}

// start ends a wait. A job that nobody saw waiting teaches nothing of waits: it was
// added after it had started.
func (m *Model) start(l *live, started, now float64, waited bool) {
	if waited {
		m.queue.started(l)
		m.wait.add(ln(started - l.added))
		if q := l.turn; q.n > 0 && started > q.at {
			m.turns.add(math.Log((started-q.at)/q.scale) / q.shape)
		}
	}
	m.dequeue(l)
	l.started = started
	m.work.changes++
	l.due, l.ranked = now, now
	l.batch.running.push(l)
	m.all.running.push(l)
}

func seenWaiting(j *store.Job) bool {
	for _, c := range j.History {
		if c.Status == job.NotStarted {
			return true
		}
	}
	return false
}

func (m *Model) hearProgress(t *track, l *live, p, now float64) {
	c := l.pace
	if c == nil {
		c = newPace(p, now, l.started)
		l.pace = c
		t.sample(l.started, c.from)
	}
	before := c.p
	if !c.sees(p, now) {
		return
	}
	t.sample(now, p)
	if before == 0 {
		m.first.add(ln(c.at - l.started))
	}
	if c.usable() {
		c.quotes[min(int(4*p), 3)].offer(c.at, c.per*(1-c.p), c.shape(), m.random)
	}
}

// rank puts a running job in its place among those that will be ready last, when a
// twentieth of the way there has passed since it was put there: the order need not be
// exact, and most reports say nothing new.
func (m *Model) rank(l *live, now float64) {
	if now >= l.ranked && now-l.ranked < (l.due-l.ranked)/20 && !math.IsInf(l.due, 1) {
		return
	}
	if !m.work.fresh || m.work.changes > m.work.events/2 {
		m.count() // else what was learnt when last asked is good enough
	}
	l.ranked = now
	o := m.workOf(l, now)
	switch {
	case !o.known():
		l.due = math.Inf(1) // it must be seen: it makes the batch unknown
	case o.overdue():
		l.due = now
	default:
		l.due = now + o.at(0.9)
	}
	l.batch.running.fix(l)
	m.all.running.fix(l)
}

// finish takes a job's end. Only Done says how long work takes: a job that failed
// would have run on, and one that was rejected or given up never ran.
func (m *Model) finish(t *track, j *store.Job) {
	l := t.live
	if l == nil && t.took != 0 {
		return // heard before
	}
	t.took = -1 // over, and of unknown length
	started, ended := math.NaN(), m.sec(j.Ended)
	if !j.Started.IsZero() {
		started = m.sec(j.Started)
	} else if l != nil && !l.waiting {
		started = l.started
	}
	ran := !j.Ended.IsZero() && ended >= started && (j.End == job.EndedDone || j.End == job.EndedError)
	if l == nil && ran && seenWaiting(j) {
		m.wait.add(ln(started - m.sec(j.Added)))
	}
	if l != nil && ran {
		m.learn(t, l, j, started, ended)
	}
	if l != nil {
		m.drop(t)
	}
	if ran && j.End == job.EndedDone {
		t.took = max(ended-started, tiny)
		m.work.add(ln(t.took))
	} else if ran {
		m.work.lose(ln(ended - started))
	}
	if ran {
		t.batch.finished(j.ID, t.took, ended, m.random)
		m.all.finished(j.ID, t.took, ended, m.random)
	}
	t.trim()
	t.batch.news++
	m.all.news++
}

// learn compares what was forecast while the job lived with what came true.
func (m *Model) learn(t *track, l *live, j *store.Job, started, ended float64) {
	if l.waiting { // its whole work went by between two answers
		m.start(l, started, ended, seenWaiting(j))
	}
	m.rate.finish(ended)
	c := l.pace
	if c == nil {
		return
	}
	if j.Answer.Progress.Known() {
		t.sample(ended, float64(j.Answer.Progress))
	}
	if j.End != job.EndedDone {
		return
	}
	if c.moves > 1 {
		m.gaps[c.class()].add(ln(c.gap()))
	}
	for _, q := range c.quotes {
		if q.n > 0 && ended > q.at {
			m.slips[c.class()].add(math.Log((ended-q.at)/q.scale) / q.shape)
		}
	}
}
