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
	clockJump  = 5.0 // seconds by which wall and monotonic clock must part to be a suspend
	clockCheck = 2.0 // seconds between looks at the clocks while there is anything to poll
)

// Run polls until ctx ends, and returns when everything that it started has
// stopped: nil then, or a [panics.Error]. It may be called once.
func (p *Poller) Run(ctx context.Context) (err error) {
	if err := p.begin(); err != nil {
		return err
	}
	defer p.end()

	ctx, stop := context.WithCancel(ctx)
	l := newLoop(p)
	var workers sync.WaitGroup
	for range p.concurrency {
		workers.Go(func() {
			for ask := range l.work {
				l.results <- ask()
			}
		})
	}
	defer panics.Into(func(e *panics.Error) { err = e })
	defer func() {
		stop()
		close(l.work)
		workers.Wait()
	}()
	return l.run(ctx)
}

func (p *Poller) begin() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.begun {
		return errors.New("polling was started twice")
	}
	p.begun = true
	return nil
}

func (p *Poller) end() {
	p.mu.Lock()
	p.ended, p.inbox = true, nil
	p.mu.Unlock()
	close(p.updates)
	close(p.over)
}

// loop is the one goroutine that owns the schedule, and all it needs.
type loop struct {
	*Poller
	schedule *schedule
	mailbox  mailbox
	watcher  watcher
	work     chan func() result // to the workers; never full
	results  chan result        // from them; never full either

	epoch     time.Time // 0 on the schedule's clock
	wallEpoch time.Time
	hops      func() int // requests that redirects have led to since it was last called
	callOff   func()     // ends the requests under way
	drift     float64    // how far the wall clock is ahead of the schedule's, as last seen
}

// result is what came of one request.
type result struct {
	job     *entry
	sent    float64
	answer  job.Answer
	err     error
	latency time.Duration
	panic   error
}

func newLoop(p *Poller) *loop {
	hops := func() int { return 0 }
	if c, ok := p.client.(interface{ Hops() int }); ok {
		hops = c.Hops
	}
	return &loop{
		Poller:    p,
		schedule:  newSchedule(p.rate, max(1, p.rate), p.concurrency, p.rand),
		work:      make(chan func() result, p.concurrency),
		results:   make(chan result, p.concurrency),
		hops:      hops,
		epoch:     time.Now(),
		wallEpoch: p.wallClock().Round(0),
	}
}

// now is the time on the schedule's clock: monotonic seconds since Run began.
func (l *loop) now() float64 { return time.Since(l.epoch).Seconds() }

func (l *loop) moment() moment {
	return moment{now: l.now(), wall: l.wallClock().Round(0)}
}

func (l *loop) run(ctx context.Context) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	var flights context.Context // of the requests under way
	flights, l.callOff = context.WithCancel(ctx)
	for {
		m := l.moment()
		if l.suspended(m) {
			l.callOff()
			flights, l.callOff = context.WithCancel(ctx) //nolint:fatcontext // a new one of ctx, not of the last flights
		}
		wake := l.dispatch(flights, m.now)
		l.mailbox.host = l.watcher.look(m.now, m.wall, l.schedule)
		var out chan Update
		var update Update
		if ready := l.mailbox.ready(); ready <= m.now {
			out, update = l.updates, l.mailbox.update()
		} else {
			wake = min(wake, ready)
		}
		timer.Reset(duration(l.alarm(wake)-m.now) + time.Microsecond)

		select {
		case <-ctx.Done():
			return nil
		case <-l.wake:
			for _, do := range l.takeInbox() {
				do(l)
			}
		case <-timer.C:
		case out <- update:
			l.mailbox.sent(l.now())
		case r := <-l.results:
			if err := l.takeResults(&r); err != nil {
				return err
			}
		}
	}
}

// alarm is when to wake at the latest: figures fall while nothing happens, and
// nothing else tells that the machine was asleep.
func (l *loop) alarm(wake float64) float64 {
	now := l.now()
	if l.watcher.host.Rate > 0 || l.schedule.gate.allowed(now) < 1 {
		wake = min(wake, max(now, l.watcher.next)+1)
	}
	if l.schedule.unheard.Len() > 0 && !l.schedule.paused || l.schedule.flying > 0 {
		wake = min(wake, now+clockCheck)
	}
	return wake
}

// dispatch hands out all that is to be asked now and returns when there is more.
func (l *loop) dispatch(ctx context.Context, now float64) float64 {
	if n := l.hops(); n > 0 {
		l.schedule.owe(now, n)
		l.watcher.meter.add(now, n)
	}
	for {
		e, wake := l.schedule.next(now)
		if e == nil {
			return wake
		}
		l.watcher.meter.add(now, 1)
		if e.gone { // a guest
			continue
		}
		l.work <- func() result { return l.ask(ctx, e, now) }
	}
}

// ask is what a worker does. It touches nothing of e but the ID.
func (l *loop) ask(ctx context.Context, e *entry, sent float64) (r result) {
	r.job, r.sent = e, sent
	defer panics.Into(func(e *panics.Error) { r.panic = e })
	begun := time.Now()
	r.answer, r.err = l.client.Status(ctx, e.id)
	r.latency = time.Since(begun)
	return r
}

// takeResults takes in a result and all others that have come by now.
func (l *loop) takeResults(r *result) error {
	for {
		if r.panic != nil {
			return r.panic
		}
		l.take(r)
		select {
		case more := <-l.results:
			*r = more
		default:
			return nil
		}
	}
}

func (l *loop) take(r *result) {
	m, e := l.moment(), r.job
	problem := problemOf(r.err)
	if r.err != nil && problem == nil {
		l.schedule.calledOff(m.now, e)
		return
	}
	l.schedule.answered(r.sent, m.now, e, &r.answer, problem)
	if e.gone {
		return
	}
	e.note(m, &r.answer, problem, r.latency)
	l.mailbox.put(e, e.report(m, max(l.schedule.expected(e), l.schedule.gate.opens())))
}

// problemOf tells what a request's error means, nil if it was called off.
func problemOf(err error) *job.Problem {
	var failed *api.Error
	switch {
	case err == nil, errors.Is(err, context.Canceled) && !errors.As(err, &failed):
		return nil
	case errors.As(err, &failed):
		p := failed.Problem // a copy, so that no connection's error is kept with the job
		return &p
	}
	return &job.Problem{Kind: job.Unreachable, Reason: "the request failed"}
}

// suspended reports whether the machine has slept, by the wall clock having gone on
// without the other. Connections from before are dead then.
func (l *loop) suspended(m moment) bool {
	drift := m.wall.Sub(l.wallEpoch).Seconds() - m.now
	gap := drift - l.drift
	l.drift = drift
	if gap < clockJump {
		return false
	}
	l.schedule.jump(m.now, gap)
	if c, ok := l.client.(interface{ CloseIdle() }); ok {
		c.CloseIdle()
	}
	return true
}

func (l *loop) track(jobs []Tracked) {
	m := l.moment()
	batch := make([]*entry, len(jobs))
	var asked []job.ID
	for i := range jobs {
		batch[i] = newEntry(m, &jobs[i])
		if jobs[i].Asked {
			asked = append(asked, jobs[i].ID)
		}
	}
	l.schedule.track(m.now, batch)
	if len(asked) > 0 { // else no try of a host in trouble is to come sooner
		l.schedule.ask(m.now, asked)
	}
}

func (l *loop) forget(ids []job.ID) {
	for _, id := range ids {
		if e := l.schedule.forget(id); e != nil {
			l.mailbox.drop(e)
		}
	}
}
