package forecast

import (
	"slices"
	"testing"
	"time"
	"unicode/utf8"
)

func estimate(low, mid, high time.Duration) Estimate {
	return Estimate{Low: low, Mid: mid, High: high, Known: true, shown: nearest(mid)}
}

func TestAnEstimateReadsAsPeopleSayIt(t *testing.T) {
	const s, m, h = time.Second, time.Minute, time.Hour
	for _, c := range []struct {
		e            Estimate
		want, likely string
	}{
		{Estimate{}, "", ""},
		{estimate(3*m+20*s, 4*m, 5*m), "~4m", "between 3m and 5m"},
		{estimate(0, 0, s), "~5s", ""},
		{estimate(1*s, 9*s, 12*s), "~10s", "between 5s and 10s"},
		{estimate(2*s, 20*s, 3*m), "~20s", "between 5s and 3m"},
		{estimate(38*s, 72*s, 2*m+10*s), "~70s", "between 40s and 2m"},
		{estimate(85*m, 90*m, 100*m), "~90m", ""},
		{estimate(2*h, 4*h, 6*h), "~4h", "between 2h and 6h"},
		{estimate(30*h, 40*h, 80*h), "~2d", "between 1d and 3d"},
		{estimate(1000*h, 1000*h, 1000*h), "~30d", ""},
	} {
		if got, likely := c.e.String(), c.e.Range(); got != c.want || likely != c.likely {
			t.Errorf("%v, %v to %v: %q, %q, want %q, %q", c.e.Mid, c.e.Low, c.e.High, got, likely, c.want, c.likely)
		}
	}
	for _, d := range ladder() {
		if s := estimate(0, d, 0).String(); utf8.RuneCountInString(s) > 4 {
			t.Errorf("%q is too wide", s)
		}
	}
	if !slices.IsSorted(ladder()) {
		t.Error("the figures do not rise")
	}
}

func TestAClockTimeStandsBesideTheWhole(t *testing.T) {
	const m, h = time.Minute, time.Hour
	now := time.Date(2026, 3, 4, 14, 28, 10, 0, time.UTC) // a Wednesday
	for _, c := range []struct {
		mid  time.Duration
		want string
	}{
		{4 * m, "~4m, 14:32"},
		{110 * m, "~2h, 16:20"},
		{10 * h, "~10h, Thu 00:30"},
		{55 * h, "~2d, Fri 21:30"},
		{220 * h, "~10d, 13 Mar"},
	} {
		if got := estimate(0, c.mid, 0).WithClock(now); got != c.want {
			t.Errorf("%v: %q, want %q", c.mid, got, c.want)
		}
	}
	if got := (Estimate{}).WithClock(now); got != "" {
		t.Errorf("nothing is known: %q", got)
	}
}

// A figure that goes up and down a little must not change its text each time; one that
// counts down changes it when that is due.
func TestTextDoesNotFlicker(t *testing.T) {
	changes, shown := 0, time.Duration(0)
	for sec := 900; sec >= 0; sec-- {
		noise := []float64{0, 0.004, -0.004, 0.002}[sec%4]
		if d := settle(shown, seconds(float64(sec)*(1+noise))); d != shown {
			changes, shown = changes+1, d
		}
	}
	if figures := slices.Index(ladder(), 15*time.Minute) + 1; changes > figures+2 {
		t.Errorf("from 15 min down to nothing, over %d figures, the text changed %d times", figures, changes)
	}
}
