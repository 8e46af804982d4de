package poller

import (
	"cmp"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/sim"
	"example.com/jobwatch/poller/sim/simtest"
)

// trial is a run of the scheduler over a workload, on a clock of its own: no
// goroutines, no waiting, and the same outcome every time.
type trial struct {
	lives       []sim.Life
	cost        float64 // λ; 0: the policy's own
	rate        float64 // requests/s; 0: no cap
	burst       float64 // 0: strictly paced
	latency     float64 // seconds from question to answer, 0: 0.1. The server looks at half of it
	concurrency int     // 0: no limit
	rows        int     // so many unfinished jobs, the first in line, are on the screen

	// fault tells what goes wrong with a request, nil if nothing.
	fault func(now float64) *job.Problem
}

// outcome is what came of a trial.
type outcome struct {
	jobs     int
	requests int
	failed   int
	delays   []float64 // from each job's true end to the report, sorted
	mean     float64
	stalest  float64 // the longest that a live job went unheard
	rowAge   float64 // the mean age of what visible rows show
	barError float64 // the mean error of their bars
	aheadBar float64 // of those that are drawn ahead of the answers, the others left out
	heldBar  float64 // of all of them if they were drawn as they came
	sent     []float64
	good     []float64 // when good answers came
	types    [4]byType
}

type byType struct {
	jobs, requests int
	delay          float64
}

func (o *outcome) perJob() float64 { return float64(o.requests) / float64(o.jobs) }

func (o *outcome) quantile(q float64) float64 {
	return o.delays[min(len(o.delays)-1, int(q*float64(len(o.delays))))]
}

func (o *outcome) sum() *outcome {
	slices.Sort(o.delays)
	for _, d := range o.delays {
		o.mean += d / float64(len(o.delays))
	}
	return o
}

// run drives the schedule as Run does, one event after another.
func (t trial) run() *outcome {
	t.latency = cmp.Or(t.latency, 0.1)
	s := newSchedule(cmp.Or(t.rate, math.Inf(1)), max(1, t.burst), cmp.Or(t.concurrency, math.MaxInt), rand.New(rand.NewPCG(1, 2)))
	s.service.cost = cmp.Or(t.cost, cost)
	o := &outcome{jobs: len(t.lives)}
	scr := screen{trial: &t, schedule: s, next: math.Inf(1), drawn: map[job.ID]float64{}}
	if t.rows > 0 {
		scr.next = 1
	}
	type flight struct {
		job  *entry
		sent float64
	}
	var flights []flight // all take equally long
	now, submitted, left := 0.0, 0, len(t.lives)
	for left > 0 {
		submitted = t.submit(s, now, submitted)
		e, at := s.next(now)
		if e != nil {
			o.requests++
			o.sent = append(o.sent, now)
			flights = append(flights, flight{e, now})
			continue
		}
		if at <= now {
			panic("the schedule asks for the past")
		}
		if submitted < len(t.lives) {
			at = min(at, t.lives[submitted].Submitted.Seconds()+1e-9)
		}
		at = min(at, scr.next)
		if len(flights) > 0 && flights[0].sent+t.latency <= at {
			f := flights[0]
			flights = flights[1:]
			now = f.sent + t.latency
			if t.land(s, o, f.job, f.sent, now) {
				left--
			}
			continue
		}
		now = at
		scr.look(now, o)
	}
	scr.sum(o)
	return o.sum()
}

// submit tracks what was submitted by now.
func (t *trial) submit(s *schedule, now float64, from int) int {
	to := from
	for to < len(t.lives) && t.lives[to].Submitted.Seconds() <= now {
		to++
	}
	s.track(now, batchOf(from, to-from, now))
	return to
}

// batchOf returns n new jobs.
func batchOf(from, n int, now float64) []*entry {
	batch := make([]*entry, n)
	for i := range batch {
		batch[i] = &entry{Tracked: Tracked{ID: idOf(from + i)}}
		batch[i].last = now
	}
	return batch
}

func idOf(i int) (id job.ID) {
	binary.BigEndian.PutUint32(id[:], uint32(i)) //nolint:gosec // an index, far below 2^32
	return id
}

func indexOf(e *entry) int { return int(binary.BigEndian.Uint32(e.ID[:])) }

// land brings a request's answer, and reports whether it ended the job.
func (t *trial) land(s *schedule, o *outcome, e *entry, sent, now float64) bool {
	l := &t.lives[indexOf(e)]
	seen := sent + t.latency/2
	if t.fault != nil {
		if p := t.fault(seen); p != nil {
			o.failed++
			s.answered(sent, now, e, &job.Answer{}, p)
			return false
		}
	}
	o.good = append(o.good, now)
	o.types[l.Type].requests++
	var a job.Answer
	a.Status, a.Progress = l.At(time.Duration(seen * 1e9))
	before := e.contact
	if !e.hasAnswer() {
		before = l.Submitted.Seconds()
	}
	s.answered(sent, now, e, &a, nil)
	o.stalest = max(o.stalest, e.contact-before)
	if !e.End.Finished() {
		return false
	}
	delay := now - l.End.Seconds()
	o.delays = append(o.delays, delay)
	o.types[l.Type].jobs++
	o.types[l.Type].delay += delay
	return true
}

