package sim

import (
	"slices"
	"time"

	"example.com/jobwatch/poller/job"
)

// Life is a plan placed on the clock. Its times count from the workload's begin.
type Life struct {
	Plan
	Submitted time.Duration // not found before
	Start     time.Duration // Not Started before
	End       time.Duration // Done or Error from then on
	Pause     Pause
}

// Pause is a time in which the whole service stands still. The zero Pause is none.
type Pause struct{ From, Until time.Duration }

// At returns what the API says of the job at a time since the workload's begin, if it
// was submitted by then.
func (l *Life) At(t time.Duration) (job.Status, job.Progress) {
	if t >= l.End {
		return l.Plan.At(l.Duration)
	}
	paused := max(0, min(l.Pause.Until, t)-max(l.Pause.From, l.Start))
	return l.Plan.At(t - l.Start - paused)
}

// delay moves the start and the end.
func (l *Life) delay(d time.Duration) {
	l.Start += d
	l.End += d
}

// AllAtOnce starts every job at 0.
func AllAtOnce(plans []Plan) []Life {
	lives := make([]Life, len(plans))
	for i := range plans {
		lives[i] = Life{Plan: plans[i], End: plans[i].Duration}
	}
	return lives
}

// Queue sets Start and End of the lives that order names. They wait for one of the workers
// and are not started before they are submitted.
func Queue(lives []Life, order []int, workers int) {
	free := make([]time.Duration, workers) // when each worker is free again, sorted
	for _, i := range order {
		l := &lives[i]
		l.Start = max(free[0], l.Submitted)
		if l.Start >= l.Pause.From && l.Start < l.Pause.Until {
			l.Start = l.Pause.Until
		}
		l.End = l.Start + l.Duration
		if l.Start < l.Pause.Until && l.End > l.Pause.From {
			l.End += l.Pause.Until - max(l.Pause.From, l.Start)
		}
		at, _ := slices.BinarySearch(free[1:], l.End)
		copy(free, free[1:at+1])
		free[at] = l.End
	}
}
