package ui

import (
	"testing"
	"time"
)

// Among 100,000 jobs, some of which are heard of all the time, a filter by age must not
// look at all of them each time: once a second is as good. A new one counts at once.
func TestAFilterByAgeIsAppliedOnceASecond(t *testing.T) {
	c := newCrowd(10, 1)
	after := func(span time.Duration, want int) {
		t.Helper()
		c.now = c.now.Add(span)
		c.Update(nil)
		if got := c.list.Matched(); got != want {
			t.Errorf("%d of 10 jobs match, want %d", got, want)
		}
	}
	filter := func(text string) { c.list.narrow(text, 0) }
	filter("age>10m")
	after(10*time.Minute-100*time.Millisecond, 0)
	after(200*time.Millisecond, 0)
	after(800*time.Millisecond, 10)
	filter("age>11m")
	after(0, 0)
	filter("age>9m")
	after(0, 10)
}
