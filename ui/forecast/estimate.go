package forecast

import (
	"cmp"
	"fmt"
	"slices"
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
	s := f.sec(now)
	f.lookAt(s)
	var out Forecast
	p, wait := f.part(t, s), 0.0
	if t.state != running {
		wait = max(0, f.startOf(f.position(t))-(s-f.made))
		p = part{f.fresh, -wait, 1, 1}
		work := f.fresh.median()
		out.Wait, out.Work = f.estimate(wait, wait, wait, nil), f.estimate(work, work, work, nil)
	}
	low, mid, high := widened(p.left(0.07), p.left(0.5), p.left(0.93), waitError*wait)
	out.Ready = f.estimate(low, mid, high, &t.shown)
	return out
}

// position returns a waiting job's place in the whole queue, counted from 1.
func (f *Forecaster) position(t *track) float64 {
	if f.shuffled() {
		return float64(f.all.waiting+1) / 2
	}
	return float64(t.batch.before + min(max(t.batch.ahead(t), 0), t.batch.waiting-1) + 1)
}

// Batch forecasts when the last job of a batch is ready.
func (f *Forecaster) Batch(id store.BatchID, now time.Time) Estimate {
	return f.last(f.batches[id], f.sec(now))
}

// All forecasts when the last job of all is ready.
func (f *Forecaster) All(now time.Time) Estimate { return f.last(&f.all, f.sec(now)) }

// shown is a batch's forecast as it stands on the screen: moments, so that they count
// down.
type shown struct {
	low, mid, high float64
	look           int // the number of the look that they come from
	figure         time.Duration
}

// last forecasts the end of a batch's last job, if any is live.
func (f *Forecaster) last(b *batch, now float64) Estimate {
	if b == nil || b.waiting+len(b.running) == 0 {
		return Estimate{}
	}
	f.lookAt(now)
	h := &b.shown
	if h.look != f.look {
		// The chance that mid stands for is 0.5 while all jobs wait and falls to 0.35,
		// which makes mid unbiased at each stage.
		parts, last, waiting := f.partsOf(b)
		mid := over(parts, 0.35+0.15*waiting, 0.1, longest.Seconds())
		low, mid, high := widened(over(parts, 0.02, 0.1, mid), mid, over(parts, 0.96, mid, longest.Seconds()), last/2)
		h.low, h.mid, h.high, h.look = f.made+low, f.made+mid, f.made+high, f.look
	}
	return f.estimate(h.low-now, h.mid-now, h.high-now, &h.figure)
}

// estimate returns three figures in seconds as an [Estimate], rounded like the one that is
// shown, if any; zero while nothing is known.
func (b *belief) estimate(low, mid, high float64, shown *time.Duration) Estimate {
	if b.known < 1 {
		return Estimate{}
	}
	e := Estimate{Low: seconds(low), Mid: seconds(mid), High: seconds(high), Known: true, Rough: b.known < certain}
	if e.shown = nearest(e.Mid); shown != nil {
		e.shown = settle(*shown, e.Mid)
		*shown = e.shown
	}
	return e
}

// Estimate is how long something will still take: the likeliest figure, and the range
// that holds the truth in about four cases of five. The zero value knows nothing.
type Estimate struct {
	Low, Mid, High time.Duration
	Known          bool // the three mean something
	Rough          bool // they rest on very few jobs

	shown time.Duration // Mid, rounded so that the text stays calm
}

func seconds(s float64) time.Duration {
	return time.Duration(min(max(s, 0), longest.Seconds()) * float64(time.Second))
}

// String returns one figure, "~4m", at most 4 cells wide; "" if nothing is known.
func (e Estimate) String() string {
	if !e.Known {
		return ""
	}
	return "~" + short(e.shown)
}

// Range returns the range in words, "between 2m and 5m"; "" if that says no more than
// String.
func (e Estimate) Range() string {
	low, high := nearest(e.Low), nearest(e.High)
	if !e.Known || low == high {
		return ""
	}
	return "between " + short(low) + " and " + short(high)
}

// WithClock returns the estimate and its time of day in now's time zone: "~4m, 14:32". It
// names the day if that is not today.
func (e Estimate) WithClock(now time.Time) string {
	if !e.Known {
		return ""
	}
	d, step := e.Mid, time.Minute
	switch {
	case d > 6*time.Hour:
		step = 15 * time.Minute
	case d > time.Hour:
		step = 5 * time.Minute
	}
	at, layout := now.Add(d).Round(step), "2 Jan"
	switch {
	case at.YearDay() == now.YearDay() && at.Year() == now.Year():
		layout = "15:04"
	case d < 6*24*time.Hour:
		layout = "Mon 15:04"
	}
	return e.String() + ", " + at.Format(layout)
}

// ladder returns the figures that are ever shown, coarse enough that a countdown is calm.
func ladder() []time.Duration {
	const s, m, h, d = time.Second, time.Minute, time.Hour, 24 * time.Hour
	return []time.Duration{
		5 * s, 10 * s, 15 * s, 20 * s, 25 * s, 30 * s, 35 * s, 40 * s, 50 * s, m, 70 * s, 80 * s, 90 * s,
		2 * m, 3 * m, 4 * m, 5 * m, 6 * m, 7 * m, 8 * m, 9 * m, 10 * m, 12 * m, 15 * m, 20 * m, 25 * m, 30 * m, 40 * m, 50 * m,
		h, 90 * m, 2 * h, 3 * h, 4 * h, 5 * h, 6 * h, 8 * h, 10 * h, 12 * h, 16 * h, 20 * h,
		d, 2 * d, 3 * d, 4 * d, 5 * d, 7 * d, 10 * d, 14 * d, 21 * d, 30 * d,
	}
}

// nearest returns the figure of the ladder that is nearest to d.
func nearest(d time.Duration) time.Duration {
	return slices.MinFunc(ladder(), func(a, b time.Duration) int { return cmp.Compare((a - d).Abs(), (b - d).Abs()) })
}

// settle returns the figure shown unless d is clearly off it, 0.5 of the way to the next one
// down or 0.8 up: noise must not flicker.
func settle(shown, d time.Duration) time.Duration {
	figures := ladder()
	i := slices.Index(figures, shown)
	if i < 0 {
		return nearest(d)
	}
	down, up := shown-figures[max(i-1, 0)], figures[min(i+1, len(figures)-1)]-shown
	if shown-d > down/2 || d-shown > up*4/5 {
		return nearest(d)
	}
	return shown
}

// short returns a figure of the ladder as text: "45s", "4m", "90m", "3h", "2d".
func short(d time.Duration) string {
	unit, letter := time.Second, "s"
	switch {
	case d%(24*time.Hour) == 0:
		unit, letter = 24*time.Hour, "d"
	case d%time.Hour == 0:
		unit, letter = time.Hour, "h"
	case d%time.Minute == 0:
		unit, letter = time.Minute, "m"
	}
	return fmt.Sprint(int(d/unit), letter)
}
