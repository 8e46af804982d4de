package style

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/jobwatch/poller/job"
)

// Look is how a job's state is shown: by a glyph and a word, and also by colour.
type Look struct {
	Glyph string
	Word  string // at most WordWidth cells, unless it is an unknown status
	Role  Role
}

// WordWidth is the width of the longest word for a known status.
const WordWidth = len("Not Started")

// Look returns the look of a job, given the API's last status, how its polling ended, and the
// problem of its last poll, if any. The word of an unknown status is the API's own, untrusted.
func (t *Theme) Look(status job.Status, end job.End, problem *job.Problem) Look {
	g := &t.Glyphs
	switch {
	case end == job.EndedRejected:
		return Look{g.Rejected, "Rejected", Error}
	case end == job.EndedGivenUp:
		return Look{g.GivenUp, "Given up", Error}
	case status == job.NotStarted:
		return Look{g.Queued, "Not Started", Dim}
	case status == job.Processing:
		return Look{g.Running, "Processing", Accent}
	case status == job.Done:
		return Look{g.Done, "Done", OK}
	case status == job.Error:
		return Look{g.Error, "Error", Error}
	case status != "":
		return Look{g.Running, string(status), Warn}
	case problem == nil:
		return Look{g.Checking, "Checking", Dim}
	case problem.Kind == job.NotFound:
		return Look{g.GivenUp, "Not found", Warn}
	}
	return Look{g.Checking, "No answer", Warn}
}

// UnknownStatus is the note on a job with an unknown status.
const UnknownStatus = "jobwatch does not know this status"

// Age returns how long ago something was, as [Elapsed] does, but "now" below 5 seconds.
func Age(d time.Duration) (text string, valid time.Duration) {
	if text, valid = Elapsed(d); text == "0s" {
		text = "now"
	}
	return text, valid
}

// Elapsed returns a running time, coarser as it grows, and for how long the text stays valid:
// half a step longer than it is true, so that the clocks of many rows move together.
func Elapsed(d time.Duration) (text string, valid time.Duration) {
	const day = 24 * time.Hour
	d = max(d, 0)
	step := day
	switch {
	case d < time.Minute:
		step = 5 * time.Second
	case d < 10*time.Minute:
		step = 10 * time.Second
	case d < day:
		step = time.Minute
	case d < 100*day:
		step = time.Hour
	}
	shown := d.Truncate(step)
	return Duration(shown), shown + step - d + step/2
}

// Exact returns a duration to the second, and for how long the text stays valid.
func Exact(d time.Duration) (text string, valid time.Duration) {
	d = max(d, 0)
	shown := d.Truncate(time.Second)
	return Duration(shown), shown + time.Second - d
}

// Duration returns d in its two largest units at most: 42s, 3m10s, 2h05m, 4d06h. A
// negative one, after a clock was set back, is 0s.
func Duration(d time.Duration) string {
	s := int(max(d, 0) / time.Second)
	switch {
	case s < 60:
		return strconv.Itoa(s) + "s"
	case s < 3600:
		return units(s/60, "m", s%60, "s")
	case s < 24*3600:
		return units(s/3600, "h", s/60%60, "m")
	}
	return units(s/86400, "d", s/3600%24, "h")
}

func units(n int, unit string, rest int, small string) string {
	if rest == 0 {
		return strconv.Itoa(n) + unit
	}
	return fmt.Sprintf("%d%s%02d%s", n, unit, rest, small)
}

// Plural returns a number of things: "1 job", "2 jobs".
func Plural(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return strconv.Itoa(n) + " " + noun
}

// Of returns how many of a number of things: "1 of 1 jobs", "2 of 3 jobs".
func Of(n, total int, noun string) string { return fmt.Sprintf("%d of %d %ss", n, total, noun) }

// Joined joins those of the parts that are not empty.
func Joined(by string, parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), by)
}
