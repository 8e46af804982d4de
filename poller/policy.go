package poller

import "math"

// The figures of the policy, which the package documentation explains.
const (
	cost = 0.04 // λ: the delay, in seconds, that one request is worth

	// A job without a telling progress: the longer it has run, the longer it will.
	ageFactor = 0.6

	// A job with a progress: how surely it ends when its speed says.
	maxSureness      = 4    // the highest k: any job may fail at any time
	surenessPerStep  = 1.5  // k for each step of progress that is left
	seenOnceFactor   = 0.7  // of the time that a progress seen once promises
	seenOnceSureness = 1.5  // its k
	stallSteps       = 3    // steps that a progress may lag behind its speed before it stalls
	minStall         = 30   // seconds: a shorter stall is not reported
	speedSmoothing   = 0.1  // progress over which the speed is smoothed
	minInterval      = 0.01 // seconds between two answers, so that the speed is finite
	finestStep       = 0.01
	drawableStep     = 0.05 // bars in coarser steps are drawn as they come
	maxDenominator   = 8    // steps down to an eighth are recognized as fractions

	// A job whose status the API does not document may be over.
	unknownFactor  = 0.5  // of the time for which it has had it
	maxUnknownWait = 3600 // seconds between two polls

	waitingSureness = 2         // k of a waiting job: it has to start and to finish
	decay           = 31.0 / 32 // of what was learned of starts, at each answer
	finishMemory    = 1000      // finished jobs that count in full
)

// service is what was learned about the service as a whole.
type service struct {
	cost        float64
	run         float64 // seconds that jobs were seen to run
	finishes    float64 // jobs seen to finish
	plain       starts  // of waiting jobs without a start beside them
	besideStart starts  // of waiting jobs beside one that was seen to start
}

// starts is how often the waiting jobs of a class start.
type starts struct{ waited, count float64 }

func (c *starts) mean() float64 { return c.waited / c.count }

// newService returns guesses that weigh as much as one observed job.
func newService() service {
	return service{cost: cost, run: 20, finishes: 1, plain: starts{5, 1}, besideStart: starts{1, 1}}
}

// mean returns how long the service's jobs take: a censored estimate, in which running jobs count.
func (s *service) mean() float64 { return s.run / s.finishes }

// observeRun notes how long a job was seen to run, and whether it ended.
func (s *service) observeRun(d float64, ended bool) {
	s.run += max(0, d)
	if !ended {
		return
	}
	if s.finishes++; s.finishes > finishMemory { // services change
		s.run /= 2
		s.finishes /= 2
	}
}

// observeWait notes how long a job of the class was seen to wait. A job that started did so
// at an unknown moment of that time, half of it on average.
func (c *starts) observeWait(d float64, started bool) {
	c.waited *= decay
	c.count = max(c.count*decay, 1e-9)
	if started {
		d /= 2
		c.count++
	}
	c.waited += max(0, d) // a start beside it may be later than the request
}

// history is what the policy remembers of one job.
type history struct {
	running     bool    // it was seen to leave Not Started
	besideStart bool    // it waits beside a job that was seen to start
	besideSince float64 // when that started
	last        float64 // its last answer, or when it was tracked
	start       float64 // when it left Not Started, seen or inferred
	progress    float64 // below 0 if it reports none
	step        float64 // in which its progress comes
	speed       float64 // of its progress, 1/s; 0 while not known
	moved       float64 // when its progress last changed
}

// tau returns how long after its last answer a job is polled again.
func (s *service) tau(h *history) float64 {
	k, t := s.outlook(h)
	return max(s.cost, math.Pow((k+1)*s.cost*math.Pow(t, k), 1/(k+1)))
}

// outlook returns how surely a job's next event keeps away, and how far away it is.
func (s *service) outlook(h *history) (k, t float64) {
	if !h.running {
		c := &s.plain
		if h.besideStart {
			c = &s.besideStart
		}
		// The chance that it has both started and finished grows with the square of time,
		// and the finish is what counts.
		return waitingSureness, math.Sqrt(2 * c.mean() * s.mean())
	}
	age := h.last - h.start
	switch {
	case h.speed > 0 && !h.stalled():
		k = min(max(surenessPerStep*(1-h.progress)/h.step, 1), maxSureness)
		t = (1-h.progress)/h.speed - (h.last - h.moved)
	case h.speed == 0 && h.progress > 0:
		k, t = seenOnceSureness, seenOnceFactor*age*(1-h.progress)/(h.progress+h.step)
	}
	if t > 0 {
		return k, t
	}
	return 1, ageFactor * (age + s.mean())
}

// stalled reports whether the progress stands still although it has a speed.
func (h *history) stalled() bool { return h.speed*(h.last-h.moved) > stallSteps*h.step }

// stalledFor returns for how many seconds a job's progress has stood still, or 0 if that is
// usual. One that has not moved at all may stand as long as three jobs take.
func (s *service) stalledFor(h *history) float64 {
	step := s.mean()
	if h.speed > 0 {
		step = h.step / h.speed
	}
	stood := h.last - h.moved
	if !h.running || h.progress < 0 || stood < minStall || stood <= stallSteps*step {
		return 0
	}
	return stood
}

// drawableSpeed returns the speed of a bar that may be drawn ahead of its answers, else 0.
func (h *history) drawableSpeed() float64 {
	if !h.running || h.progress < 0 || h.step > drawableStep || h.stalled() {
		return 0
	}
	return h.speed
}

// observeProgress notes a running job's progress, p. h.last is still the answer before.
func (h *history) observeProgress(now, p float64) {
	switch {
	case p < 0 || h.progress < 0 || p < h.progress:
		h.resetProgress(now, p)
	case p > h.progress:
		dp := p - h.progress
		if v := dp / max(now-h.moved, minInterval); h.speed == 0 {
			h.speed = v
		} else {
			h.speed += min(1, dp/speedSmoothing) * (v - h.speed)
		}
		h.progress, h.moved, h.step = p, now, min(h.step, stepOf(p))
	}
}

// resetProgress starts again with a progress that cannot be compared with the one before.
func (h *history) resetProgress(now, p float64) {
	h.progress, h.moved, h.speed, h.step = p, now, 0, stepOf(p)
}

// stepOf returns the steps in which a progress seems to come: 1/d if it is c/d, else the finest.
func stepOf(p float64) float64 {
	for d := 1.0; d <= maxDenominator; d++ {
		if c := p * d; math.Abs(c-math.Round(c)) < 1e-9 {
			return 1 / d
		}
	}
	return finestStep
}
