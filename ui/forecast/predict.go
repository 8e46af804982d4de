package forecast

import (
	"math"
	"time"

	"example.com/jobwatch/poller/job"
)

// Forecast is what lies before a job. A running one has no Wait.
type Forecast struct {
	Wait  Estimate // until it starts
	Work  Estimate // what it runs from then, or has left
	Ready Estimate // the two together
}

// Job forecasts one job; nothing is known of a finished one, or one not seen.
func (m *Model) Job(id job.ID, now time.Time) Forecast {
	t := m.tracks[id]
	if t == nil || t.live == nil {
		return Forecast{}
	}
	m.count()
	l, s := t.live, m.sec(now)
	var f Forecast
	o := m.workOf(l, s)
	f.Work = o.estimate()
	f.Ready = f.Work
	if l.waiting {
		o = m.waitOf(l, s)
		f.Wait = o.estimate()
		f.Ready = f.Wait.then(f.Work)
	}
	for i, e := range [...]*Estimate{&f.Wait, &f.Work, &f.Ready} {
		if e.Known {
			l.shown[i] = l.shown[i].settle(*e)
			e.shown = l.shown[i]
		}
	}
	return f
}

// workOf is how long a job will still run, or will run once it has started.
func (m *Model) workOf(l *live, now float64) outlook {
	age := 0.0
	if !l.waiting {
		age = now - l.started
	}
	byAge := byAge(m.work, age)
	if l.waiting {
		return byAge
	}
	byAge.self = 1 / max(m.work.total, 1)
	c := l.pace
	if !c.usable() {
		return byAge
	}
	slips := m.slips[c.class()]
	m.refresh(slips)
	byBar := outlook{d: slips, offset: max(now-c.at, 0), scale: max(c.scale(), tiny), shape: c.shape(), middle: (*dist).trusting}
	// A bar that stands still has nothing more to say.
	if byAge.known() && (byBar.overdue() || m.stands(c)) {
		return byAge
	}
	return byBar
}

// count brings what is learnt of durations and waits up to date, with the ages of
// those under way counted as they are. They count up to the last answer of any job:
// while the API is away, nobody knows whether a job has ended.
func (m *Model) count() {
	if running := m.all.running.jobs; m.work.due(m.heard, m.reports, len(running)) {
		clear(m.work.live)
		step := stride(len(running))
		for i := 0; i < len(running); i += step {
			m.work.live[m.work.bin(ln(m.heard-running[i].started))] += float64(step)
		}
		m.work.refresh(m.heard)
		m.work.reports = m.reports
	}
	if m.wait.due(m.heard, m.reports, m.queue.waiting) {
		clear(m.wait.live)
		step := stride(m.queue.waiting)
		for i := 0; i < len(m.queue.jobs); i += step {
			if l := m.queue.jobs[i]; l != nil {
				m.wait.live[m.wait.bin(ln(m.heard-l.added))] += float64(step)
			}
		}
		m.wait.refresh(m.heard)
		m.wait.reports = m.reports
	}
}

// stride is to count one job for so many of n: the ages of a thousand, evenly chosen,
// say as much as those of 100,000, which would cost more than all else here.
func stride(n int) int { return max(1, n/1000) }

// refresh is for what is learnt of ended things alone.
func (m *Model) refresh(d *dist) {
	if !d.fresh || d.changes > 0.02*d.events {
		d.refresh(m.heard)
	}
}

// byAge is a remaining time by what is known of the like.
func byAge(d *dist, age float64) outlook {
	if d.events < enough {
		return outlook{}
	}
	o := outlook{d: d, offset: max(age, 0), scale: 1, shape: 1, middle: (*dist).middle}
	if d.events < plenty && d.guessed(o.x(0)) > 0.5 {
		return outlook{}
	}
	return o
}

// waitOf is how long a job will still wait.
func (m *Model) waitOf(l *live, now float64) outlook {
	if o := m.turnOf(l, now); o.known() && m.queue.inOrder() {
		return o
	}
	o := byAge(m.wait, now-l.added)
	o.self = 1 / max(m.wait.total, 1)
	return o
}

// turnOf is a wait by the place in the queue and the rate at which jobs finish.
func (m *Model) turnOf(l *live, now float64) outlook {
	perSecond, n := m.rate.perSecond(now)
	if n == 0 {
		return outlook{}
	}
	return m.turn(float64(m.queue.ahead(l)+1), perSecond, n)
}

// drift is by how much, squared, a rate changes anyway: durations differ by orders of
// magnitude, and some giants slow all that comes after them.
const drift = 0.03

// turn is how long it takes until so many have started. Both the number of those
// and the rate are counts: they scatter like their square roots.
func (m *Model) turn(starts, perSecond float64, n int) outlook {
	m.refresh(m.turns)
	return outlook{d: m.turns, scale: starts / perSecond, shape: math.Sqrt(1/starts + 1/float64(n) + drift)}
}
