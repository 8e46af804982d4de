package forecast

import (
	"cmp"
	"math"
	"slices"
)

// How durations are forecast: their logarithms are taken to be normal, with the mean and the
// spread of the Done jobs and the running ones. A running job counts with the total
// that its bar says, trusted the more the fuller the bar is; without a telling bar it
// counts as lasting a fifth longer than it has, at least. Waiting jobs start in turn as
// the workers become free; after that each worker takes one job per mean duration. A
// batch is ready when its last job is: when the product of all its jobs' chances to be
// over is likely enough. What the constants are worth is in BenchmarkForecast.
const (
	coldMean, coldMeanCounts     = 2.7, 0.25 // before anything is known: about 15 s
	coldSpread, coldSpreadCounts = 0.4, 1
	warmMeanCounts               = 0.3 // the service may be another one today,
	warmSpreadCounts             = 10  // but how much its jobs differ stays
	warmKnown                    = 3   // jobs that earlier ones count for in what is known

	leastBar    = 0.02 // progress that says something
	barError    = 0.15 // of the total that a bar says, at its half
	implausible = 3    // deviations shorter than usual
	overrun     = 0.2  // a job without a bar lasts so much longer than it has
	leastSpread = 0.01 // variance of the logarithms

	lookEvery = 0.5  // seconds
	mostSeen  = 512  // running jobs that a look looks at
	mostParts = 32   // that a batch's forecast looks at
	precise   = 0.01 // of the logarithm of a time
	waitError = 0.8  // of a job's wait, in a range that holds four cases of five
	rounds    = 3    // of waiting jobs, the last ones, that it looks at

	certain = 3 // jobs known before a forecast is worth more than a guess
)

// belief is what the last look at the jobs says about durations and the queue.
type belief struct {
	made    float64 // when they were looked at
	typical float64 // the median duration, in seconds
	between bool    // it was between two reports
	fresh   lognormal
	known   float64 // jobs that it rests on
	turn    float64 // seconds after which a worker takes the next job
	free    []slot  // when workers become free, the first one first
}

// lognormal is a duration: mean and deviation of its logarithm.
type lognormal struct{ mean, deviation float64 }

// slot is some workers that become free in so many seconds, and sums over it and all
// that are free before: of workers, and of workers times seconds.
type slot struct{ at, workers, sum float64 }

func newBelief() belief {
	return belief{made: math.Inf(-1), fresh: lognormal{coldMean, math.Sqrt(coldSpread)}, typical: math.Exp(coldMean)}
}

// refresh looks at the jobs between two reports. More reports may follow at once, so the next
// forecast looks again.
func (f *Forecaster) refresh(now float64) {
	if math.Abs(now-f.belief.made) >= lookEvery {
		f.look(now)
		f.belief.between = true
	}
}

// look brings the belief up to date, about twice a second.
func (f *Forecaster) look(now float64) {
	b, s := &f.belief, &f.service
	if math.Abs(now-b.made) < lookEvery && !b.between {
		return
	}
	b.made, b.between = now, false
	f.lineUp()
	jobs := f.all.running.jobs
	step := 1 + (len(jobs)-1)/mostSeen
	weight := float64(step)

	m, mn, v, vn := coldMean, coldMeanCounts, coldSpread, float64(coldSpreadCounts)
	b.known = s.done.n
	if s.earlier.n >= enoughDone {
		m, mn, v, vn = s.earlier.mean, warmMeanCounts, s.earlier.variance, float64(warmSpreadCounts)
		b.known += warmKnown
	}
	sum, square, n := mn*m+s.done.n*s.done.mean, 0.0, mn+s.done.n
	totals := f.totals[:0]
	for i := 0; i < len(jobs); i += step {
		total, told := b.total(jobs[i])
		if told {
			b.known += weight
		}
		ran := math.Log(max(jobs[i].heard-jobs[i].bar.zero, 0.1))
		total.mean = max(total.mean, ran+overrun)
		totals = append(totals, total)
		sum, n = sum+weight*total.mean, n+weight
	}
	mean := sum / n
	square = vn*v + s.done.n*(s.done.variance+(s.done.mean-mean)*(s.done.mean-mean))
	for _, t := range totals {
		square += weight * (t.deviation*t.deviation + (t.mean-mean)*(t.mean-mean))
	}
	n += vn - mn
	b.fresh = lognormal{mean, math.Sqrt(max(leastSpread, square/n))}
	b.typical = math.Exp(mean)
	spread := min(b.fresh.deviation*b.fresh.deviation, 1)

	b.free = b.free[:0]
	worked := s.ends // in jobs: running ones count by their parts, as far as those are sure
	for i, t := range totals {
		ran, whole := now-jobs[i*step].bar.zero, math.Exp(t.mean)
		worked += weight * max(0, 1-t.deviation) * min(1, ran/whole)
		b.free = append(b.free, slot{at: max(0, whole-ran), workers: weight})
	}
	b.turn = (busyPrior*math.Exp(mean+spread/2) + s.busy) / (busyPrior + worked)
	f.totals = totals
	b.queueUp(s.slots(len(jobs)), weight)
}

