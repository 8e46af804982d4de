package poller

import (
	"math"
	"time"
)

// meter measures the rate of requests over the last ten seconds, in a bucket each.
type meter struct {
	buckets [10]int
	sum     int
	second  int // the newest bucket's
}

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

func (m *meter) add(now float64) {
	m.turn(now)
	m.buckets[m.second%len(m.buckets)]++
	m.sum++
}

// rate is in requests/s. The newest bucket is not full yet.
func (m *meter) rate(now float64) float64 {
	m.turn(now)
	full := min(now, float64(len(m.buckets)-1)+now-float64(m.second))
	return float64(m.sum) / max(1, full)
}

// reporter decides when the host's state is worth a message.
type reporter struct {
	meter meter
	told  Host
	next  float64 // figures stay as they are until then
}

// look returns the host's state, and whether it differs from what was told before.
func (r *reporter) look(now float64, wall time.Time, s *schedule) (Host, bool) {
	h := r.told
	h.RetryAt, h.Problem = time.Time{}, nil
	share := s.gate.allowed(now)
	switch {
	case s.paused:
		h.State = Paused
	case s.gate.shut:
		h.State, h.Problem = EasingOff, s.gate.problem
		h.RetryAt = wall.Add(duration(s.gate.until - now)).Truncate(time.Millisecond)
		if d := h.RetryAt.Sub(r.told.RetryAt); d.Abs() < time.Second/2 {
			h.RetryAt = r.told.RetryAt // the same moment, computed anew
		}
	case share < 1:
		h.State, h.Problem = EasingOff, s.gate.problem
	default:
		h.State = Live
	}
	turned := h.State != r.told.State || r.told.Since.IsZero()
	if turned {
		h.Since = wall
	}
	if turned || now >= r.next {
		h.Rate = calm(r.told.Rate, r.meter.rate(now))
		h.Budget = calm(r.told.Budget, s.budget.rate*share)
		if h.State == Live {
			h.Budget = s.budget.rate
		}
	}
	if h == r.told {
		return h, false
	}
	if h.Rate != r.told.Rate || h.Budget != r.told.Budget {
		r.next = now + 1
	}
	r.told = h
	return h, true
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
