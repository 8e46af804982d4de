package forecast

import (
	"fmt"
	"math"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
)

// Forecast is when a live job will be ready and, while it waits, how long it waits and works.
type Forecast struct {
	Ready      Estimate
	Wait, Work Estimate // unknown once it runs
}

// Job forecasts one job. The result is zero if the job is finished or not tracked.
func (f *Forecaster) Job(id job.ID, now time.Time) Forecast {
	t := f.tracks[id]
	if t == nil || t.state == finished {
		return Forecast{}
	}
	s, b := f.sec(now), &f.belief
	f.look(s)
	var out Forecast
	p, wait := b.running(t, s), 0.0
	if t.state != running {
		wait = max(0, b.startOf(f.position(t))-(s-b.made))
		p = b.fresh.from(wait)
		out.Wait, out.Work = b.estimate(wait, wait, wait), b.estimate(b.typical, b.typical, b.typical)
	}
	low, mid, high := widened(p.left(0.07), p.left(0.5), p.left(0.93), waitError*wait)
	out.Ready = b.estimate(low, mid, high)
	t.rung = t.rung.settle(out.Ready.Mid)
	out.Ready.rung = t.rung
	return out
}

// position returns a waiting job's place in the whole queue, counted from 1.
func (f *Forecaster) position(t *track) float64 {
	if f.service.shuffled() {
		return float64(f.all.waiting+1) / 2
	}
	return float64(t.batch.before + min(max(t.batch.ahead(t), 0), t.batch.waiting-1) + 1)
}

// Batch forecasts when the last job of a batch is ready.
func (f *Forecaster) Batch(id store.BatchID, now time.Time) Estimate {
	if b := f.batches[id]; b != nil {
		return f.last(b, f.sec(now))
	}
	return Estimate{}
}

// All forecasts when the last job of all is ready.
func (f *Forecaster) All(now time.Time) Estimate { return f.last(&f.all, f.sec(now)) }

// shown is a batch's forecast as it stands on the screen: moments, so that they count
// down.
type shown struct {
	low, mid, high float64
	of             float64 // when the look was made that it comes from
	changed        bool    // jobs were added or removed
	known          bool
	rung           rung
}

// last forecasts the end of a batch's last job. The end stays as it is shown until it is off
// by 15 % of what is left.
func (f *Forecaster) last(b *batch, now float64) Estimate {
	if b.waiting+len(b.running.jobs) == 0 {
		b.shown = shown{}
		return Estimate{}
	}
	f.look(now)
	h, made := &b.shown, f.belief.made
	if h.changed || !h.known || h.of != made {
		low, mid, high := f.belief.last(f.partsOf(b))
		if off := math.Abs(made + mid - h.mid); h.changed || !h.known || off > max(0.15*(made+mid-now), 0.75) {
			h.mid = made + mid
		}
		h.low, h.high = min(made+low, h.mid), max(made+high, h.mid)
		h.of, h.changed, h.known = made, false, true
	}
	e := f.belief.estimate(h.low-now, h.mid-now, h.high-now)
	h.rung = h.rung.settle(e.Mid)
	e.rung = h.rung
	return e
}

// Estimate is how long something will still take: the likeliest figure, and the range
// that holds the truth in about four cases of five. The zero value knows nothing.
type Estimate struct {
	Low, Mid, High time.Duration
	Known          bool // the three mean something
	Rough          bool // they rest on very few jobs

	rung rung // how Mid was rounded last, so that the text stays calm
}

// longest is the longest that is ever forecast.
const longest = 30 * 24 * time.Hour

func seconds(s float64) time.Duration {
	return time.Duration(min(max(s, 0), longest.Seconds()) * float64(time.Second))
}

// String returns one figure, "~4m", at most 4 cells wide; "" if nothing is known.
func (e Estimate) String() string {
	if !e.Known {
		return ""
	}
	return "~" + short(e.rung.settle(e.Mid).duration())
}

// Range returns the range in words, "between 2m and 5m"; "" if that says no more than
// String.
func (e Estimate) Range() string {
	low, high := nearest(e.Low), nearest(e.High)
	if !e.Known || low == high {
		return ""
	}
	return "between " + short(low.duration()) + " and " + short(high.duration())
}

// WithClock returns the estimate and its time of day in now's time zone: "~4m, 14:32". It
// names the day if that is not today.
func (e Estimate) WithClock(now time.Time) string {
	if !e.Known {
		return ""
	}
	return e.String() + ", " + clock(now, e.Mid)
}

func clock(now time.Time, d time.Duration) string {
	step := time.Minute
	switch {
	case d > 6*time.Hour:
		step = 15 * time.Minute
	case d > time.Hour:
		step = 5 * time.Minute
	}
	at := now.Add(d + step/2)
	at = at.Add(-time.Duration(at.Minute()%int(step/time.Minute)) * time.Minute)
	switch {
	case at.YearDay() == now.YearDay() && at.Year() == now.Year():
		return at.Format("15:04")
	case d < 6*24*time.Hour:
		return at.Format("Mon 15:04")
	}
	return at.Format("2 Jan")
}

// rung is a figure of the ladder, counted from 1; 0 is none.
type rung uint8

// ladder holds the figures that are ever shown: steps of a fifth or so, coarse enough
// that a countdown changes only when that is worth seeing.
func ladder(i int) time.Duration {
	const s, m, h, d = time.Second, time.Minute, time.Hour, 24 * time.Hour
	return [...]time.Duration{
		5 * s, 10 * s, 15 * s, 20 * s, 25 * s, 30 * s, 35 * s, 40 * s, 50 * s, m, 70 * s, 80 * s, 90 * s,
		2 * m, 3 * m, 4 * m, 5 * m, 6 * m, 7 * m, 8 * m, 9 * m, 10 * m, 12 * m, 15 * m, 20 * m, 25 * m, 30 * m, 40 * m, 50 * m,
		h, 90 * m, 2 * h, 3 * h, 4 * h, 5 * h, 6 * h, 8 * h, 10 * h, 12 * h, 16 * h, 20 * h,
		d, 2 * d, 3 * d, 4 * d, 5 * d, 7 * d, 10 * d, 14 * d, 21 * d, 30 * d,
	}[i]
}

const rungs = 51 // len of ladder

func (r rung) duration() time.Duration { return ladder(int(r) - 1) }

func nearest(d time.Duration) rung {
	i := 0
	for i < rungs-1 && d > (ladder(i)+ladder(i+1))/2 {
		i++
	}
	return rung(i + 1)
}

// settle returns d's rung: r as long as d is not clearly off it, so that noise does not
// flicker. Clearly is 0.7 of the way to the next, where rounding would take 0.5.
func (r rung) settle(d time.Duration) rung {
	const down, up = 0.5, 0.8
	if r == 0 {
		return nearest(d)
	}
	i, at := int(r)-1, r.duration()
	switch {
	case d < at && i > 0 && float64(at-d) > down*float64(at-ladder(i-1)),
		d > at && i < rungs-1 && float64(d-at) > up*float64(ladder(i+1)-at):
		return nearest(d)
	}
	return r
}

// short returns a rung as text: "45s", "4m", "90m", "3h", "2d".
func short(d time.Duration) string {
	switch {
	case d >= 24*time.Hour:
		return fmt.Sprintf("%dd", d/(24*time.Hour))
	case d >= 2*time.Hour, d == time.Hour:
		return fmt.Sprintf("%dh", d/time.Hour)
	case d >= time.Minute && d%time.Minute == 0:
		return fmt.Sprintf("%dm", d/time.Minute)
	}
	return fmt.Sprintf("%ds", d/time.Second)
}
