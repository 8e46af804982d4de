package sim

import (
	"math"
	"time"
)

// Workload is a named way to make n lives from a seed.
type Workload struct {
	Name string
	Make func(seed uint64, n int) []Life
}

// Familiar are the workloads that the polling policy was shaped on.
func Familiar() []Workload {
	return []Workload{
		{"all at once", start(AllAtOnce)},
		{"own waits", start(OwnWaits)},
		{"first in first out", start(FirstInFirstOut)},
	}
}

// Unfamiliar are workloads that the policy was not shaped on, and must be no worse
// on than a plain interval: other orders, other durations, other days.
func Unfamiliar() []Workload {
	return []Workload{
		{"shuffled starts", start(shuffled)},
		{"last in first out", start(lastInFirstOut)},
		{"two interleaved batches", start(interleaved)},
		{"narrow durations", lasting(func(r *splitMix) float64 { return 20 * math.Exp(0.1*r.norm()) })},
		{"bimodal durations", lasting(bimodal)},
		{"Pareto tail", lasting(pareto)},
		{"arrivals over time", start(arriving)},
		{"pause of the whole service", paused},
		{"all stalling", allStalling},
		{"tiny jobs", lasting(func(r *splitMix) float64 { return 0.2 + 0.8*r.u() })},
		{"hour-long jobs", lasting(func(r *splitMix) float64 { return 1800 + 3600*r.u() })},
	}
}

func start(d Discipline) func(uint64, int) []Life {
	return func(seed uint64, n int) []Life { return d(Plans(seed, n)) }
}

// lasting is first in first out with the durations, in seconds, drawn anew. The
// other draws stay as they are, so that only one thing differs.
func lasting(draw func(*splitMix) float64) func(uint64, int) []Life {
	return func(seed uint64, n int) []Life {
		plans, r := Plans(seed, n), other(seed)
		for i := range plans {
			plans[i].stretch(seconds(draw(&r)))
		}
		return FirstInFirstOut(plans)
	}
}

// stretch gives a plan another length; it fails at the same share of it.
func (p *Plan) stretch(work time.Duration) {
	p.Duration = time.Duration(float64(p.Duration) / float64(p.Work) * float64(work))
	p.Work = work
}

// other is a second stream of numbers, so that Plans' stays as documented.
func other(seed uint64) splitMix { return splitMix(seed ^ 0x5ca1ab1e) }

// bimodal: three quarters are quick previews of 3-7 s, the rest books of 90-270 s.
func bimodal(r *splitMix) float64 {
	if r.u() < 0.75 {
		return 3 + 4*r.u()
	}
	return 90 + 180*r.u()
}

// pareto has the infinite variance (α = 1.1) of a day with one enormous job, cut
// to an hour.
func pareto(r *splitMix) float64 { return min(3*math.Pow(1-r.u(), -1/1.1), 3600) }

func shuffled(plans []Plan) []Life {
	r := other(uint64(len(plans)))
	order := make([]int, len(plans))
	for i := range order {
		j := r.intn(i + 1)
		order[i] = order[j]
		order[j] = i
	}
	return queue(plans, order)
}

func lastInFirstOut(plans []Plan) []Life {
	order := make([]int, len(plans))
	for i := range order {
		order[i] = len(plans) - 1 - i
	}
	return queue(plans, order)
}

// interleaved has the even and the odd jobs belong to two customers, each with a
// queue and half of the workers: a job's next in line is not its neighbour.
func interleaved(plans []Plan) []Life {
	lives := AllAtOnce(plans)
	var batches [2][]int
	for i := range lives {
		batches[i%2] = append(batches[i%2], i)
	}
	for _, batch := range batches {
		runQueue(lives, batch, max(2, Workers(len(plans))/2))
	}
	return lives
}

// arriving submits the jobs one by one, at random moments, as fast as keeps the
// workers nine tenths busy.
func arriving(plans []Plan) []Life {
	lives := AllAtOnce(plans)
	var work, at time.Duration
	for i := range plans {
		work += plans[i].Duration
	}
	gap := work.Seconds() / float64(max(1, len(plans))*Workers(len(plans))) / 0.9
	order := make([]int, len(plans))
	r := other(uint64(len(plans)))
	for i := range lives {
		lives[i].Submitted = at
		order[i] = i
		at += seconds(gap * r.exp())
	}
	runQueue(lives, order, Workers(len(plans)))
	return lives
}

// paused is first in first out with the whole service standing still for 2 minutes.
func paused(seed uint64, n int) []Life {
	lives := AllAtOnce(Plans(seed, n))
	order := make([]int, n)
	for i := range lives {
		lives[i].Pause = Pause{From: time.Minute, Until: 3 * time.Minute}
		order[i] = i
	}
	runQueue(lives, order, Workers(n))
	return lives
}

func allStalling(seed uint64, n int) []Life {
	plans := Plans(seed, n)
	for i := range plans {
		plans[i].Type = Stalled
	}
	return FirstInFirstOut(plans)
}
