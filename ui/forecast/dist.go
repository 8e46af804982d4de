package forecast

import "math"

// dist is what was learnt of one quantity: a smoothed histogram that answers
// "given that it is already past x, when will it be over?". Memory is fixed,
// learning is O(1).
//
// It counts those still under way too (the life-table, or actuarial, estimate of
// Kaplan and Meier 1958, Cutler and Ederer 1958): of a batch that began together
// the short jobs finish first, and whoever learns from those alone believes that
// all are short.
type dist struct {
	lo, width float64 // the left edge of the first bin; the width of each
	seen      []float64
	gone      []float64 // no longer watched, and not over when last seen (failed)
	live      []float64 // still under way
	events    float64   // the sum of seen
	changes   float64   // since the last refresh
	made      float64   // when that was
	reports   int       // how many reports there had been by then

	mass  []float64
	surv  []float64 // of each bin's left edge: the share of all that gets past it
	lean  []float64 // like surv, each weighted by e^-x: see [dist.middle]
	last  int       // the last bin that anything was seen in; beyond it is extrapolation
	ended int       // the last bin that anything ended in
	total float64   // of all three, at the refresh
	fresh bool
}

// fadeAt is the number of events after which the old ones count half: a service
// changes, and some hundreds are plenty for a range.
const fadeAt = 1000

func newDist(lo, hi, width float64) *dist {
	n := int(math.Ceil((hi - lo) / width))
	return &dist{
		lo: lo, width: width,
		seen: make([]float64, n), gone: make([]float64, n), live: make([]float64, n),
		mass: make([]float64, n), surv: make([]float64, n+1), lean: make([]float64, n+1),
	}
}

// newTimes is a dist of logarithms of seconds, from 0.1 s to 30 days.
func newTimes() *dist { return newDist(math.Log(0.1), math.Log(30*86400), 0.1) }

func (d *dist) bin(x float64) int {
	return min(max(int((x-d.lo)/d.width), 0), len(d.seen)-1)
}

// add counts one that was over at x.
func (d *dist) add(x float64) {
	d.seen[d.bin(x)]++
	d.events++
	d.changes++
	if d.events <= fadeAt {
		return
	}
	for i := range d.seen {
		d.seen[i] /= 2
		d.gone[i] /= 2
	}
	d.events /= 2
}

// lose counts one that was not over at x, and of which no more will be heard.
func (d *dist) lose(x float64) {
	d.gone[d.bin(x)]++
	d.changes++
}

// due says that enough has changed, or time has passed, for [dist.refresh] to show
// it. The refresh costs some 10 µs, and its caller a count of the n still under way:
// so never oftener than once for n/10 reports, which makes both O(1) a report.
func (d *dist) due(now float64, reports, n int) bool {
	switch {
	case !d.fresh:
		return true
	case reports-d.reports < n/10:
		return false
	}
	return d.changes > 0.02*(d.events+float64(n)) || math.Abs(now-d.made) > 1
}

// refresh makes the smoothed curves.
func (d *dist) refresh(now float64) {
	d.fresh, d.changes, d.made = true, 0, now
	rest := d.lifeTable()
	h := d.smooth()
	if rest > 1e-9 {
		d.extrapolate(rest, h)
	}
	last := len(d.mass)
	d.surv[last], d.lean[last] = 0, 0
	for i := last - 1; i >= 0; i-- {
		d.surv[i] = d.surv[i+1] + d.mass[i]
		d.lean[i] = d.lean[i+1] + d.mass[i]*math.Exp(-(d.lo+(float64(i)+0.5)*d.width))
	}
}

// lifeTable sets mass to the share that ends in each bin and returns the share
// that outlived all that was seen to end.
func (d *dist) lifeTable() float64 {
	risk := 0.0
	for i := range d.seen {
		risk += d.seen[i] + d.gone[i] + d.live[i]
	}
	d.total, d.last, d.ended = risk, 0, 0
	alive := 1.0
	for i := range d.seen {
		open := d.gone[i] + d.live[i]
		if d.seen[i]+open > 1e-9 {
			d.last = i
		}
		if d.seen[i] > 1e-9 {
			d.ended = i
		}
		d.mass[i] = 0
		if exposed := risk - open/2; d.seen[i] > 0 && exposed > 0 {
			d.mass[i] = alive * min(1, d.seen[i]/exposed)
			alive -= d.mass[i]
		}
		risk -= d.seen[i] + open
	}
	return alive
}

