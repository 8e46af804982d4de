package poller

import (
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"testing"
	"text/tabwriter"

	"example.com/jobwatch/poller/sim"
	"example.com/jobwatch/poller/sim/simtest"
)

// BenchmarkPolicy prints what the policy reaches, beside what others do on the same
// jobs. Its figures are simulated, and the same on every machine:
//
//	go test -run '^$' -bench Policy -benchtime 1x ./poller
func BenchmarkPolicy(b *testing.B) {
	for range b.N {
		w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
		printUncapped(w)
		printUnfamiliar(w)
		printBudgeted(w)
		printLambda(w)
		printScreen(w)
		printOutages(w)
		_ = w.Flush()
	}
}

const head = "\tmean\tp50\tp95\tp99\trequests/job\tstalest\tdelay share\trequest share\t\n"

// average is the mean over seeds of what trials came to.
type average struct {
	requests, mean, p50, p95, p99, stalest float64
}

func over(outcomes []*outcome) (a average) {
	n := float64(len(outcomes))
	for _, o := range outcomes {
		a.requests += o.perJob() / n
		a.mean += o.mean / n
		a.p50 += o.quantile(0.5) / n
		a.p95 += o.quantile(0.95) / n
		a.p99 += o.quantile(0.99) / n
		a.stalest = max(a.stalest, o.stalest)
	}
	return a
}

func (a average) print(w io.Writer, name string) {
	_, _ = fmt.Fprintf(w, "%s\t%.2f\t%.2f\t%.2f\t%.2f\t%.2f\t%.0f\t", name, a.mean, a.p50, a.p95, a.p99, a.requests, a.stalest)
}

// seedsOf is a workload drawn five times; small ones more often, for chance would
// speak louder than the policy.
func seedsOf(w simtest.Workload, n int) [][]sim.Life {
	seeds := make([][]sim.Life, max(5, 1000/n))
	for i := range seeds {
		seeds[i] = w.Make(uint64(i+1), n)
	}
	return seeds
}

func each(seeds [][]sim.Life, run func([]sim.Life) *outcome) average {
	var all []*outcome
	for _, lives := range seeds {
		all = append(all, run(lives))
	}
	return over(all)
}

// compared adds the shares of the best fixed interval's figures.
func (a average) compared(w io.Writer, seeds [][]sim.Life) {
	d, r := against(seeds, a.requests, a.mean)
	_, _ = fmt.Fprintf(w, "%.3f\t%.3f\t\n", d, r)
}

func ours(t trial) func([]sim.Life) *outcome {
	return func(lives []sim.Life) *outcome {
		t.lives = lives
		return t.run()
	}
}

func printUncapped(w io.Writer) {
	for _, n := range []int{10, 1000, 20000} {
		for _, wl := range simtest.Familiar() {
			seeds := seedsOf(wl, n)
			if n > 1000 {
				seeds = seeds[:1]
			}
			_, _ = fmt.Fprintf(w, "%d jobs, %s, no cap%s", n, wl.Name, head)
			a := each(seeds, ours(trial{}))
			a.print(w, "jobwatch")
			a.compared(w, seeds)
			slow := each(seeds, ours(trial{latency: 1, concurrency: 64}))
			slow.print(w, "jobwatch, latency 1 s, 64 at once")
			_, _ = fmt.Fprint(w, "\t\t\n")
			if n > 1000 {
				continue
			}
			for _, r := range rivals() {
				a := each(seeds, func(l []sim.Life) *outcome { return alone(l, r, 0.1) })
				a.print(w, r.name)
				a.compared(w, seeds)
			}
			average{1, 0.05, 0.05, 0.05, 0.05, math.NaN()}.print(w, "perfect foresight") // of every end, to poll once
			_, _ = fmt.Fprint(w, "\t\t\n")
		}
	}
}

func printUnfamiliar(w io.Writer) {
	_, _ = fmt.Fprintf(w, "1000 jobs, no cap%s", head)
	for _, wl := range simtest.Unfamiliar() {
		seeds := seedsOf(wl, 1000)
		a := each(seeds, ours(trial{}))
		a.print(w, wl.Name)
		a.compared(w, seeds)
	}
}

