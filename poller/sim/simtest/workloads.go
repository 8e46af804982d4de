package simtest

import (
	"math"
	"time"

	"example.com/jobwatch/poller/sim"
)

// Workload is a named way to make n lives from a seed.
type Workload struct {
	Name string
	Make func(seed uint64, n int) []sim.Life
}

// Familiar returns the workloads that the polling policy was designed on.
func Familiar() []Workload {
	return []Workload{
		{"all at once", start(sim.AllAtOnce)},
		{"own waits", start(OwnWaits)},
		{"first in first out", start(FirstInFirstOut)},
	}
}

// Unfamiliar returns workloads that the policy was not designed on, and on which it must be
// no worse than a fixed interval.
func Unfamiliar() []Workload {
	return []Workload{
		{"shuffled starts", start(shuffled)},
		{"last in first out", start(lastInFirstOut)},
		{"two interleaved batches", start(interleaved)},
		{"narrow durations", lasting(func(r *sim.Random) float64 { return 20 * math.Exp(0.1*r.Norm()) })},
		{"bimodal durations", lasting(bimodal)},
		{"Pareto tail", lasting(pareto)},
		{"arrivals over time", start(arriving)},
		{"pause of the whole service", paused},
		{"all stalling", allStalling},
		{"tiny jobs", lasting(func(r *sim.Random) float64 { return 0.2 + 0.8*r.Float64() })},
		{"hour-long jobs", lasting(func(r *sim.Random) float64 { return 1800 + 3600*r.Float64() })},
	}
}

// Discipline decides when each job of a workload starts.
type Discipline func([]sim.Plan) []sim.Life

// OwnWaits starts each job after a wait of its own, 20 s on average.
func OwnWaits(plans []sim.Plan) []sim.Life {
	lives := sim.AllAtOnce(plans)
	for i := range lives {
		l := &lives[i]
		l.Start = seconds(20 * l.Wait)
		l.End = l.Start + l.Duration
	}
	return lives
}

// FirstInFirstOut runs one job in 40 at a time, 4 at least, in their order.
func FirstInFirstOut(plans []sim.Plan) []sim.Life {
	order := make([]int, len(plans))
	for i := range order {
		order[i] = i
	}
	return queue(plans, order)
}

// Workers returns how many of n jobs run at a time.
func Workers(n int) int { return max(4, n/40) }

// queue has workers take the jobs in the given order.
func queue(plans []sim.Plan, order []int) []sim.Life {
	lives := sim.AllAtOnce(plans)
	sim.Queue(lives, order, Workers(len(order)))
	return lives
}

func seconds(s float64) time.Duration { return time.Duration(math.Round(s * 1e9)) }

func start(d Discipline) func(uint64, int) []sim.Life {
	return func(seed uint64, n int) []sim.Life { return d(sim.Plans(seed, n)) }
}

// lasting is first in, first out with other durations, in seconds. All other draws stay as
// they are.
func lasting(draw func(*sim.Random) float64) func(uint64, int) []sim.Life {
	return func(seed uint64, n int) []sim.Life {
		plans, r := sim.Plans(seed, n), sim.OtherRandom(seed)
		for i := range plans {
			plans[i].Stretch(seconds(draw(&r)))
		}
		return FirstInFirstOut(plans)
	}
}

// bimodal: three quarters are quick previews of 3-7 s, the rest books of 90-270 s.
func bimodal(r *sim.Random) float64 {
	if r.Float64() < 0.75 {
		return 3 + 4*r.Float64()
	}
	return 90 + 180*r.Float64()
}

// pareto has the infinite variance (α = 1.1) of a day with one enormous job, cut
// to an hour.
func pareto(r *sim.Random) float64 { return min(3*math.Pow(1-r.Float64(), -1/1.1), 3600) }

func shuffled(plans []sim.Plan) []sim.Life {
	r := sim.OtherRandom(uint64(len(plans)))
	order := make([]int, len(plans))
	for i := range order {
		j := r.IntN(i + 1)
		order[i] = order[j]
		order[j] = i
	}
	return queue(plans, order)
}

func lastInFirstOut(plans []sim.Plan) []sim.Life {
	order := make([]int, len(plans))
	for i := range order {
		order[i] = len(plans) - 1 - i
	}
	return queue(plans, order)
}

// interleaved gives the even and the odd jobs a queue each, with half of the workers: the next
// in a queue is not the next in the batch.
func interleaved(plans []sim.Plan) []sim.Life {
	lives := sim.AllAtOnce(plans)
	var batches [2][]int
	for i := range lives {
		batches[i%2] = append(batches[i%2], i)
	}
	for _, batch := range batches {
		sim.Queue(lives, batch, max(2, Workers(len(plans))/2))
	}
	return lives
}

// arriving submits the jobs one by one, at random moments, as fast as keeps the
// workers nine tenths busy.
func arriving(plans []sim.Plan) []sim.Life {
	lives := sim.AllAtOnce(plans)
	var work, at time.Duration
	for i := range plans {
		work += plans[i].Duration
	}
	gap := work.Seconds() / float64(max(1, len(plans))*Workers(len(plans))) / 0.9
	order := make([]int, len(plans))
	r := sim.OtherRandom(uint64(len(plans)))
	for i := range lives {
		lives[i].Submitted = at
		order[i] = i
		at += seconds(gap * r.Exp())
	}
	sim.Queue(lives, order, Workers(len(plans)))
	return lives
}

// paused is first in first out with the whole service standing still for 2 minutes.
func paused(seed uint64, n int) []sim.Life {
	lives := sim.AllAtOnce(sim.Plans(seed, n))
	order := make([]int, n)
	for i := range lives {
		lives[i].Pause = sim.Pause{From: time.Minute, Until: 3 * time.Minute}
		order[i] = i
	}
	sim.Queue(lives, order, Workers(n))
	return lives
}

func allStalling(seed uint64, n int) []sim.Life {
	plans := sim.Plans(seed, n)
	for i := range plans {
		plans[i].Type = sim.Stalled
	}
	return FirstInFirstOut(plans)
}
