package poller

import (
	"math"
	"slices"
	"time"

	"example.com/jobwatch/poller/job"
)

// Host is the state of polling as a whole. Its figures change at most once a second, and
// only by enough to matter.
type Host struct {
	State   HostState
	Since   time.Time    // when State began, wall clock
	RetryAt time.Time    // when the host is tried again; past while it is being tried, zero when it answers
	Problem *job.Problem // why polling backs off; nil otherwise
	Rate    float64      // requests/s, measured over the last 10 s
	Budget  float64      // requests/s that are allowed now; +Inf without a limit
}

// HostState is the state of the connection to the host.
type HostState uint8

// The states of polling. After an outage the state is BackingOff, with a zero RetryAt,
// until the rate has grown back to the whole budget.
const (
	Live HostState = iota
	BackingOff
	Paused // by the user
)

// meter measures the rate of requests over the last ten seconds.
type meter struct {
	sent  []float64 // when each request left
	since float64   // when it began to count
}

func (m *meter) add(now float64, requests int) {
	m.sent = append(m.sent, slices.Repeat([]float64{now}, requests)...)
}

// rate returns requests/s.
func (m *meter) rate(now float64) float64 {
	const span = 10
	old, _ := slices.BinarySearch(m.sent, now-span)
	m.sent = m.sent[old:]
	return float64(len(m.sent)) / min(max(1, now-m.since), span)
}

// hostWatcher determines the state of the host.
type hostWatcher struct {
	meter       meter
	host        Host
	nextFigures float64 // figures do not change before
	active      bool    // something is polled, or was until now
}

// update determines the state now.
func (w *hostWatcher) update(m moment, s *schedule) {
	h := Host{State: Live, Since: w.host.Since, Rate: w.host.Rate, Budget: w.host.Budget}
	share := s.breaker.allowedShare(m.now)
	switch {
	case s.paused:
		h.State = Paused
	case share < 1:
		h.State, h.Problem = BackingOff, s.breaker.problem
	}
	if h.State == BackingOff && s.breaker.tripped {
		h.RetryAt = m.toWall(s.breaker.retryAt).Truncate(time.Millisecond)
		if d := h.RetryAt.Sub(w.host.RetryAt); d.Abs() < time.Second/2 {
			h.RetryAt = w.host.RetryAt // the same moment, computed again
		}
	}
	changed := h.State != w.host.State || h.Since.IsZero()
	if changed {
		h.Since = m.wall
		if s.breaker.tripped { // requests from before say nothing about the rate since
			w.meter = meter{since: m.now}
		}
	}
	if changed || m.now >= w.nextFigures {
		h.Rate = w.rate(m.now, s)
		h.Budget = s.budget.rate
		if h.State != Live {
			h.Budget = steady(w.host.Budget, s.budget.rate*share)
		}
		// The budget holds. A higher rate comes from averaging over a burst, or from a
		// budget figure that lags behind.
		h.Rate = min(h.Rate, h.Budget)
	}
	if h.Rate != w.host.Rate || h.Budget != w.host.Budget {
		w.nextFigures = m.now + 1
	}
	w.host = h
	w.active = len(s.contacts) > 0 && !s.paused || s.inFlight > 0 || h.Rate > 0 || share < 1
}

// rate returns a steady figure, which is not 0 between rare polls.
func (w *hostWatcher) rate(now float64, s *schedule) float64 {
	rate := w.meter.rate(now)
	if rate == 0 && len(s.contacts)+s.inFlight > 0 && !s.paused && !s.breaker.tripped {
		return w.host.Rate
	}
	return steady(w.host.Rate, rate)
}

// steady returns the figure as it was until it has changed by a quarter.
func steady(before, now float64) float64 {
	if now > 0 && math.Abs(now-before) < max(0.1, before/4) {
		return before
	}
	return now
}

// worthSending reports whether a change is worth an update of its own. A new rate usually is
// not, for it goes with the next reports; a rate that fell to 0 has no next reports.
func worthSending(before, now Host) bool {
	if before.Rate > 0 && now.Rate > 0 && math.Abs(before.Rate-now.Rate) <= max(1, before.Rate/2) {
		now.Rate = before.Rate
	}
	return before != now
}

func duration(seconds float64) time.Duration {
	return time.Duration(min(seconds, math.MaxInt64/1e9/2) * 1e9)
}
