package poller

import (
	"math"
	"time"
)

// meter measures the rate of requests over the last ten seconds, in a bucket each.
type meter struct {
	buckets [10]int
	sum     int
	second  int     // the newest bucket's
	since   float64 // when it began to count
}

// restart forgets what was counted: what went out before the host failed is no
// part of how fast it is asked since.
func (m *meter) restart(now float64) { *m = meter{second: int(now), since: now} }

// turn lets buckets that are too old go.
func (m *meter) turn(now float64) {
	s := int(now)
	for range min(s-m.second, len(m.buckets)) {
		m.second++
		i := m.second % len(m.buckets)
		m.sum -= m.buckets[i]
		m.buckets[i] = 0
	}
	m.second = s
}

func (m *meter) add(now float64, requests int) {
	m.turn(now)
	m.buckets[m.second%len(m.buckets)] += requests
	m.sum += requests
}

// rate is in requests/s. The newest bucket is not full yet.
func (m *meter) rate(now float64) float64 {
	m.turn(now)
	full := min(now-m.since, float64(len(m.buckets)-1)+now-float64(m.second))
	return float64(m.sum) / max(1, full)
}

// watcher makes out how it stands with the host.
type watcher struct {
	meter meter
	host  Host
	next  float64 // figures stay as they are until then
}

// look returns how it stands now. Figures keep still for a second at least.
func (r *watcher) look(now float64, wall time.Time, s *schedule) Host {
	h := r.host
	h.RetryAt, h.Problem = time.Time{}, nil
	share := s.gate.allowed(now)
	switch {
	case s.paused:
		h.State = Paused
	case s.gate.shut:
		h.State, h.Problem = EasingOff, s.gate.problem
		h.RetryAt = wall.Add(duration(s.gate.until - now)).Truncate(time.Millisecond)
		if d := h.RetryAt.Sub(r.host.RetryAt); d.Abs() < time.Second/2 {
			h.RetryAt = r.host.RetryAt // the same moment, computed anew
		}
	case share < 1:
		h.State, h.Problem = EasingOff, s.gate.problem
	default:
		h.State = Live
	}
	turned := h.State != r.host.State || r.host.Since.IsZero()
	if turned && s.gate.shut {
		r.meter.restart(now)
	}
	if turned {
		h.Since = wall
	}
	if turned || now >= r.next {
		h.Rate = r.rate(now, s)
		h.Budget = calm(r.host.Budget, s.budget.rate*share)
		if h.State == Live {
			h.Budget = s.budget.rate
		}
		// The budget holds: what is over it is the averaging's doing, of a burst that
		// has not been lived up to yet, or of a budget that is told a little late.
		h.Rate = min(h.Rate, h.Budget)
	}
	if h.Rate != r.host.Rate || h.Budget != r.host.Budget {
		r.next = now + 1
	}
	r.host = h
	return h
}

// rate is calm. Between polls that are rare it isn't nothing.
func (r *watcher) rate(now float64, s *schedule) float64 {
	rate := r.meter.rate(now)
	more := s.unheard.Len()+s.flying > 0 && !s.paused && !s.gate.shut
	if rate == 0 && more {
		return r.host.Rate
	}
	return calm(r.host.Rate, rate)
}

// worthTelling reports whether a change is worth an update of its own. That of the
// rate is not, as a rule: it goes with the next reports, as there is no rate
// without them; but that it fell to nothing would else never be told.
func worthTelling(told, now *Host) bool {
	return told.State != now.State ||
		!told.RetryAt.Equal(now.RetryAt) ||
		told.Problem != now.Problem ||
		told.Budget != now.Budget ||
		(told.Rate > 0) != (now.Rate > 0) ||
		math.Abs(told.Rate-now.Rate) > max(1, told.Rate/2)
}

// calm keeps a figure as it was told until it has moved by a quarter.
func calm(told, now float64) float64 {
	if now > 0 && math.Abs(now-told) < max(0.1, told/4) {
		return told
	}
	return now
}

func duration(seconds float64) time.Duration {
	return time.Duration(min(seconds, math.MaxInt64/1e9/2) * 1e9)
}