func printBudgeted(w io.Writer) {
	_, _ = fmt.Fprint(w, "under a budget\tmean\tp99\trequests/job\tstalest\tfixed 3 s: mean\tp99\tshare\t\n")
	for _, n := range []int{10, 1000, 20000} {
		for _, rate := range []float64{1, 5, 10, 20, 50} {
			if float64(n)/rate > 1000 {
				continue
			}
			for _, wl := range simtest.Familiar() {
				seeds := seedsOf(wl, n)
				if n > 1000 {
					seeds = seeds[:3]
				}
				a := each(seeds, ours(trial{rate: rate, concurrency: 8}))
				f := each(seeds, func(l []sim.Life) *outcome { return queued(l, 3, rate, 0.1) })
				_, _ = fmt.Fprintf(w, "%d %s at %g/s\t%.2f\t%.1f\t%.2f\t%.0f\t%.2f\t%.1f\t%.2f\t\n",
					n, wl.Name, rate, a.mean, a.p99, a.requests, a.stalest, f.mean, f.p99, a.mean/f.mean)
			}
		}
	}
}

func printLambda(w io.Writer) {
	_, _ = fmt.Fprintf(w, "1000 jobs, all at once%s", head)
	seeds := seedsOf(simtest.Familiar()[0], 1000)
	for _, lambda := range []float64{0.02, 0.03, 0.04, 0.05, 0.07, 0.1, 0.2} {
		a := each(seeds, ours(trial{cost: lambda}))
		a.print(w, fmt.Sprintf("a request worth %g s", lambda))
		a.compared(w, seeds)
		silent, best := silentCost(seeds, lambda), optimum(lambda, 0.1)
		_, _ = fmt.Fprintf(w, "  cost without progress\t%.3f\tthe optimum's\t%.3f\tshare\t%.3f\t\t\t\t\n", silent, best, silent/best)
	}
}

// silentCost returns the joint cost of delay and requests for jobs without progress.
func silentCost(seeds [][]sim.Life, lambda float64) (sum float64) {
	for _, lives := range seeds {
		o := trial{lives: lives, cost: lambda}.run().types[sim.Silent]
		sum += (o.delay + lambda*float64(o.requests)) / float64(o.jobs) / float64(len(seeds))
	}
	return sum
}

// screenTrial is what thirty rows on the screen see of a thousand jobs.
func screenTrial(seed uint64) trial {
	return trial{
		lives: simtest.FirstInFirstOut(sim.Lives(seed, 1000)),
		rate:  20, concurrency: 8, rows: 30,
	}
}

func printScreen(w io.Writer) {
	_, _ = fmt.Fprint(w, "30 rows of 1000 jobs on the screen, at 20/s\tage\tbars' error\tdrawn ahead\tif none were\tdelay\t\n")
	for seed := uint64(1); seed <= 5; seed++ {
		o := screenTrial(seed).run()
		_, _ = fmt.Fprintf(w, "seed %d\t%.2f s\t%.4f\t%.4f\t%.4f\t%.2f s\t\n", seed, o.rowAge, o.barError, o.aheadBar, o.heldBar, o.mean)
	}
}

func printOutages(w io.Writer) {
	_, _ = fmt.Fprint(w, "1000 jobs first in first out\tfailed\tmean delay\trequests during\tgood after\tpeak then\tat once\t\n")
	for _, x := range outages() {
		o := x.run()
		_, _ = fmt.Fprintf(w, "%s\t%d\t%.2f s\t", x.name, o.failed, o.mean)
		if !math.IsInf(x.until, 1) {
			during, recovery := between(o.sent, x.from, x.until), between(o.good, x.until, math.Inf(1))[0]-x.until
			peak, probes := crowd(between(o.sent, x.until, x.until+30), 1), crowd(between(o.sent, x.from+2, x.until), 0.1)
			_, _ = fmt.Fprintf(w, "%d\t%.2f s\t%d/s\t%d\t", len(during), recovery, peak, probes)
		}
		_, _ = fmt.Fprintln(w)
	}
}

// The figures that the policy is held to. Simulated ones are the same on every
// machine, so these are exact; BenchmarkPolicy prints them all.

