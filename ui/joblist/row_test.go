package joblist

import (
	"math"
	"testing"
	"time"
)

// carry lets time pass, and bars move meanwhile.
func (d *harness) carry(span, unless time.Duration) {
	d.now = d.now.Add(span)
	d.Carry(d.now, d.now.Add(-unless))
}

func (d *harness) drawn(name string, percent float64) {
	d.t.Helper()
	row, _ := d.Row(id(name))
	if got := 100 * float64(row.Drawn()); math.Abs(got-percent) > 1e-6 {
		d.t.Errorf("job %s is drawn at %.2f%%, want %.2f%%", name, got, percent)
	}
}

func TestABarRunsAheadAndWaits(t *testing.T) {
	d := newHarness(t, 20)
	d.paste("june", "a b")
	d.reportAt(1, "a 50%")
	d.carry(10*time.Second, time.Hour)
	d.drawn("a", 59)
	d.drawn("b", -100) // nothing is known
	d.reportAt(1, "a 52%")
	d.drawn("a", 59)
	d.carry(5*time.Second, time.Hour)
	d.drawn("a", 59)
	d.carry(5*time.Second, time.Hour)
	d.drawn("a", 61)
	d.reportAt(0, "a 51%") // it stands still, and the API has second thoughts
	d.carry(time.Minute, time.Hour)
	d.drawn("a", 61)
	d.reportAt(0, "a 65%")
	d.drawn("a", 65)
	d.reportAt(0, "a unreachable")
	d.drawn("a", 65)
	if row, _ := d.Row(id("a")); row.Progress() != 0.65 {
		t.Errorf("the API said 65%%, and the row has %v", row.Progress())
	}
	if p := d.Counts(); math.Abs(p.Progress()-0.325) > 1e-9 {
		t.Errorf("the batch is at %v, by what was drawn", p.Progress())
	}
	d.hear("a done")
	d.drawn("a", 100)
}

// What stands still, or is not known to move, is not moved.
func TestABarStandsStillWithItsJob(t *testing.T) {
	for name, still := range map[string]func(d *harness){
		"no pace":      func(d *harness) { d.reportAt(0, "a 50%") },
		"in vain":      func(d *harness) { d.reportAt(1, "a unreachable") },
		"given up":     func(d *harness) { d.reportAt(1, "a rejected") },
		"failed":       func(d *harness) { d.reportAt(1, "a error") },
		"out of view":  func(d *harness) { d.paste("july", "b c d"); d.SetHeight(2); d.Home() },
		"nobody asked": func(d *harness) { d.carry(0, 0) },
		"old":          func(d *harness) { d.now = d.now.Add(StaleAfter) },
	} {
		t.Run(name, func(t *testing.T) {
			d := newHarness(t, 20)
			d.paste("june", "a")
			d.reportAt(1, "a 50%")
			still(d)
			unless := time.Hour
			if name == "nobody asked" {
				unless = 10 * time.Second
			}
			d.carry(10*time.Second, unless)
			d.drawn("a", 50)
		})
	}
}

// Only a job that truly begins again goes back.
func TestABarGoesBackWithItsJob(t *testing.T) {
	var d *harness
	for _, c := range []struct {
		says []string
		want float64
	}{
		{[]string{"a 47%"}, 59}, // servers that don't agree
		{[]string{"a 20%"}, 20},
		{[]string{"a error"}, 50}, // the end is told as it is
		{[]string{"a queued", "a 2%"}, 2},
	} {
		d = newHarness(t, 20)
		d.paste("june", "a")
		d.reportAt(1, "a 50%")
		d.carry(10*time.Second, time.Hour)
		for _, says := range c.says {
			d.reportAt(1, says)
		}
		d.drawn("a", c.want)
	}
	d.carry(10*time.Second, time.Hour)
	d.write(d.others("a 1%")) // so another window saw it
	d.drawn("a", 11)
}

// Only Done is the end, whatever the API says of the progress.
func TestABarIsFullOnlyWhenItsJobIsDone(t *testing.T) {
	d := newHarness(t, 20)
	d.paste("june", "a")
	d.reportAt(1, "a 90%")
	d.carry(time.Minute, time.Hour)
	d.drawn("a", 99)
	d.reportAt(1, "a 100%")
	d.drawn("a", 99.9)
	d.hear("a done")
	d.drawn("a", 100)
}
