package simtest

import (
	"math"
	"slices"
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
		{"all at once", start(allAtOnce)},
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
		{"pause of the whole service", start(paused)},
		{"all stalling", start(allStalling)},
		{"tiny jobs", lasting(func(r *sim.Random) float64 { return 0.2 + 0.8*r.Float64() })},
		{"hour-long jobs", lasting(func(r *sim.Random) float64 { return 1800 + 3600*r.Float64() })},
	}
}

// Discipline places lives that start at once: it decides when each of them starts.
type Discipline func([]sim.Life) []sim.Life

func start(d Discipline) func(uint64, int) []sim.Life {
	return func(seed uint64, n int) []sim.Life { return d(sim.Lives(seed, n)) }
}

func allAtOnce(lives []sim.Life) []sim.Life { return lives }

// OwnWaits starts each job after a wait of its own, 20 s on average.
func OwnWaits(lives []sim.Life) []sim.Life {
	for i := range lives {
		lives[i].StartAt(seconds(20 * lives[i].Wait))
	}
	return lives
}

// FirstInFirstOut runs one job in 40 at a time, 4 at least, in their order.
func FirstInFirstOut(lives []sim.Life) []sim.Life { return queue(lives, func([]int) {}) }

// Workers returns how many of n jobs run at a time.
func Workers(n int) int { return max(4, n/40) }

// queue has workers take the jobs in their order, changed by arrange.
func queue(lives []sim.Life, arrange func(order []int)) []sim.Life {
	order := make([]int, len(lives))
	for i := range order {
		order[i] = i
	}
	arrange(order)
	sim.Queue(lives, order, Workers(len(lives)))
	return lives
}

func seconds(s float64) time.Duration { return time.Duration(math.Round(s * 1e9)) }

// lasting is first in, first out with other durations, in seconds.
func lasting(draw func(*sim.Random) float64) func(uint64, int) []sim.Life {
	return func(seed uint64, n int) []sim.Life {
		lives, r := sim.Lives(seed, n), sim.OtherRandom(seed)
		for i := range lives {
			lives[i].Stretch(seconds(draw(&r)))
		}
		return FirstInFirstOut(lives)
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

func shuffled(lives []sim.Life) []sim.Life {
	return queue(lives, func(order []int) {
		r := sim.OtherRandom(uint64(len(order)))
		for i := range order {
			j := r.IntN(i + 1)
			order[i], order[j] = order[j], order[i]
		}
	})
}

func lastInFirstOut(lives []sim.Life) []sim.Life { return queue(lives, slices.Reverse[[]int]) }

// interleaved gives the even and the odd jobs a queue each, with half of the workers: the next
// in a queue is not the next in the batch.
func interleaved(lives []sim.Life) []sim.Life {
	var batches [2][]int
	for i := range lives {
		batches[i%2] = append(batches[i%2], i)
	}
	for _, batch := range batches {
		sim.Queue(lives, batch, max(2, Workers(len(lives))/2))
	}
	return lives
}

// arriving submits the jobs one by one, at random moments, as fast as keeps the
// workers nine tenths busy.
func arriving(lives []sim.Life) []sim.Life {
	var work, at time.Duration
	for i := range lives {
		work += lives[i].Duration
	}
	gap := work.Seconds() / float64(max(1, len(lives))*Workers(len(lives))) / 0.9
	r := sim.OtherRandom(uint64(len(lives)))
	for i := range lives {
		lives[i].Submitted = at
		at += seconds(gap * r.Exp())
	}
	return FirstInFirstOut(lives)
}

// paused is first in first out with the whole service standing still for 2 minutes.
func paused(lives []sim.Life) []sim.Life {
	for i := range lives {
		lives[i].Pause = sim.Pause{From: time.Minute, Until: 3 * time.Minute}
	}
	return FirstInFirstOut(lives)
}

func allStalling(lives []sim.Life) []sim.Life {
	for i := range lives {
		lives[i].Type = sim.Stalled
	}
	return FirstInFirstOut(lives)
}
