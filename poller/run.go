package poller

import (
	"context"
	"errors"
	"sync"
	"time"

	"example.com/jobwatch/poller/api"
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/panics"
)

const (
	clockJump         = 5 * time.Second // between wall and monotonic clock: the machine was suspended
	minUpdateInterval = 0.05            // seconds between two updates: 20 a second
	wakeInterval      = 1.0             // seconds between looks at the clocks and the figures
)

// moment is one point in time on both clocks.
type moment struct {
	now  float64 // the schedule's: monotonic seconds
	wall time.Time
}

// toSchedule converts a wall time to the schedule's clock.
func (m moment) toSchedule(t time.Time) float64 { return m.now - m.wall.Sub(t).Seconds() }

// toWall converts a time of the schedule's clock to a wall time.
func (m moment) toWall(now float64) time.Time { return m.wall.Add(duration(now - m.now)) }

func (p *Poller) now() float64 { return time.Since(p.epoch).Seconds() }

func (p *Poller) moment() moment { return moment{p.now(), p.wallClock().Round(0)} }

// Run polls until ctx ends, and returns when everything that it started has stopped: nil, or
// a [panics.Error]. It may be called once.
func (p *Poller) Run(ctx context.Context) (err error) {
	defer close(p.done)
	defer close(p.updates)
	defer panics.Into(func(e *panics.Error) { err = e })
	var workers sync.WaitGroup
	defer workers.Wait()
	defer close(p.requests)
	for range cap(p.requests) { // their stacks have grown to what HTTP needs, which new ones would have to
		workers.Go(func() {
			for request := range p.requests {
				request()
			}
		})
	}
	var requests context.Context
	requests, p.cancel = context.WithCancel(ctx)
	defer func() { p.cancel() }()
	timer := time.NewTimer(0)
	for {
		if p.checkSuspend() {
			p.cancel()
			requests, p.cancel = context.WithCancel(ctx) //nolint:fatcontext // a new one of ctx, not of the last one
		}
		m := p.moment()
		wake := p.dispatch(requests, m.now)
		p.watcher.update(m, p.schedule)
		var out chan Update
		switch {
		case len(p.reports) == 0 && !worthSending(p.lastHost, p.watcher.host):
		case p.updateAt <= m.now:
			out = p.updates
		default:
			wake = min(wake, p.updateAt)
		}
		if p.watcher.active {
			wake = min(wake, m.now+wakeInterval)
		}
		timer.Reset(duration(wake-m.now) + time.Microsecond)

		select {
		case <-ctx.Done():
			return nil
		case <-p.wake:
			p.mu.Lock()
			todo := p.inbox
			p.inbox = nil
			p.mu.Unlock()
			for _, do := range todo {
				do()
			}
		case <-timer.C:
		case out <- Update{p.reports, p.watcher.host}:
			p.reports, p.lastHost = make([]job.Report, 0, len(p.reports)), p.watcher.host
			p.updateAt = p.now() + minUpdateInterval
		}
	}
}

// checkSuspend reports whether the machine was suspended: the wall clock went on without the
// monotonic one. The schedule's clock makes up for it. Connections from before are dead.
func (p *Poller) checkSuspend() bool {
	m := p.moment()
	gap := m.wall.Sub(p.wallEpoch) - duration(m.now)
	if gap < clockJump {
		p.wallEpoch = p.wallEpoch.Add(gap)
		return false
	}
	p.epoch = p.epoch.Add(-gap)
	p.schedule.clockJumped()
	p.client.CloseIdle()
	return true
}

// dispatch makes all requests that are due, and returns when more are.
func (p *Poller) dispatch(ctx context.Context, now float64) float64 {
	hops := p.client.Hops()
	p.schedule.charge(now, hops)
	p.watcher.count(now, hops)
	for {
		e, wake := p.schedule.next(now)
		if e == nil {
			return wake
		}
		p.watcher.count(now, 1)
		if !e.removed { // else it is an external request, which its caller makes
			p.requests <- func() { p.poll(ctx, e, now) }
		}
	}
}

// poll makes a request, in a worker. Of e it uses only the ID. A panic goes on in Run.
func (p *Poller) poll(ctx context.Context, e *entry, sent float64) {
	defer panics.Into(func(e *panics.Error) { p.post(func() { panic(e) }) })
	begun := time.Now()
	answer, err := p.client.Status(ctx, e.ID)
	latency := time.Since(begun)
	p.post(func() { p.answered(e, sent, &answer, err, latency) })
}

// answered takes the outcome of a request into the schedule and the reports.
func (p *Poller) answered(e *entry, sent float64, answer *job.Answer, err error, latency time.Duration) {
	m, s := p.moment(), p.schedule
	problem := problemOf(err)
	if err != nil && problem == nil {
		s.canceled(m.now, e)
		return
	}
	before := e.Answer.Status
	s.answered(sent, m.now, e, answer, problem)
	if e.removed {
		return
	}
	e.polls++
	e.failed++
	if problem == nil {
		e.failed, e.Answered = 0, m.wall
		e.noteStart(m, before)
	}
	report := job.Report{
		ID: e.ID, At: m.wall, Answer: e.Answer, Answered: e.Answered, Started: e.Started, Problem: problem,
		Failed: e.failed, Polls: e.polls, Latency: latency, End: e.End, Speed: e.drawableSpeed(),
	}
	if !e.End.Finished() {
		report.Stalled = duration(s.service.stalledFor(&e.history))
		if next := max(s.nextPoll(e), s.breaker.opensAt()); next < never {
			report.Next = m.toWall(max(next, m.now))
		}
	}
	p.put(e, report)
}

// put has the next update report the job. Its newest report replaces the one before, so that
// a consumer that never reads costs no more memory than one report per job.
func (p *Poller) put(e *entry, r job.Report) {
	if e.slot >= len(p.reports) || p.reports[e.slot].ID != e.ID {
		e.slot = len(p.reports)
		p.reports = append(p.reports, r)
	}
	p.reports[e.slot] = r
}

// problemOf returns what a request's error means: nil if there is none or it was canceled.
func problemOf(err error) *job.Problem {
	if failed, ok := errors.AsType[*api.Error](err); ok {
		p := failed.Problem // a copy, so that no connection's error is kept with the job
		return &p
	}
	if err == nil || errors.Is(err, context.Canceled) {
		return nil
	}
	return &job.Problem{Kind: job.Unreachable, Reason: "the request failed"}
}