// Unfamiliar workloads are to be no worse than a fixed interval.
func TestAnswersCostHalfOfAFixedIntervals(t *testing.T) {
	type goal struct{ delay, requests, p99 float64 }
	goals := map[string]goal{
		"all at once":        {0.43, 0.46, 4.0},
		"own waits":          {0.40, 0.41, 4.5},
		"first in first out": {0.06, 0.06, 4.5},
	}
	for _, wl := range slices.Concat(simtest.Familiar(), simtest.Unfamiliar()) {
		goal, seeds := goal{0.6, 0.65, math.Inf(1)}, seedsOf(wl, 100)[:2]
		if familiar, ok := goals[wl.Name]; ok {
			goal, seeds = familiar, seedsOf(wl, 1000)
		}
		a := each(seeds, ours(trial{}))
		d, r := against(seeds, a.requests, a.mean)
		if d > goal.delay || r > goal.requests || a.p99 > goal.p99 {
			t.Errorf("%s: %.3f of the delay at equal requests, %.3f of the requests at equal delay, p99 %.2f s; want at most %+v", wl.Name, d, r, a.p99, goal)
		}
		if a.stalest > 61 {
			t.Errorf("%s: a live job went unheard for %.0f s", wl.Name, a.stalest)
		}
	}
}

func TestSteadyBarsNeedHardlyAnyLooks(t *testing.T) {
	var linear [][]sim.Life
	var jobs, requests, delay float64
	for _, lives := range seedsOf(simtest.Familiar()[0], 1000) {
		o := trial{lives: lives}.run().types[sim.Linear]
		jobs, requests, delay = jobs+float64(o.jobs), requests+float64(o.requests), delay+o.delay
		linear = append(linear, slices.DeleteFunc(lives, func(l sim.Life) bool { return l.Type != sim.Linear }))
	}
	if d, _ := against(linear, requests/jobs, delay/jobs); d > 0.16 {
		t.Errorf("%.3f of a fixed interval's delay at equal requests, want at most 0.16", d)
	}
}

func TestWithoutProgressItIsAsGoodAsCanBe(t *testing.T) {
	const lambda = 0.1
	total, best := silentCost(seedsOf(simtest.Familiar()[0], 1000), lambda), optimum(lambda, 0.1)
	if total > 1.02*best {
		t.Errorf("cost %.3f, the optimum's is %.3f", total, best)
	}
}

func TestAQueueIsFollowedUnderABudget(t *testing.T) {
	for _, c := range []struct {
		jobs int
		rate float64
		mean float64 // seconds
	}{
		{1000, 5, 3.5},
		{1000, 10, 1.3}, // a fixed 3 s: 26
		{1000, 20, 1.0},
		{20000, 50, 9},
	} {
		o := trial{lives: simtest.FirstInFirstOut(sim.Lives(1, c.jobs)), rate: c.rate, concurrency: 8}.run()
		if o.mean > c.mean {
			t.Errorf("%d jobs at %g/s: %.2f s on average, want at most %.2f", c.jobs, c.rate, o.mean, c.mean)
		}
	}
}

func TestATooSmallBudgetIsSharedAsWellAsByTurns(t *testing.T) {
	for _, rate := range []float64{1, 5, 20, 50} {
		lives := sim.Lives(1, 1000)
		o, f := trial{lives: lives, rate: rate, concurrency: 8}.run(), queued(lives, 3, rate, 0.1)
		if o.mean > 1.05*f.mean {
			t.Errorf("at %g/s: %.1f s on average, by turns %.1f s", rate, o.mean, f.mean)
		}
	}
}

func TestRowsOnTheScreenAreFresh(t *testing.T) {
	o := screenTrial(1).run()
	if o.rowAge > 2.6 || o.aheadBar > 0.017 || o.barError > 0.026 || o.barError > o.heldBar {
		t.Errorf("rows are %.2f s old; bars are wrong by %.4f, those drawn ahead by %.4f, and would be by %.4f as they came",
			o.rowAge, o.barError, o.aheadBar, o.heldBar)
	}
}

func TestErrorsCostLittle(t *testing.T) {
	x := outages()[4]
	if o := x.run(); o.failed > 400 || o.mean > 3 {
		t.Errorf("%d requests failed, and the mean delay was %.2f s", o.failed, o.mean)
	}
}
