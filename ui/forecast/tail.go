package forecast

import "math"

// extrapolate lays the share that outlived all that was seen along the tail of
// the lognormal curve that fits what was seen: durations are often about
// lognormal, and a wide guess beats none as long as it is shown as one.
func (d *dist) extrapolate(rest, sd float64) {
	mu, sigma := d.fit(rest, sd)
	tail := func(i int) float64 {
		return 0.5 * math.Erfc((d.lo+float64(i)*d.width-mu)/(sigma*math.Sqrt2))
	}
	from := tail(d.last)
	for i := d.last; i < len(d.mass); i++ {
		share := math.Exp(-d.width*float64(i-d.last)) * (1 - math.Exp(-d.width)) // where the curve has run out
		if from > 1e-12 {
			share = (tail(i) - tail(i+1)) / from
		}
		d.mass[i] += rest * share
	}
}

// fit draws a straight line through the normal quantiles of what was seen.
func (d *dist) fit(rest, sd float64) (mu, sigma float64) {
	var w, sx, sz, sxz, szz float64
	below := 0.0
	for i, m := range d.mass {
		below += m
		if f := min(below, 1-rest); m > 1e-6 && f < 1-1e-6 {
			x := d.lo + float64(i+1)*d.width
			z := math.Sqrt2 * math.Erfinv(2*f-1)
			w, sx, sz, sxz, szz = w+m, sx+m*x, sz+m*z, sxz+m*x*z, szz+m*z*z
		}
	}
	if w <= 0 {
		return d.lo + float64(d.last)*d.width, 1
	}
	mx, mz := sx/w, sz/w
	sigma = max(sd, 0.2)
	if v := szz/w - mz*mz; v > 1e-6 {
		sigma = (sxz/w - mx*mz) / v
	}
	sigma = min(max(sigma, 0.2), 2.5)
	return mx - sigma*mz, sigma
}