// screen looks at its rows once a second, as a person would.
type screen struct {
	*trial
	schedule           *schedule
	next               float64
	drawn              map[job.ID]float64
	looks, bars, ahead float64
}

func (s *screen) look(now float64, o *outcome) {
	if now < s.next {
		return
	}
	s.next++
	var ids []job.ID
	for i := range s.lives {
		id := idOf(i)
		e := s.schedule.jobs[id]
		if e == nil || e.End.Finished() {
			continue
		}
		if ids = append(ids, id); len(ids) > s.rows {
			break
		}
		s.row(now, e, o)
	}
	s.schedule.setVisible(ids[:min(len(ids), s.rows)])
}

func (s *screen) row(now float64, e *entry, o *outcome) {
	s.looks++
	o.rowAge += now - e.contact
	status, truth := s.lives[indexOf(e)].At(time.Duration(now * 1e9))
	if !e.running || e.progress < 0 || status != job.Processing {
		return
	}
	s.bars++
	r := job.Report{
		Answer:   job.Answer{Status: job.Processing, Progress: job.Progress(e.progress)},
		Answered: time.Unix(0, int64(e.last*1e9)),
		Speed:    e.drawableSpeed(),
	}
	bar := max(float64(r.ProgressAt(time.Unix(0, int64(now*1e9)))), s.drawn[e.ID]) // never backwards
	s.drawn[e.ID] = bar
	o.barError += math.Abs(bar - float64(truth))
	o.heldBar += math.Abs(e.progress - float64(truth))
	if r.Speed > 0 {
		s.ahead++
		o.aheadBar += math.Abs(bar - float64(truth))
	}
}

func (s *screen) sum(o *outcome) {
	if s.looks > 0 {
		o.rowAge /= s.looks
		o.barError /= s.bars
		o.heldBar /= s.bars
		o.aheadBar /= s.ahead
	}
}

// outage is a trial in which the host fails for a while.
type outage struct {
	name        string
	rate        float64
	from, until float64
	fault       func(now float64) *job.Problem
}

func outages() []outage {
	fails := func(p job.Problem) func(float64) *job.Problem {
		return func(float64) *job.Problem { return &p }
	}
	return []outage{
		{"503 for 60 s", 10, 300, 360, fails(job.Problem{Kind: job.Trouble, Code: 503})},
		{"503, Retry-After 10, for 60 s", 10, 300, 360, fails(job.Problem{Kind: job.RateLimited, Code: 503, RetryAfter: 10 * time.Second})},
		{"refused for 10 min", 10, 300, 900, fails(job.Problem{Kind: job.Unreachable})},
		{"429, Retry-After 30, for 60 s", 10, 300, 360, fails(job.Problem{Kind: job.RateLimited, Code: 429, RetryAfter: 30 * time.Second})},
		{"the error scenario, at 20/s", 20, 0, math.Inf(1), errorScenario()},
	}
}

// errorScenario is trouble now and then, an outage, and a host that
// allows less than the budget.
func errorScenario() func(now float64) *job.Problem {
	r := rand.New(rand.NewPCG(3, 4))
	tokens, filled := 10.0, 600.0
	return func(now float64) *job.Problem {
		switch {
		case now >= 300 && now < 345:
			return &job.Problem{Kind: job.RateLimited, Code: 503, RetryAfter: 10 * time.Second}
		case now >= 600 && now < 900:
			tokens = min(10, tokens+5*(now-filled))
			filled = now
			if tokens < 1 {
				return &job.Problem{Kind: job.RateLimited, Code: 429, RetryAfter: time.Second}
			}
			tokens--
		}
		if r.Float64() < 0.02 {
			return &job.Problem{Kind: job.Trouble, Code: 500}
		}
		return nil
	}
}

func (x outage) run() *outcome {
	return trial{
		lives: simtest.FirstInFirstOut(sim.Lives(1, 1000)),
		rate:  x.rate, burst: x.rate, concurrency: DefaultConcurrency,
		fault: func(now float64) *job.Problem {
			if now < x.from || now >= x.until {
				return nil
			}
			return x.fault(now)
		},
	}.run()
}

func between(times []float64, from, until float64) []float64 {
	first, _ := slices.BinarySearch(times, from)
	last, _ := slices.BinarySearch(times, until)
	return times[first:last]
}

// crowd returns the most of the times within a span.
func crowd(times []float64, span float64) (most int) {
	for i, t := range times {
		first := i
		for first > 0 && t-times[first-1] < span {
			first--
		}
		most = max(most, i-first+1)
	}
	return most
}
