package forecast

import "math"

const (
	memory     = 100  // Done jobs, besides as many as run now, after which old ones fade
	usualGap   = 5.0  // seconds between two answers of a running job, at most as a rule
	longGap    = 60.0 // seconds without an answer after which nobody knows what happened in them
	leastTime  = 0.5  // seconds that work takes: less is an accident of when it was polled
	enoughDone = 5    // earlier Done jobs that say something of today's

	// How many of the last starts decide whether the queue is served in order, and how
	// far into it they may be on average.
	orderMemory = 0.2
	orderSlack  = 0.2

	busyPrior  = 5.0  // jobs that the belief in their duration counts for
	workersFor = 10.0 // seconds over which the number of workers is averaged, at least
)

// service is what was learned about the service from jobs that ended and jobs that started.
type service struct {
	done, earlier statistics // of the logarithms of durations; earlier ones are from the state file
	busy, ends    float64    // seconds that jobs ran, and how many ended since
	workers       float64    // jobs running at a time while others wait
	watched       float64    // for how long that was seen
	mixed         float64    // where in the queue jobs start: 0 is its head, 1 its end
	ticked        float64    // until when all that was counted
}

// statistics are a mean and a variance.
type statistics struct{ n, mean, variance float64 }

// add counts x, as one of at most so many.
func (s *statistics) add(x, limit float64) {
	s.n = min(s.n+1, limit)
	d := x - s.mean
	s.mean += d / s.n
	s.variance += (d*(x-s.mean) - s.variance) / s.n
}

// merge counts all of o.
func (s *statistics) merge(o statistics) {
	n, d := s.n+o.n, o.mean-s.mean
	s.variance = (s.n*s.variance + o.n*o.variance + d*d*s.n*o.n/n) / n
	s.mean += d * o.n / n
	s.n = n
}

// logOf returns the logarithm of a duration in seconds.
func logOf(took float64) float64 { return math.Log(max(took, leastTime)) }

// tick counts the time until now, in which so many jobs ran and waited. A time without
// answers much longer than usual counts little: the computer slept, or the API was away.
func (s *service) tick(now float64, running, waiting int, typical float64) {
	dt := now - s.ticked
	if dt <= 0 {
		return
	}
	s.ticked = now
	if dt = min(dt, max(longGap, typical)); running == 0 {
		return
	}
	s.busy += dt * float64(running)
	if waiting > 0 {
		s.watched += dt
		share := max(dt/s.watched, 1-math.Exp(-dt/max(workersFor, typical)))
		s.workers += share * (float64(running) - s.workers)
	}
}

// slots returns the number of workers: as many as jobs run, until jobs were seen to wait
// beside them.
func (s *service) slots(running int) float64 {
	if s.watched == 0 {
		return float64(max(running, 1))
	}
	return max(s.workers, 1)
}

// starts notes from where in the queue a job started, 0 to 1.
func (s *service) starts(at float64) { s.mixed += orderMemory * (at - s.mixed) }

// shuffled reports whether jobs start in another order than they were added in.
func (s *service) shuffled() bool { return s.mixed > orderSlack }

// resume counts a batch's jobs that were Done before jobwatch started like those it saw:
// the batch goes on.
func (s *service) resume(b *batch) {
	if b.earlier.n > 0 {
		s.done.merge(b.earlier)
		b.earlier = statistics{}
	}
}
