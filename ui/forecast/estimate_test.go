package forecast

import (
	"testing"
	"time"
	"unicode/utf8"
)

func between(low, mid, high time.Duration) Estimate {
	return Estimate{Low: low, Mid: mid, High: high, Known: true}
}

func TestAnEstimateReadsAsPeopleSayIt(t *testing.T) {
	const s, m, h = time.Second, time.Minute, time.Hour
	for _, c := range []struct {
		e    Estimate
		want string
	}{
		{Estimate{}, ""},
		{Estimate{Overdue: true}, "overdue"},
		{between(3*m+20*s, 4*m, 5*m), "~4m"},
		{between(2*m, 3*m, 5*m), "2-5m"},
		{between(0, 0, s), "~5s"},
		{between(1*s, 9*s, 12*s), "~10s"},
		{between(2*s, 20*s, 3*m), "<3m"},
		{between(38*s, 70*s, 2*m+10*s), "40s-2m"},
		{between(50*m, 80*m, 2*h), "50m-2h"},
		{between(85*m, 90*m, 100*m), "~90m"},
		{between(2*h, 4*h, 6*h), "2-6h"},
		{between(30*h, 40*h, 80*h), "1-3d"},
		{between(1000*h, 1000*h, 1000*h), "~30d"},
	} {
		if got := c.e.String(); got != c.want {
			t.Errorf("%v to %v to %v: %q, want %q", c.e.Low, c.e.Mid, c.e.High, got, c.want)
		}
	}
}

func TestAnEstimateFitsItsColumn(t *testing.T) {
	for i := range rungs {
		for j := i; j < rungs; j++ {
			e := between(ladder(i), ladder(i), ladder(j))
			if s := e.String(); utf8.RuneCountInString(s) > 8 {
				t.Errorf("%q is too wide", s)
			}
		}
		if i > 0 && ladder(i) <= ladder(i-1) {
			t.Errorf("rung %d is not above the one before", i)
		}
	}
}

func TestAClockTimeStandsBesideTheWhole(t *testing.T) {
	const m, h = time.Minute, time.Hour
	now := time.Date(2026, 3, 4, 14, 28, 10, 0, time.UTC) // a Wednesday
	for _, c := range []struct {
		e    Estimate
		want string
	}{
		{between(3*m+20*time.Second, 4*m, 5*m), "~4m, 14:32"},
		{between(2*m, 3*m, 5*m), "2-5m, by 14:33"},
		{between(100*m, 110*m, 125*m), "~2h, 16:20"},
		{between(9*h, 10*h, 12*h), "~10h, Thu 00:30"},
		{between(48*h, 55*h, 90*h), "2-4d, by Sun 08:30"},
		{between(200*h, 220*h, 230*h), "~10d, 13 Mar"},
		{Estimate{Overdue: true}, "overdue"},
		{Estimate{}, ""},
	} {
		if got := c.e.WithClock(now); got != c.want {
			t.Errorf("%v: %q, want %q", c.e.Mid, got, c.want)
		}
	}
}
