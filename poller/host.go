package poller

import (
	"math"
	"time"
)

// meter measures the rate of requests over the last ten seconds, in a bucket each.
type meter struct {
	buckets [10]int
	total   int
	second  int     // the newest bucket's
	since   float64 // when it began to count
}

// restart drops the counts: requests from before the host failed say nothing about the rate
// since.
func (m *meter) restart(now float64) { *m = meter{second: int(now), since: now} }

// advance drops buckets that are too old.
func (m *meter) advance(now float64) {
	s := int(now)
	for range min(s-m.second, len(m.buckets)) {
		m.second++
		i := m.second % len(m.buckets)
		m.total -= m.buckets[i]
		m.buckets[i] = 0
	}
	m.second = s
}

func (m *meter) add(now float64, requests int) {
	m.advance(now)
	m.buckets[m.second%len(m.buckets)] += requests
	m.total += requests
}

// rate returns requests/s. The newest bucket is not full yet.
func (m *meter) rate(now float64) float64 {
	m.advance(now)
	full := min(now-m.since, float64(len(m.buckets)-1)+now-float64(m.second))
	return float64(m.total) / max(1, full)
}

// hostWatcher determines the state of the host.
type hostWatcher struct {
	meter       meter
	host        Host
	nextFigures float64 // figures do not change before
}

// update returns the state now.
func (w *hostWatcher) update(now float64, wall time.Time, s *schedule) Host {
	h := w.host
	h.RetryAt, h.Problem = time.Time{}, nil
	share := s.breaker.allowedShare(now)
	switch {
	case s.paused:
		h.State = Paused
	case s.breaker.tripped:
		h.State, h.Problem = BackingOff, s.breaker.problem
		h.RetryAt = wall.Add(duration(s.breaker.retryAt - now)).Truncate(time.Millisecond)
		if d := h.RetryAt.Sub(w.host.RetryAt); d.Abs() < time.Second/2 {
			h.RetryAt = w.host.RetryAt // the same moment, computed again
		}
	case share < 1:
		h.State, h.Problem = BackingOff, s.breaker.problem
	default:
		h.State = Live
	}
	changed := h.State != w.host.State || w.host.Since.IsZero()
	if changed && s.breaker.tripped {
		w.meter.restart(now)
	}
	if changed {
		h.Since = wall
	}
	if changed || now >= w.nextFigures {
		h.Rate = w.rate(now, s)
		h.Budget = steady(w.host.Budget, s.budget.rate*share)
		if h.State == Live {
			h.Budget = s.budget.rate
		}
		// The budget holds. A higher rate comes from averaging over a burst, or from a
		// budget figure that lags behind.
		h.Rate = min(h.Rate, h.Budget)
	}
	if h.Rate != w.host.Rate || h.Budget != w.host.Budget {
		w.nextFigures = now + 1
	}
	w.host = h
	return h
}

// rate returns a steady figure, which is not 0 between rare polls.
func (w *hostWatcher) rate(now float64, s *schedule) float64 {
	rate := w.meter.rate(now)
	more := s.contacts.Len()+s.inFlight > 0 && !s.paused && !s.breaker.tripped
	if rate == 0 && more {
		return w.host.Rate
	}
	return steady(w.host.Rate, rate)
}

// worthSending reports whether a change is worth an update of its own. A new rate usually is
// not, for it goes with the next reports; a rate that fell to 0 has no next reports.
func worthSending(before, now *Host) bool {
	return before.State != now.State ||
		!before.RetryAt.Equal(now.RetryAt) ||
		before.Problem != now.Problem ||
		before.Budget != now.Budget ||
		(before.Rate > 0) != (now.Rate > 0) ||
		math.Abs(before.Rate-now.Rate) > max(1, before.Rate/2)
}

// steady returns the figure as it was until it has changed by a quarter.
func steady(before, now float64) float64 {
	if now > 0 && math.Abs(now-before) < max(0.1, before/4) {
		return before
	}
	return now
}

func duration(seconds float64) time.Duration {
	return time.Duration(min(seconds, math.MaxInt64/1e9/2) * 1e9)
}