// smooth spreads each bin by a normal kernel as wide as few events deserve
// (Silverman's rule, 1986, somewhat narrowed: what is learnt here is often
// lopsided), and returns the standard deviation of what it spread.
func (d *dist) smooth() float64 {
	var sum, mean, square float64
	for i, m := range d.mass {
		sum += m
		mean += m * float64(i)
		square += m * float64(i) * float64(i)
	}
	if sum <= 0 {
		return 0
	}
	mean /= sum
	sd := math.Sqrt(max(0, square/sum-mean*mean))
	h := max(0.3, 0.6*sd*math.Pow(max(1, d.events), -0.2)) // in bins
	reach := int(math.Ceil(3 * h))
	kernel := make([]float64, reach+1)
	total := 0.0
	for i := range kernel {
		kernel[i] = math.Exp(-0.5 * float64(i*i) / (h * h))
		total += kernel[i]
		if i > 0 {
			total += kernel[i]
		}
	}
	out := make([]float64, len(d.mass))
	for i, m := range d.mass {
		if m == 0 {
			continue
		}
		for j := -reach; j <= reach; j++ {
			to := min(max(i+j, 0), len(out)-1)
			out[to] += m * kernel[max(j, -j)] / total
		}
	}
	d.mass = out
	return sd * d.width
}

// past is the share of all that gets past x.
func (d *dist) past(x float64) float64 { return d.read(d.surv, x) }

func (d *dist) read(curve []float64, x float64) float64 {
	at := (x - d.lo) / d.width
	if at <= 0 {
		return curve[0]
	}
	i := int(at)
	if i >= len(curve)-1 {
		return 0
	}
	return curve[i] + (at-float64(i))*(curve[i+1]-curve[i])
}

// quantile is where the share q of those that get past x is over.
func (d *dist) quantile(x, q float64) float64 { return d.drop(d.surv, x, q) }

// middle is the figure for those past x that is the least wrong when each error
// is counted against the length of its own job: the median with weights 1/length.
// The plain median is too long for most where durations differ by orders of
// magnitude, since a few giants make up half of what is left.
func (d *dist) middle(x float64) float64 { return d.drop(d.lean, x, 0.5) }

// trusting is 0, no error, while that is in the middle of what is past x, else the
// nearest place that is. Where most bars are steady and some stop half-way, 0 is
// right for most and the median for none; where all are wrong in the same way, that
// is learnt.
func (d *dist) trusting(x float64) float64 {
	return min(max(0, d.quantile(x, 0.3)), d.quantile(x, 0.7))
}

// drop is where a falling curve has lost the share q of what it is at x.
func (d *dist) drop(curve []float64, x, q float64) float64 {
	want := (1 - q) * d.read(curve, x)
	lo, hi := max(0, min(len(curve)-1, int((x-d.lo)/d.width))), len(curve)-1
	for lo < hi { // the first edge at or under want
		mid := (lo + hi) / 2
		if curve[mid] > want {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo == 0 {
		return max(x, d.lo)
	}
	part := 1.0
	if step := curve[lo-1] - curve[lo]; step > 0 {
		part = (curve[lo-1] - want) / step
	}
	return max(x, d.lo+(float64(lo-1)+part)*d.width)
}

// beyond says that nothing was ever seen to be over so late, by a margin.
func (d *dist) beyond(x float64) bool { return x > d.lo+float64(d.ended+1)*d.width+margin }

// margin is a quarter longer than ever, where the logarithms of times are learnt.
const margin = 0.22

// guessed is the share of those past x that is extrapolated.
func (d *dist) guessed(x float64) float64 {
	if p := d.past(x); p > 0 {
		return min(1, d.past(max(x, d.lo+float64(d.last+1)*d.width))/p)
	}
	return 1
}