// lineUp counts the jobs that wait before each batch, and drops batches that were removed.
func (f *Forecaster) lineUp() {
	before := 0
	f.order = slices.DeleteFunc(f.order, func(b *batch) bool {
		b.before = before
		before += b.waiting
		return b.jobs == 0
	})
}

// queueUp puts the slots in order and makes them as many as there are workers: more,
// if fewer jobs run, else those of the jobs that run longest.
func (b *belief) queueUp(workers, weight float64) {
	slices.SortFunc(b.free, func(x, y slot) int { return cmp.Compare(x.at, y.at) })
	if spare := workers - weight*float64(len(b.free)); spare > 0 {
		b.free = slices.Insert(b.free, 0, slot{workers: spare})
	} else {
		b.free = slices.Delete(b.free, 0, int(-spare/weight))
	}
	var all slot
	for i := range b.free {
		s := &b.free[i]
		all.workers += s.workers
		all.sum += s.workers * s.at
		s.workers, s.sum = all.workers, all.sum
	}
}

// startOf returns in how many seconds the k-th waiting job starts. A slot that is free at r
// has started 1/2 + (t-r)/turn jobs by t.
func (b *belief) startOf(k float64) float64 {
	i, _ := slices.BinarySearchFunc(b.free, k, func(s slot, k float64) int {
		if s.workers/2+(s.workers*s.at-s.sum)/b.turn < k {
			return -1
		}
		return 1
	})
	if i == 0 {
		return b.free[0].at
	}
	s := b.free[i-1]
	t := s.sum/s.workers + b.turn*(k/s.workers-0.5)
	if i < len(b.free) {
		t = min(t, b.free[i].at)
	}
	return max(t, s.at)
}

// total estimates how long a running job takes in all, and reports whether its bar was used.
func (b *belief) total(t *track) (total lognormal, told bool) {
	bar := &t.bar
	if !bar.tells() {
		return b.fresh, false
	}
	says := math.Log(bar.whole(t.heard))
	trust := bar.share() / ((1 - bar.p) * barError * barError)
	doubt := 1 / (b.fresh.deviation * b.fresh.deviation)
	return lognormal{(trust*says + doubt*b.fresh.mean) / (trust + doubt), math.Sqrt(1 / (trust + doubt))}, true
}

// part is one or more alike jobs: each is over when a lognormal time since a moment has
// passed.
type part struct {
	lognormal
	since  float64 // seconds ago; negative if that is to come
	sure   float64 // how many deviations of it are over for sure
	chance float64 // twice that of getting so far
	weight float64 // jobs
}

// from returns a job that starts in so many seconds.
func (d lognormal) from(start float64) part {
	return part{lognormal: d, since: -start, sure: math.Inf(-1), chance: 2, weight: 1}
}

// running returns a running job.
func (b *belief) running(t *track, now float64) part {
	total, _ := b.total(t)
	sure := total.deviations(t.heard - t.bar.zero)
	return part{total, now - t.bar.zero, sure, math.Erfc(sure / math.Sqrt2), 1}
}

