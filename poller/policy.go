package poller

import "math"

// The policy decides when a job is worth another look. It rests on one idea from
// the theory of inspection (Barlow, Hunter, Proschan 1963; Keller 1974): look when
// the delay that we expect to have let slip since the last answer is worth one
// request. If the chance that there is news after u seconds grows like (u/T)^k,
// that is after
//
//	tau = ((k+1) · cost · T^k)^(1/(k+1))
//
// What remains is to say, for each job, how far away its news is (T) and how
// surely it keeps away until then (k). All times are seconds on one clock.
const (
	cost = 0.04 // λ: the delay, in seconds, that one request is worth

	// A job without a telling bar: the longer it has run, the longer it'll go on, as
	// durations with a heavy tail have it.
	agePart = 0.6

	// A job with a bar: how surely the end keeps to what the bar's speed says.
	surest        = 4    // the highest k: even a fine bar's job may fail at any time
	surePerGrain  = 1.5  // k for each grain of the bar that is left
	oncePart      = 0.7  // of what a bar seen once promises
	onceSure      = 1.5  // its k
	patience      = 3    // grains that a bar may lag behind its speed before it's taken to stall
	speedMemory   = 0.1  // progress over which the speed is smoothed
	shortest      = 0.01 // seconds between two looks, for the speed not to be infinite
	finestGrain   = 0.01
	drawnGrain    = 0.05 // bars in coarser steps are drawn as they come
	coarsestGrain = 8    // a bar of up to so many steps is recognised by its fractions

	// A job whose status is a word that the API does not document may be over, which nobody
	// can tell: the longer it has said the same, the more rarely it is asked.
	oddPart    = 0.5  // of the time for which it has said so, until the next look
	oddLongest = 3600 // seconds between two looks

	waitingSure = 2         // k of a waiting job: it has to start and to finish
	keep        = 31.0 / 32 // of what was learned of starts, at each answer
	endMemory   = 1000      // finished jobs that count in full
)

// service is what was learned of the service as a whole.
type service struct {
	cost     float64
	run      float64 // seconds that jobs were seen to run
	finishes float64 // jobs seen to finish
	plain    starts  // of waiting jobs without news beside them
	near     starts  // of waiting jobs next to one that was seen to start
}

// starts is how often the waiting jobs of a class are seen to start.
type starts struct{ wait, news float64 }

func (c *starts) mean() float64 { return c.wait / c.news }

// newService begins with guesses that weigh as much as one job seen.
func newService() service {
	return service{cost: cost, run: 20, finishes: 1, plain: starts{5, 1}, near: starts{1, 1}}
}

// mean is how long this service's jobs take: a censored estimate, for those that
// still run count too.
func (s *service) mean() float64 { return s.run / s.finishes }

// ran takes in how long a job was seen to run, and whether it was to its end.
func (s *service) ran(d float64, ended bool) {
	s.run += max(0, d)
	if !ended {
		return
	}
	if s.finishes++; s.finishes > endMemory { // services change
		s.run /= 2
		s.finishes /= 2
	}
}

// waited takes in how long a job of the class was seen to wait. One that started did
// so at an unknown moment of that time: half of it, for want of better.
func (c *starts) waited(d float64, started bool) {
	c.wait *= keep
	c.news = max(c.news*keep, 1e-9)
	if started {
		d /= 2
		c.news++
	}
	c.wait += max(0, d) // news may have come while the job was being asked
}

// history is what the policy remembers of one job.
type history struct {
	running bool    // it was seen to leave Not Started
	near    bool    // it waits, next to news
	since   float64 // when the news beside it came about
	last    float64 // its last answer, or when it was first tracked
	start   float64 // when it left Not Started, seen or inferred
	p       float64 // its progress, below 0 when it reports none
	grain   float64 // of its progress: the steps in which it comes
	speed   float64 // of its progress, 1/s; 0 while not known
	moved   float64 // when p last changed
}

// tau is how long after its last answer a job is worth another look.
func (s *service) tau(h *history) float64 {
	k, t := s.outlook(h)
	return max(s.cost, math.Pow((k+1)*s.cost*math.Pow(t, k), 1/(k+1)))
}

// oddWait returns for how long not to look at a job that has had the same odd status
// for so many seconds.
func oddWait(stood float64) float64 { return min(oddPart*stood, oddLongest) }

// outlook says how far away a job's news is, and how surely.
func (s *service) outlook(h *history) (k, t float64) {
	if !h.running {
		c := &s.plain
		if h.near {
			c = &s.near
		}
		// The chance that it has both started and finished grows with the square of
		// time, and it's the finish that counts.
		return waitingSure, math.Sqrt(2 * c.mean() * s.mean())
	}
	age := h.last - h.start
	switch {
	case h.speed > 0 && !h.stalled():
		k = min(max(surePerGrain*(1-h.p)/h.grain, 1), surest)
		t = (1-h.p)/h.speed - (h.last - h.moved)
	case h.speed == 0 && h.p > 0:
		k, t = onceSure, oncePart*age*(1-h.p)/(h.p+h.grain)
	}
	if t > 0 {
		return k, t
	}
	return 1, agePart * (age + s.mean())
}

// stalled reports whether the bar stands still though its speed says otherwise.
func (h *history) stalled() bool { return h.speed*(h.last-h.moved) > patience*h.grain }

// pace is the speed of a bar that may be drawn ahead of its answers, else 0.
func (h *history) pace() float64 {
	if !h.running || h.p < 0 || h.grain > drawnGrain || h.stalled() {
		return 0
	}
	return h.speed
}

// observe takes in a running job's progress. h.last is still the answer before.
func (h *history) observe(now, p float64) {
	switch {
	case p < 0 || h.p < 0 || p < h.p:
		h.restart(now, p)
	case p > h.p:
		dp := p - h.p
		if v := dp / max(now-h.moved, shortest); h.speed == 0 {
			h.speed = v
		} else {
			h.speed += min(1, dp/speedMemory) * (v - h.speed)
		}
		h.p, h.moved, h.grain = p, now, min(h.grain, grain(p))
	}
}

// restart begins anew with a progress that can't be compared with the one before.
func (h *history) restart(now, p float64) {
	h.p, h.moved, h.speed, h.grain = p, now, 0, grain(p)
}

// grain is the steps that a progress seems to come in: 1/d if it looks like c/d with
// a small d, else the finest.
func grain(p float64) float64 {
	for d := 1.0; d <= coarsestGrain; d++ {
		if c := p * d; math.Abs(c-math.Round(c)) < 1e-9 {
			return 1 / d
		}
	}
	return finestGrain
}
