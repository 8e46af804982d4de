package poller

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"example.com/jobwatch/poller/job"
)

// How the poller treats the host when it fails as a whole.
const (
	unreachableLimit = 3       // requests in a row without an HTTP answer
	troubleLimit     = 5       // 5xx, or answers that are not the API's, in a row
	maxPause         = 30.0    // seconds between probes when the host sets no time
	maxRetryAfter    = 15 * 60 // seconds; a longer Retry-After is a mistake
	rampUp           = 20.0    // seconds in which the rate grows back to the whole budget
	minShare         = 1.0 / 8 // of the budget, however often episodes follow each other
	probeInterval    = 1.0     // seconds between probes that the user asks for
)

// breaker is the circuit breaker for the host. When it trips, nothing may be sent until retryAt,
// then exactly one probe. An episode lasts from the tripping to the first probe that succeeds.
type breaker struct {
	rand *rand.Rand

	tripped             bool
	retryAt             float64 // no probe before
	probe               *entry  // in flight while tripped; nil if none
	probedAt            float64 // when the last probe left
	failedProbes        int     // in this episode
	hostSetTime         bool    // retryAt is the host's (Retry-After)
	problem             *job.Problem
	consecutiveFailures int
	share               float64 // of the budget, when it began to grow back
	fullAt              float64 // when the whole budget is allowed again
}

// allowedShare returns the share of the budget: halved once an episode, then growing back linearly.
func (b *breaker) allowedShare(now float64) float64 {
	switch {
	case b.tripped:
		return b.share
	case now >= b.fullAt:
		return 1
	}
	return b.share + (1-b.share)*(1-(b.fullAt-now)/rampUp)
}

// opensAt returns when something may be sent: never while a probe is in flight.
func (b *breaker) opensAt() float64 {
	switch {
	case !b.tripped:
		return 0
	case b.probe != nil:
		return never
	}
	return b.retryAt
}

// sent notes a request. If the breaker has tripped, it is the probe.
func (b *breaker) sent(now float64, e *entry) {
	if b.tripped {
		b.probe, b.probedAt = e, now
	}
}

// retrySooner brings the next probe forward for the user, unless the host set its time.
func (b *breaker) retrySooner(now float64) {
	if b.tripped && !b.hostSetTime {
		b.retryAt = min(b.retryAt, max(now, b.probedAt+probeInterval))
	}
}

// succeeded notes an answer of the API and reports whether it ended an episode. Only a probe
// does: other requests may have been in flight since before.
func (b *breaker) succeeded(now float64, e *entry) bool {
	if b.tripped && b.probe != e {
		return false
	}
	b.consecutiveFailures = 0
	if !b.tripped {
		if now >= b.fullAt {
			b.problem = nil
		}
		return false
	}
	b.tripped, b.probe, b.failedProbes, b.hostSetTime = false, nil, 0, false
	b.fullAt = now + rampUp
	return true
}

// failed notes a problem that may be the host's.
func (b *breaker) failed(now float64, e *entry, p *job.Problem) {
	b.consecutiveFailures++
	switch {
	case b.tripped && b.probe == e:
		b.probe = nil
		b.failedProbes++
		b.pause(now, p)
	case b.tripped:
		// In flight since before the episode: it may only ask for more patience.
		if p.RetryAfter > 0 {
			b.retryAt = max(b.retryAt, now+b.retryDelay(p))
		}
	case p.Kind == job.RateLimited,
		p.Kind == job.Unreachable && b.consecutiveFailures >= unreachableLimit,
		b.consecutiveFailures >= troubleLimit:
		b.share = max(minShare, b.allowedShare(now)/2)
		b.tripped, b.failedProbes = true, 0
		b.pause(now, p)
	}
}

// pause sets the time of the next probe: what the host asks for, else full jitter.
func (b *breaker) pause(now float64, p *job.Problem) {
	b.problem = p
	b.hostSetTime = p.RetryAfter > 0
	if b.hostSetTime {
		b.retryAt = now + b.retryDelay(p)
		return
	}
	b.retryAt = now + b.rand.Float64()*min(maxPause, math.Exp2(float64(b.failedProbes+1)))
}

