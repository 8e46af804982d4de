package forecast

import (
	"iter"
	"math"
	"slices"
	"time"
)

// Logarithms of durations are taken to be normal, with the mean and the spread of the Done
// jobs and the running ones. A running job counts with the total that its bar says, trusted
// the more the fuller it is; without one it lasts at least a fifth longer than it has. Waiting
// jobs start as workers become free, which take one job per mean duration each. A batch is
// ready when the product of its jobs' chances to be over is likely enough. BenchmarkForecast
// shows what the constants are worth.
const (
	coldMean, coldSpread = 2.7, 0.4 // before anything is known: about 15 s
	coldCounts           = 0.25     // jobs that the mean of this counts for,
	warmCounts           = 0.3      // and of earlier ones: the service may be another one today
	spreadCounts         = 1        // jobs that the spread counts for
	warmKnown            = 3        // what they count for in what is known
	enoughDone           = 5        // earlier Done jobs that say something of today's
	memory               = 200      // Done jobs after which old ones fade

	leastTime   = 0.5  // seconds that work takes: less is an accident of when it was polled
	usualGap    = 5.0  // seconds between two answers of a running job, at most as a rule
	longGap     = 60.0 // seconds without an answer after which nobody knows what happened in them
	leastBar    = 0.02 // progress that says something
	restartDrop = 0.05 // a larger drop in progress means that the job restarted
	barError    = 0.15 // of the total that a bar says, at its half
	overrun     = 0.2  // a job without a bar lasts so much longer than it has
	leastSpread = 0.01 // variance of the logarithms
	farOut      = 5    // deviations that a job takes longer than believed, at most

	busyPrior   = 5.0  // jobs that the belief in their duration counts for
	workersFor  = 30.0 // seconds over which the number of workers is averaged
	orderMemory = 0.2  // of the last starts, in what decides whether the queue is served in order
	orderSlack  = 0.2  // how far into the queue they may be on average

	lookEvery = 0.1  // seconds
	mostSeen  = 32   // running jobs that are looked at
	precise   = 0.01 // of the logarithm of a time
	waitError = 0.8  // of a job's wait, in a range that holds four cases of five

	certain = 3                   // jobs known before a forecast is worth more than a guess
	longest = 30 * 24 * time.Hour // that is ever forecast
)

// service is what was learned about the service from jobs that ended and jobs that started.
type service struct {
	done, earlier statistics // of durations; earlier ones are from the state file
	busy, ends    float64    // seconds that jobs ran, and how many ended since
	workers       float64    // jobs running at a time while others wait
	watched       float64    // for how long that was seen
	mixed         float64    // where in the queue jobs start: 0 is its head, 1 its end
	ticked        float64    // until when all that was counted
}

// belief is what the last look at the jobs says about durations and the queue.
type belief struct {
	look       int       // its number
	made       float64   // when
	fresh      lognormal // how long a job takes
	known      float64   // jobs that it rests on
	turn       float64   // seconds after which a worker takes the next job
	slots      float64   // workers
	first, gap float64   // seconds until the first one is free, and all are on average
}

// lognormal is a duration in seconds: mean and deviation of its logarithm.
type lognormal struct{ mean, deviation float64 }

// median returns it in seconds.
func (d lognormal) median() float64 { return math.Exp(d.mean) }

// survives returns the chance that it is longer than so many seconds.
func (d lognormal) survives(ran float64) float64 {
	return math.Erfc((math.Log(max(ran, 1e-3))-d.mean)/(d.deviation*math.Sqrt2)) / 2
}

// statistics are a mean and a variance of the logarithms of durations.
type statistics struct{ n, mean, variance float64 }

// add counts a duration in seconds.
func (s *statistics) add(took float64) {
	s.n = min(s.n, memory-1)
	s.merge(statistics{n: 1, mean: math.Log(max(took, leastTime))})
}

// merge counts all of o.
func (s *statistics) merge(o statistics) {
	n, d := s.n+o.n, o.mean-s.mean
	s.variance = (s.n*s.variance + o.n*o.variance + d*d*s.n*o.n/n) / n
	s.mean += d * o.n / n
	s.n = n
}

// tick counts the time until now: little of a long one without answers, such as a night asleep.
func (f *Forecaster) tick(now float64) {
	dt, running := min(now-f.ticked, longGap), float64(len(f.all.running))
	if dt <= 0 {
		return
	}
	f.ticked = now
	f.busy += dt * running
	if running > 0 && f.all.waiting > 0 {
		f.watched += dt
		f.workers += max(dt/f.watched, 1-math.Exp(-dt/workersFor)) * (running - f.workers)
	}
}

// start notes from where in the queue a job starts.
func (f *Forecaster) start(t *track) {
	if t.state != waiting || f.all.waiting < 4 {
		return
	}
	ahead := t.batch.before + max(t.batch.ahead(t), -t.batch.ahead(t))
	at := min(1, float64(ahead)/float64(f.all.waiting))
	f.mixed += orderMemory * (at - f.mixed)
}

// ahead returns how many jobs of its batch wait before t, negative if others overtook it.
func (b *batch) ahead(t *track) int { return t.place - (b.added - b.waiting) }

// shuffled reports whether jobs start in another order than they were added in.
func (f *Forecaster) shuffled() bool { return f.mixed > orderSlack }