func (d lognormal) deviations(ran float64) float64 {
	return (math.Log(max(ran, 1e-3)) - d.mean) / d.deviation
}

// farOut is how many deviations are too many for their chances to be computed.
const farOut = 5

// open returns the chance that the job is not over in so many seconds.
func (p *part) open(in float64) float64 {
	if p.since+in <= 0 {
		return 1
	}
	z := max(p.deviations(p.since+in), p.sure)
	if p.sure > farOut {
		return math.Exp((p.sure*p.sure - z*z) / 2)
	}
	return math.Erfc(z/math.Sqrt2) / p.chance
}

// left returns in how many seconds the job is over with chance q.
func (p *part) left(q float64) float64 {
	z := math.Sqrt2 * math.Erfcinv((1-q)*p.chance)
	if p.sure > farOut {
		z = math.Sqrt(p.sure*p.sure - 2*math.Log(1-q))
	}
	return max(0, math.Exp(p.mean+z*p.deviation)-p.since)
}

// partsOf returns a batch's jobs: some of the running ones for all, and the last of the
// waiting ones, in how many seconds the last of those starts, and the share that waits.
func (f *Forecaster) partsOf(b *batch) (parts []part, last, share float64) {
	parts = f.parts[:0]
	jobs := b.running.jobs
	step := 1 + (len(jobs)-1)/mostParts
	for i := 0; i < len(jobs); i += step {
		p := f.belief.running(jobs[i], f.belief.made)
		p.weight = float64(step)
		parts = append(parts, p)
	}
	waiting := float64(b.waiting)
	share = waiting / (waiting + float64(len(jobs)))
	place, density := float64(b.before)+waiting, 1.0 // of the last, and how many near it are this batch's
	if f.service.shuffled() {
		all := float64(f.all.waiting)
		place, density = min(all, all*waiting/(waiting+1)+1), waiting/all
	}
	workers := f.service.slots(len(f.all.running.jobs))
	for round := 0; round < rounds && waiting > 0; round++ {
		size := min(workers, place)
		start := f.belief.startOf(place - size/2)
		last = max(last, start)
		p := f.belief.fresh.from(start)
		p.weight = min(waiting, max(size*density, 1))
		parts = append(parts, p)
		place, waiting = place-size, waiting-p.weight
	}
	f.parts = parts
	return parts, last, share
}

// last returns in how many seconds all parts are over, with a range that is wider the later
// the last of them starts. The chance that mid stands for is 0.5 while all jobs wait and falls
// to 0.35, which makes mid unbiased at each stage.
func (b *belief) last(parts []part, start, waiting float64) (low, mid, high float64) {
	mid = over(parts, 0.35+0.15*waiting, 0.1, longest.Seconds())
	early, late := over(parts, 0.02, 0.1, mid), over(parts, 0.96, mid, longest.Seconds())
	low, mid, high = widened(early, mid, late, start/2)
	return max(low, mid/5), mid, high
}

// widened returns a range that allows for another error.
func widened(low, mid, high, by float64) (float64, float64, float64) {
	return max(0, mid-math.Hypot(mid-low, by)), mid, mid + math.Hypot(high-mid, by)
}

// over returns in how many seconds, from least to most, all parts are over with chance q.
func over(parts []part, q, least, most float64) float64 {
	want := math.Log(q)
	lo, hi := math.Log(least), math.Log(most)
	for hi-lo > precise {
		mid, sum := (lo+hi)/2, 0.0
		in := math.Exp(mid)
		for i := range parts {
			if sum += parts[i].weight * math.Log1p(-parts[i].open(in)); sum < want {
				break
			}
		}
		if sum < want {
			lo = mid
		} else {
			hi = mid
		}
	}
	return math.Exp(hi)
}

// estimate returns three figures in seconds as an [Estimate]; zero while nothing is known.
func (b *belief) estimate(low, mid, high float64) Estimate {
	if b.known < 1 {
		return Estimate{}
	}
	return Estimate{Low: seconds(low), Mid: seconds(mid), High: seconds(high), Known: true, Rough: b.known < certain}
}
