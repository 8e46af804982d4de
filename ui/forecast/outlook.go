package forecast

import (
	"math"
	"time"
)

// outlook is the forecast of one remaining time before it is made into figures:
// a learnt distribution and where on it we stand. In all cases
//
//	x(t) = ln((offset + t) / scale) / shape
//
// is the place on d of what is over t seconds from now. For a job without usable
// progress d holds the logarithms of durations, offset is the job's age, scale and
// shape are 1. For one with progress d holds how far such forecasts were off,
// scale is the forecast that was made when its bar last moved, offset the time
// since, and shape how uncertain that stage is.
type outlook struct {
	d                    *dist
	offset, scale, shape float64 // seconds, seconds, 1
	middle               func(*dist, float64) float64
	self                 float64 // the share of d that is this job itself, still under way
}

// tiny keeps logarithms finite; no time under it matters here. In seconds.
const tiny = 1e-3

// grain is what a range is widened by at either end, in seconds: what we know of a
// job is some seconds old, and so are its start and its steps.
const grain = 0.25

// Something counts as overdue when fewer than tooFew of its like live so long; or
// fewer than fewLeft, and none was ever seen to end so late.
const (
	tooFew  = 0.02
	fewLeft = 0.1
)

func (o *outlook) known() bool { return o.d != nil }

func (o *outlook) x(t float64) float64 { return math.Log(max(o.offset+t, tiny)/o.scale) / o.shape }

// back is the inverse of x.
func (o *outlook) back(x float64) float64 {
	return max(0, o.scale*math.Exp(x*o.shape)-o.offset)
}

// past is the chance that it is not over t seconds from now, if begin is that of
// now: see [outlook.begin].
func (o *outlook) past(t, begin float64) float64 {
	return min(1, o.d.past(o.x(t))/begin)
}

// begin is the share of all its like that got this far.
func (o *outlook) begin() float64 { return o.d.past(o.x(0)) }

func (o *outlook) overdue() bool {
	share := o.begin() - o.self
	return share < tooFew || (share < fewLeft && o.d.beyond(o.x(0)))
}

func (o *outlook) at(q float64) float64 { return o.back(o.d.quantile(o.x(0), q)) }

// estimate gives the range from one in ten to nine in ten.
func (o *outlook) estimate() Estimate {
	if !o.known() {
		return Estimate{}
	}
	if o.overdue() {
		return Estimate{Overdue: true}
	}
	low, mid, high := o.at(0.1), o.at(0.5), o.at(0.9)
	if o.middle != nil { // or else the median
		mid = min(max(o.back(o.middle(o.d, o.x(0))), low), high)
	}
	return Estimate{Low: seconds(low - grain), Mid: seconds(mid), High: seconds(high + grain), Known: true}
}

// longest is the longest that is ever forecast; beyond it nothing is known.
const longest = 30 * 24 * time.Hour

func seconds(s float64) time.Duration {
	return time.Duration(min(max(s, 0), longest.Seconds()) * float64(time.Second))
}
