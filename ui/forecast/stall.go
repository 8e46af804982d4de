package forecast

import (
	"math"
	"time"

	"example.com/jobwatch/poller/job"
)

const (
	stallFactor = 3                // times the usual time between two steps
	stallLeast  = 30 * time.Second // a pause that is not worth a word
)

// Stalled says for how long a running job's progress has stood still, if that is
// three times what its like usually take between steps. It counts up to the job's
// last answer: an API that does not answer is another trouble.
func (m *Model) Stalled(id job.ID) (time.Duration, bool) {
	t := m.tracks[id]
	if t == nil || t.live == nil {
		return 0, false
	}
	return m.stalled(t.live)
}

func (m *Model) stalled(l *live) (time.Duration, bool) {
	c := l.pace
	if l.waiting || c == nil {
		return 0, false
	}
	d := seconds(c.heard - c.at)
	return d, d >= stallLeast && m.stands(c)
}

// stands says that the bar has not moved for long.
func (m *Model) stands(c *pace) bool {
	usual := m.usual(c)
	return usual > 0 && c.heard-c.at > stallFactor*usual
}

// usual is how long this job's like take for a step: its own steps so far, if they
// are slower than those of other jobs with such a bar. One that has not moved yet is
// held against the slowest tenth of first steps. It is 0 when nothing can be said.
func (m *Model) usual(c *pace) float64 {
	d, q := m.gaps[c.class()], 0.5
	if c.moves == 0 {
		d, q = m.first, 0.9
	}
	like := 0.0
	if d.events >= enough {
		m.refresh(d)
		like = math.Exp(d.quantile(d.lo, q))
	} else if c.moves < 2 {
		return 0
	}
	return max(like, c.gap(), c.step*c.per)
}
