package poller

import "math"

// service is what the policy has learned of the service as a whole. Its zero value
// is not useful; see newService.
type service struct {
	cost     float64 // λ: the delay, in seconds, that one request is worth
	run      float64 // time that jobs were seen running
	finishes float64 // jobs seen to finish
	plain    starts  // waiting jobs without news beside them
	near     starts  // waiting jobs next to one that was seen to start
}

// starts is how often the waiting jobs of a class are seen to start.
type starts struct{ wait, news float64 }

func newService(cost float64) service {
	return service{cost: cost, run: 20, finishes: 1, plain: starts{5, 1}, near: starts{1, 1}}
}

// mean is the mean duration of this service's jobs.
func (s *service) mean() float64 { return s.run / s.finishes }

// remember takes in how long a job took that finished before.
func (s *service) remember(d float64) {
	if d <= 0 {
		return
	}
	s.run += d
	s.finish()
}

// finish counts a finished job. Old ones lose weight, for services change.
func (s *service) finish() {
	if s.finishes++; s.finishes > memory {
		s.run /= 2
		s.finishes /= 2
	}
}

// history is what the policy remembers of one job.
type history struct {
	running bool    // it was seen to leave Not Started
	near    bool    // waiting, next to news
	since   float64 // when the news beside it came about
	last    float64 // its last answer
	start   float64 // when it left Not Started, seen or inferred
	p       float64 // its progress, below 0 when it reports none
	q       float64 // the grain of its progress
	v       float64 // the speed of its progress, 0 when not known
	moved   float64 // when p last changed
}

const (
	fineGrain = 0.01
)

// tau is how long after its last answer the job is to be looked at again.
func (s *service) tau(h *history) float64 {
	if !h.running {
		c := &s.plain
		if h.near {
			c = &s.near
		}
		return max(s.cost, math.Cbrt(6*s.cost*c.wait/c.news*s.mean()))
	}
	k, t := 1.0, 0.0
	if h.v > 0 && h.p+h.q < 1 {
		t = (1-h.p)/h.v - (h.last - h.moved)
		k = min(max(1.5*(1-h.p)/h.q, 1), 4)
	}
	if t <= 0 {
		k, t = 1, 0.6*(h.last-h.start+s.mean())
	}
	return max(s.cost, math.Pow((k+1)*s.cost*math.Pow(t, k), 1/(k+1)))
}

// observe takes a progress into the history of a running job.
func (h *history) observe(now, p float64) {
	switch {
	case p < 0 || h.p < 0 || p < h.p:
		h.restart(now, p)
	case p > h.p:
		dp, dt := p-h.p, now-h.moved
		if h.v == 0 {
			h.v = dp / dt
		} else {
			h.v += min(1, dp/0.3) * (dp/dt - h.v)
		}
		h.p, h.moved = p, now
		h.q = min(h.q, grain(p))
	default:
		h.q = max(h.q, h.v*(now-h.moved))
	}
}

// restart begins anew with a progress that can't be compared with the last.
func (h *history) restart(now, p float64) {
	h.p, h.moved, h.v, h.q = p, now, 0, grain(p)
}

// grain is 1/d where p looks like c/d with d of at most 8, else a hundredth.
func grain(p float64) float64 {
	if p <= 0 {
		return 1
	}
	for d := 1.0; d <= 8; d++ {
		if c := p * d; math.Abs(c-math.Round(c)) < 1e-9 {
			return 1 / d
		}
	}
	return fineGrain
}

const defaultCost = 0.07

// memory is how many finished jobs count in full.
const memory = 1000
