package forecast

import (
	"fmt"
	"math"
	"time"
)

// Estimate is how long something will still take: the range that holds the truth
// in about four cases of five, and the likeliest figure in it.
//
// The zero value knows nothing: no number is better than a wrong one.
type Estimate struct {
	Low, Mid, High time.Duration
	Known          bool // the three mean something
	Overdue        bool // it has outlived nearly all of its like: any figure would be made up

	shown shown // how it was last rounded, so that the text stays calm
}

// String is at most 8 cells wide: "~4m", "2-5m" when the range is wide, "<3m"
// when it begins near nothing, "overdue", or "" when nothing is known.
func (e Estimate) String() string {
	switch {
	case e.Overdue:
		return "overdue"
	case !e.Known:
		return ""
	}
	low, mid, high := e.rounded()
	switch {
	case !wide(low, high):
		return "~" + short(mid)
	case low*8 <= high:
		return "<" + short(high)
	}
	from, to := short(low), short(high)
	if from[len(from)-1] == to[len(to)-1] {
		from = from[:len(from)-1]
	}
	return from + "-" + to
}

// rounded is the three figures as they are shown.
func (e Estimate) rounded() (low, mid, high time.Duration) {
	s := e.shown
	if s == (shown{}) {
		s = s.settle(e)
	}
	return s.at(0), s.at(1), s.at(2)
}

// wide says that a single figure would promise too much.
func wide(low, high time.Duration) bool { return high >= 2*low && high-low >= 20*time.Second }

// Clock is when that is by the clock on the wall, in now's time zone: "14:32", or
// "by 14:35", the end of the range, when it is wide; with the day when that is not
// today. It is "" when there is no figure.
func (e Estimate) Clock(now time.Time) string {
	if !e.Known || e.Overdue {
		return ""
	}
	d, prefix := e.Mid, ""
	if low, _, high := e.rounded(); wide(low, high) {
		d, prefix = e.High, "by "
	}
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
		return prefix + at.Format("15:04")
	case d < 6*24*time.Hour:
		return prefix + at.Format("Mon 15:04")
	}
	return prefix + at.Format("2 Jan")
}

// WithClock is the estimate and its clock time: "~4m, 14:32".
func (e Estimate) WithClock(now time.Time) string {
	s := e.String()
	if c := e.Clock(now); c != "" {
		s += ", " + c
	}
	return s
}

// then is this and another thing after it, the two independent of each other:
// what they may be off by adds up as squares do.
func (e Estimate) then(o Estimate) Estimate {
	if e.Overdue || o.Overdue || !e.Known || !o.Known {
		return Estimate{}
	}
	hypot := func(a, b time.Duration) time.Duration {
		return time.Duration(math.Hypot(float64(a), float64(b)))
	}
	mid := e.Mid + o.Mid
	return Estimate{
		Low:   max(0, mid-hypot(e.Mid-e.Low, o.Mid-o.Low)),
		Mid:   mid,
		High:  mid + hypot(e.High-e.Mid, o.High-o.Mid),
		Known: true,
	}
}

// ladder holds the figures that are ever shown: steps of a fifth or so, coarse
// enough that a countdown changes only when that is worth seeing.
func ladder(i int) time.Duration {
	const s, m, h, d = time.Second, time.Minute, time.Hour, 24 * time.Hour
	return [...]time.Duration{
		5 * s, 10 * s, 15 * s, 20 * s, 30 * s, 40 * s, 50 * s, m, 90 * s,
		2 * m, 3 * m, 4 * m, 5 * m, 6 * m, 7 * m, 8 * m, 9 * m, 10 * m, 12 * m, 15 * m, 20 * m, 25 * m, 30 * m, 40 * m, 50 * m,
		h, 90 * m, 2 * h, 3 * h, 4 * h, 5 * h, 6 * h, 8 * h, 10 * h, 12 * h, 16 * h, 20 * h,
		d, 2 * d, 3 * d, 4 * d, 5 * d, 7 * d, 10 * d, 14 * d, 21 * d, 30 * d,
	}[i]
}

const rungs = 47 // len of ladder

// shown is the rungs of a low, a mid and a high, each plus 1; zero is none yet.
type shown [3]uint8

func (s shown) at(i int) time.Duration { return ladder(int(s[i]) - 1) }

// settle rounds an estimate, and keeps to the rungs shown before until the figure
// has left them clearly: noise must not flicker.
func (s shown) settle(e Estimate) shown {
	for i, d := range [3]time.Duration{e.Low, e.Mid, e.High} {
		if s[i] == 0 || !near(int(s[i])-1, d) {
			s[i] = uint8(nearest(d)) + 1 //nolint:gosec // under rungs
		}
	}
	return s
}

func nearest(d time.Duration) int {
	i := 0
	for i < rungs-1 && d > (ladder(i)+ladder(i+1))/2 {
		i++
	}
	return i
}

// near says that d is not clearly off rung i: within 0.7 of the way to the next,
// where 0.5 would be the border of rounding.
func near(i int, d time.Duration) bool {
	const reach = 0.7
	r := ladder(i)
	if d < r {
		return i == 0 || float64(r-d) <= reach*float64(r-ladder(i-1))
	}
	return i == rungs-1 || float64(d-r) <= reach*float64(ladder(i+1)-r)
}

// short is a rung as text: "45s", "4m", "90m", "3h", "2d".
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
