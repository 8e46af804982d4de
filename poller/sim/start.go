package sim

import (
	"container/heap"
	"time"

	"example.com/jobwatch/poller/job"
)

// Life is a plan placed on the clock. Its times count from the workload's begin.
type Life struct {
	Plan
	Submitted time.Duration // not found before it
	Start     time.Duration // Not Started before it
	End       time.Duration // Done or Error from then on
	Pause     Pause         // while which nothing moves
}

// Pause is a time while which the whole service stands still. Zero is none.
type Pause struct{ From, Until time.Duration }

// At is what the API says of the job at a time since the workload's begin, if it
// was submitted by then.
func (l *Life) At(t time.Duration) (job.Status, job.Progress) {
	if t >= l.End {
		return l.Plan.At(l.Duration)
	}
	return l.Plan.At(t - l.Start - l.Pause.within(l.Start, t))
}

// within is how much of the pause lies between two times.
func (p Pause) within(from, to time.Duration) time.Duration {
	return max(0, min(p.Until, to)-max(p.From, from))
}

// after is when work of length d that begins at start is over.
func (p Pause) after(start, d time.Duration) time.Duration {
	if start < p.Until && start+d > p.From {
		return start + d + p.Until - max(p.From, start)
	}
	return start + d
}

// Discipline says when each job of a workload starts.
type Discipline func([]Plan) []Life

// AllAtOnce starts every job at 0.
func AllAtOnce(plans []Plan) []Life {
	return place(plans, func(*Plan) time.Duration { return 0 })
}

// OwnWaits starts each job after a wait of its own, 20 s on average.
func OwnWaits(plans []Plan) []Life {
	return place(plans, func(p *Plan) time.Duration { return seconds(20 * p.Wait) })
}

// FirstInFirstOut has one job in 40 running at a time, 4 at least, in their order.
func FirstInFirstOut(plans []Plan) []Life {
	order := make([]int, len(plans))
	for i := range order {
		order[i] = i
	}
	return queue(plans, order)
}

func place(plans []Plan, start func(*Plan) time.Duration) []Life {
	lives := make([]Life, len(plans))
	for i := range plans {
		s := start(&plans[i])
		lives[i] = Life{Plan: plans[i], Start: s, End: s + plans[i].Duration}
	}
	return lives
}

// Workers is how many jobs the simulated service runs at a time, of n submitted.
func Workers(n int) int { return max(4, n/40) }

// queue has workers take the jobs in the given order of their indices.
func queue(plans []Plan, order []int) []Life {
	lives := place(plans, func(*Plan) time.Duration { return 0 })
	runQueue(lives, order, Workers(len(order)))
	return lives
}

// runQueue sets Start and End of the lives that order names, which wait for one of
// the workers and are never started before they are submitted.
func runQueue(lives []Life, order []int, workers int) {
	free := make(times, workers)
	for _, i := range order {
		l := &lives[i]
		l.Start = max(free[0], l.Submitted)
		if l.Start >= l.Pause.From && l.Start < l.Pause.Until {
			l.Start = l.Pause.Until
		}
		l.End = l.Pause.after(l.Start, l.Duration)
		free[0] = l.End
		heap.Fix(&free, 0)
	}
}

// times is a heap of the moments at which each worker is free again.
type times []time.Duration

func (t times) Len() int           { return len(t) }
func (t times) Less(i, j int) bool { return t[i] < t[j] }
func (t times) Swap(i, j int)      { t[i], t[j] = t[j], t[i] }

// Push is never called: the number of workers stays.
func (t *times) Push(any) {}

// Pop is never called either.
func (t *times) Pop() any { return nil }
