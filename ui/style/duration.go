package style

import (
	"strconv"
	"time"
)

// Age returns how long ago something was, coarser as it grows, and for how long the text
// stays valid, so that the screen sleeps until a clock has to move. A text may stay half a
// step too long, so that the clocks of many rows move together. Seconds go in fives: a row
// that changed each second would be sent each second.
func Age(d time.Duration) (text string, valid time.Duration) {
	const day = 24 * time.Hour
	switch {
	case d < 5*time.Second:
		return "now", 5*time.Second - d + 5*time.Second/2
	case d < time.Minute:
		return step(d, 5*time.Second)
	case d < 10*time.Minute:
		return step(d, 10*time.Second)
	case d < day:
		return step(d, time.Minute)
	case d < 100*day:
		return step(d, time.Hour)
	default:
		return step(d, day)
	}
}

// Elapsed is [Age] for a running time: 0 is "0s", not "now".
func Elapsed(d time.Duration) (text string, valid time.Duration) {
	if d = max(d, 0); d < 5*time.Second {
		return "0s", 5*time.Second - d + 5*time.Second/2
	}
	return Age(d)
}

// Exact returns a duration to the second, and for how long the text stays valid.
func Exact(d time.Duration) (text string, valid time.Duration) {
	d = max(d, 0)
	shown := d.Truncate(time.Second)
	return Duration(shown), shown + time.Second - d
}

func step(d, by time.Duration) (string, time.Duration) {
	shown := d.Truncate(by)
	return Duration(shown), shown + by - d + by/2
}

// Duration returns d in its two largest units at most: 42s, 3m10s, 2h05m, 4d06h. A
// negative one, after a clock was set back, is 0s.
func Duration(d time.Duration) string {
	s := int64(max(d, 0) / time.Second)
	switch {
	case s < 60:
		return strconv.FormatInt(s, 10) + "s"
	case s < 3600:
		return two(s/60, "m", s%60, "s")
	case s < 24*3600:
		return two(s/3600, "h", s/60%60, "m")
	default:
		return two(s/86400, "d", s/3600%24, "h")
	}
}

func two(a int64, unit string, b int64, small string) string {
	out := strconv.FormatInt(a, 10) + unit
	if b == 0 {
		return out
	}
	if b < 10 {
		out += "0"
	}
	return out + strconv.FormatInt(b, 10) + small
}