// retryDelay returns what the host asks for and up to a second more, lest all clients return at once.
func (b *breaker) retryDelay(p *job.Problem) float64 {
	return min(p.RetryAfter.Seconds(), maxRetryAfter) + b.rand.Float64()
}

// budget is a token bucket: rate requests a second on average, and a burst after a quiet
// time. No second, wherever it begins, carries more than the rate.
type budget struct {
	rate, burst float64
	tokens      float64
	refilled    float64   // when tokens was right
	recent      []float64 // when the requests of the last second left, oldest first
}

// perSecond returns the most that any one second may carry: for 2.5 requests that is 3.
func (b *budget) perSecond() int { return int(math.Ceil(max(1, b.rate))) }

func (b *budget) unlimited() bool { return math.IsInf(b.rate, 1) }

// refill adds the tokens for the time since the last refill, at share (0 to 1] of the rate.
// While the share is below 1, none are saved up for a burst.
func (b *budget) refill(now, share float64) {
	for len(b.recent) > 0 && b.recent[0]+1 <= now {
		b.accrue(b.recent[0]+1, share)
		b.recent = b.recent[1:]
	}
	b.accrue(now, share)
}

// accrue adds the tokens until a time. Only what the last second left unused can be saved
// up, and the next request: otherwise a burst would be followed by another a second later.
func (b *budget) accrue(until, share float64) {
	if b.unlimited() {
		return
	}
	room := max(1, min(b.burst, float64(b.perSecond()+1-len(b.recent))))
	if share < 1 {
		room = 1
	}
	b.tokens = min(room, b.tokens+max(0, until-b.refilled)*b.rate*share)
	b.refilled = until
}

// readyAt returns when a request may leave; the past if one may now. The tiny slack keeps
// rounding from adding another, infinitely short, wait.
func (b *budget) readyAt(share float64) float64 {
	if b.unlimited() {
		return 0
	}
	at := 0.0
	if b.tokens < 1-1e-6 {
		at = b.refilled + (1-b.tokens)/(b.rate*share)
	}
	if over := len(b.recent) - b.perSecond(); over >= 0 {
		at = max(at, b.recent[over]+1)
	}
	return at
}

// spend pays for requests that leave at the time of the last refill; it may leave a debt.
func (b *budget) spend(requests int) {
	if !b.unlimited() {
		b.tokens -= float64(requests)
		b.recent = append(b.recent, slices.Repeat([]float64{b.refilled}, requests)...)
	}
}

// Host is the state of polling as a whole. Its figures change at most once a second.
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

// hostWatcher determines the state of the host.
type hostWatcher struct {
	sent        []float64 // when requests left, in the last ten seconds or since then
	since       float64   // when it began to count them
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
			w.sent, w.since = nil, m.now
		}
	}
	if changed || m.now >= w.nextFigures {
		h.Rate = w.rate(m.now, s)
		h.Budget = s.budget.rate
		if h.State != Live {
			h.Budget = steady(w.host.Budget, s.budget.rate*share)
		}
		h.Rate = min(h.Rate, h.Budget) // a higher one comes from averaging over a burst
	}
	if h.Rate != w.host.Rate || h.Budget != w.host.Budget {
		w.nextFigures = m.now + 1
	}
	w.host = h
	w.active = len(s.contacts) > 0 && !s.paused || s.inFlight > 0 || h.Rate > 0 || share < 1
}

func (w *hostWatcher) count(now float64, requests int) {
	w.sent = append(w.sent, slices.Repeat([]float64{now}, requests)...)
}

// rate returns requests/s: a steady figure, which is not 0 between rare polls.
func (w *hostWatcher) rate(now float64, s *schedule) float64 {
	const span = 10 // seconds
	old, _ := slices.BinarySearch(w.sent, now-span)
	w.sent = w.sent[old:]
	rate := float64(len(w.sent)) / min(max(1, now-w.since), span)
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