// lookAt brings the belief up to date, unless that was done just now.
func (f *Forecaster) lookAt(now float64) {
	b := &f.belief
	if math.Abs(now-b.made) < lookEvery {
		return
	}
	b.made = now
	b.look++
	before := 0
	f.order = slices.DeleteFunc(f.order, func(b *batch) bool { // those that were removed
		b.before = before
		before += b.waiting
		return b.jobs == 0
	})

	seen, prior := f.done, statistics{coldCounts, coldMean, coldSpread}
	b.known = seen.n
	if f.earlier.n >= enoughDone {
		prior = statistics{warmCounts, f.earlier.mean, f.earlier.variance}
		b.known += warmKnown
	}
	running, worked := float64(len(f.all.running)), f.ends
	b.slots, b.first, b.gap = max(running, 1), longest.Seconds(), 0
	if f.watched > 0 {
		b.slots = max(f.workers, 1)
	}
	if running < b.slots {
		b.first = 0
	}
	jobs, weight := some(f.all.running, mostSeen)
	for t := range jobs {
		total := b.total(t)
		if t.bar.tells() {
			b.known += weight
		}
		began := t.bar.start()
		total.mean = max(total.mean, math.Log(max(t.heard-began, 0.1))+overrun)
		seen.merge(statistics{weight, total.mean, total.deviation * total.deviation})
		left := max(0, total.median()-(now-began))
		b.first = min(b.first, left)
		b.gap += weight * left / max(b.slots, running)
		// As far as it is sure, the part that has run counts as work that is done.
		worked += weight * max(0, 1-total.deviation) * min(1, (now-began)/total.median())
	}
	mean := (prior.n*prior.mean + seen.n*seen.mean) / (prior.n + seen.n)
	variance := max(leastSpread, (spreadCounts*prior.variance+seen.n*seen.variance)/(spreadCounts+seen.n))
	b.fresh = lognormal{mean, math.Sqrt(variance)}
	b.turn = (busyPrior*math.Exp(mean+min(variance, 1)/2) + f.busy) / (busyPrior + worked)
}

// some returns every so manieth of all, and how many each of them stands for.
func some[T any](all []T, most int) (iter.Seq[T], float64) {
	step := 1 + (len(all)-1)/most
	return func(yield func(T) bool) {
		for i := 0; i < len(all) && yield(all[i]); i += step {
		}
	}, float64(step)
}

// startOf returns in how many seconds the k-th waiting job starts.
func (b *belief) startOf(k float64) float64 { return max(b.first, b.gap+b.turn*(k/b.slots-0.5)) }

// total estimates how long a running job takes in all, by its bar if that tells.
func (b *belief) total(t *track) lognormal {
	bar := &t.bar
	if !bar.tells() {
		return b.fresh
	}
	says := math.Log(bar.whole(t.heard))
	trust := bar.share() / ((1 - bar.p) * barError * barError)
	doubt := 1 / (b.fresh.deviation * b.fresh.deviation)
	return lognormal{(trust*says + doubt*b.fresh.mean) / (trust + doubt), math.Sqrt(1 / (trust + doubt))}
}

// part is one or more alike jobs, each over when a lognormal time since a moment has passed.
type part struct {
	lognormal
	since  float64 // seconds ago; negative if that is to come
	open   float64 // the chance of not being over by the last answer
	weight float64 // jobs
}

// part returns a running job.
func (b *belief) part(t *track, now float64) part {
	total := b.total(t)
	began := t.bar.start()
	ran := t.heard - began
	total.mean = max(total.mean, math.Log(max(ran, 1e-3))-farOut*total.deviation)
	return part{total, now - began, total.survives(ran), 1}
}

// partsOf returns some of a batch's running jobs for all, and the waiting ones that start
// last; when those start, and the share that waits.
func (f *Forecaster) partsOf(b *batch) (parts []part, last, share float64) {
	jobs, weight := some(b.running, mostSeen)
	for t := range jobs {
		p := f.part(t, f.made)
		p.weight = weight
		parts = append(parts, p)
	}
	waiting, all := float64(b.waiting), float64(f.all.waiting)
	if waiting == 0 {
		return parts, 0, 0
	}
	place := float64(b.before) + waiting // of the last
	if f.shuffled() {
		place = min(all, all*waiting/(waiting+1)+1)
	}
	size := min(f.slots, place)
	last = f.startOf(place - size/2)
	parts = append(parts, part{f.fresh, -last, 1, min(waiting, size)})
	return parts, last, waiting / (waiting + float64(len(b.running)))
}

// over returns in how many seconds, from least to most, all parts are over with chance q.
func over(parts []part, q, least, most float64) float64 {
	lo, hi, want := math.Log(least), math.Log(most), math.Log(q)
	for hi-lo > precise {
		mid, chance := (lo+hi)/2, 0.0
		in := math.Exp(mid)
		for i := 0; i < len(parts) && chance >= want; i++ {
			p := &parts[i]
			chance += p.weight * math.Log1p(-min(1, p.survives(p.since+in)/p.open))
		}
		if chance < want {
			lo = mid
		} else {
			hi = mid
		}
	}
	return math.Exp(hi)
}

// left returns in how many seconds the job is over with chance q.
func (p *part) left(q float64) float64 {
	z := math.Sqrt2 * math.Erfcinv(2*(1-q)*p.open)
	return max(0, math.Exp(p.mean+z*p.deviation)-p.since)
}

// widened returns a range that allows for another error.
func widened(low, mid, high, by float64) (float64, float64, float64) {
	return max(0, mid-math.Hypot(mid-low, by)), mid, mid + math.Hypot(high-mid, by)
}
