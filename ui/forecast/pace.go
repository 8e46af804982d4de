package forecast

import (
	"math"
	"math/rand/v2"
)

// pace follows one job's own progress. Times are seconds since the model began.
//
// A bar that moves in steps says something only when it moves: the forecast is
// made then, and until the next step it counts down. So 0, 25, 50, 75, 100 does
// not swing, and a bar that is floored to whole percents has no bias.
type pace struct {
	fromAt, from float64 // where counting began
	at, p        float64 // when it last moved, and to where
	heard        float64 // the last answer that carried progress
	step         float64 // the smallest step seen: how fine the bar is
	per          float64 // seconds for the whole of it, at its pace so far
	longest      float64 // seconds between two movements, at most
	moves        int

	quotes [4]quote // forecasts made in each quarter of the bar
}

// quote is a forecast that was made, kept until the truth is known.
type quote struct {
	at, scale, shape float64
	n                int // how many this one was chosen from
}

// offer keeps the newest of n offers with chance 1/n, so that each moment of a
// life is as likely to be learnt from as any other.
func (q *quote) offer(at, scale, shape float64, r *rand.Rand) {
	if q.n++; r.IntN(q.n) == 0 {
		q.at, q.scale, q.shape = at, scale, shape
	}
}

// memory is the share of the whole that speed is averaged over: up to it the plain
// average, which is the best for a steady job; beyond it the start is forgotten,
// for those that warm up slowly.
const memory = 0.5

// surprise is by how much one step may seem slower than the pace so far; the rest
// is taken for a stall that won't come again in proportion.
const surprise = 4

// coarse is the step from which a bar is one of few steps; it has errors of its
// own kind and size.
const coarse = 0.08

func newPace(p, now, started float64) *pace {
	c := &pace{fromAt: now, from: p, at: now, p: p, heard: now, step: 1}
	if started < now {
		c.fromAt, c.from, c.at = started, 0, started
		if p > 0 { // it moved while nobody looked
			c.p, c.heard = 0, started
		}
	}
	return c
}

// sees takes an answer, and says whether the bar moved.
func (c *pace) sees(p, now float64) bool {
	before := c.heard
	c.heard = max(now, before)
	switch {
	case p < c.p: // it truly began again
		*c = pace{fromAt: now, from: p, at: now, p: p, heard: now, step: c.step}
		return true
	case p-c.p < 1e-6:
		return false
	}
	step := granularity(p)
	if c.from == 0 && c.moves == 0 && step <= coarse {
		// When it started is often a guess, and a fine bar needs no guess: its second
		// value says more.
		*c = pace{fromAt: c.heard, from: p, at: c.heard, p: p, heard: c.heard, step: step}
		return true
	}
	moved := p - c.p
	c.step = min(c.step, moved, step)
	// Of a bar in steps we know only that it stepped between two answers: take the
	// middle. If it made many steps meanwhile, the last of them was just before now.
	at := c.heard - (c.heard-before)/2*c.step/moved
	c.longest = max(c.longest, at-c.at)
	per := max(at-c.at, tiny) / moved
	if c.moves == 0 {
		c.per = per
	} else {
		weight := min(1, moved/min(p-c.from, memory))
		c.per += weight * (min(per, surprise*c.per) - c.per)
	}
	c.at, c.p = at, p
	c.moves++
	return true
}

// granularity guesses how fine a bar is from one of its values: c/d for a small d
// looks like one of d steps, all else like percents.
func granularity(p float64) float64 {
	for d := 1.0; d <= 8; d++ {
		if c := math.Round(p * d); c >= 1 && math.Abs(p*d-c) < 1e-3 {
			return 1 / d
		}
	}
	return 0.01
}

// scale is how long the rest will take, counted from when the bar last moved.
func (c *pace) scale() float64 {
	m := c.per * (1 - c.p)
	wait := c.heard - c.at
	if wait <= c.step*c.per {
		return m
	}
	// The next step is late: if it came now, this would be the pace.
	left := max(0, 1-c.p-c.step)
	per := max(c.per, (c.at-c.fromAt+wait)/(c.p+c.step-c.from))
	return max(m, wait+per*left)
}

// shape is how far such a forecast is off at this stage, in units of that at half of
// a job seen from its start: the speed was measured over what was seen, and has to
// hold over what is left; errors add up over either as on a random walk.
func (c *pace) shape() float64 {
	return 0.5 * math.Sqrt(1/max(c.p-c.from, least)+1/max(1-c.p, 0.05))
}

// class is 0 for a fine bar, 1 for one of few steps.
func (c *pace) class() int {
	if c.step > coarse {
		return 1
	}
	return 0
}

// least is how much of a bar must have been seen to move, for a forecast.
const least = 0.03

// usable says that the bar has told enough for a forecast.
func (c *pace) usable() bool { return c != nil && c.moves > 0 && c.p-c.from >= least && c.p < 1 }

// gap is how long a step of this job takes on average; 0 when none was seen.
func (c *pace) gap() float64 {
	if c.moves == 0 {
		return 0
	}
	return max((c.at-c.fromAt)/float64(c.moves), c.longest/2)
}
