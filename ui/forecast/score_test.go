package forecast

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"example.com/jobwatch/poller/sim"
)

// score gathers how forecasts of one kind came true.
type score struct {
	asked, known, overdue, held int
	errors                      []float64
	widths                      []float64 // high over low
}

func (s *score) judge(e Estimate, truth time.Duration) {
	s.asked++
	if e.Overdue {
		s.overdue++
	}
	if !e.Known {
		return
	}
	s.known++
	if e.Low <= truth && truth <= e.High {
		s.held++
	}
	s.errors = append(s.errors, math.Abs(float64(e.Mid-truth))/float64(truth))
	s.widths = append(s.widths, float64(e.High)/max(float64(e.Low), float64(time.Second)))
}

func median(v []float64) float64 {
	if len(v) == 0 {
		return math.NaN()
	}
	slices.Sort(v)
	return v[len(v)/2]
}

func share(a, b int) float64 {
	if b == 0 {
		return math.NaN()
	}
	return float64(a) / float64(b)
}

// calibration is the scores of one way of starting, over all its seeds.
type calibration struct {
	half    map[sim.Type]*score // work left, at half of each job's life
	life    score               // the same at nine moments spread over each life
	clock   score               // the same at moments spread evenly over time: what a watcher sees
	wait    score               // until the start, at half of the wait
	ready   score               // until the end, at half of the wait
	batch   score               // until the last is ready, at nine moments of the batch's life
	stalled map[sim.Type]*score // known: those flagged at some time, of those that stood for over a minute or never
}

func newCalibration() *calibration {
	c := &calibration{half: map[sim.Type]*score{}, stalled: map[sim.Type]*score{}}
	for _, t := range []sim.Type{sim.Linear, sim.Stepped, sim.Silent, sim.Stalled} {
		c.half[t], c.stalled[t] = &score{}, &score{}
	}
	return c
}

func (c *calibration) allHalf() *score {
	var all score
	for _, s := range c.half {
		all.asked += s.asked
		all.known += s.known
		all.held += s.held
		all.overdue += s.overdue
		all.errors = append(all.errors, s.errors...)
		all.widths = append(all.widths, s.widths...)
	}
	return &all
}

func (c *calibration) table(name string) string {
	var b strings.Builder
	row := func(what string, s *score) {
		if s.asked > 0 {
			fmt.Fprintf(&b, "%-18s  %-28s %6d %6.0f%% %7.0f%% %8.0f%% %8.0f%% %7.1fx\n", name, what, s.asked,
				100*share(s.known, s.asked), 100*share(s.overdue, s.asked), 100*median(s.errors), 100*share(s.held, s.known), median(s.widths))
		}
	}
	row("half of life, linear", c.half[sim.Linear])
	row("half of life, stepped", c.half[sim.Stepped])
	row("half of life, no progress", c.half[sim.Silent])
	row("half of life, stalling", c.half[sim.Stalled])
	row("half of life, all", c.allHalf())
	row("nine moments of each life", &c.life)
	row("every 13 s of running", &c.clock)
	row("half of wait: the start", &c.wait)
	row("half of wait: the end", &c.ready)
	row("batch, nine moments", &c.batch)
	fmt.Fprintf(&b, "%-18s  flagged as stalled: %.0f%% of those that stood for 2 min, %.1f%% of linear, %.1f%% of stepped\n", name,
		100*share(c.stalled[sim.Stalled].known, c.stalled[sim.Stalled].asked),
		100*share(c.stalled[sim.Linear].known, c.stalled[sim.Linear].asked),
		100*share(c.stalled[sim.Stepped].known, c.stalled[sim.Stepped].asked))
	return b.String()
}
