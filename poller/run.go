package poller

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"example.com/jobwatch/poller/api"
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/panics"
)

const (
	clockJump  = 5.0 // seconds between wall and monotonic clock that mean a suspend
	clockCheck = 2.0 // seconds between looks at the clocks while there is anything to poll
)

// Run polls until ctx ends, and returns when everything that it started has stopped: nil, or
// a [panics.Error]. It may be called once.
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
			for request := range l.work {
				l.results <- request()
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
	if p.started {
		return errors.New("polling was started twice")
	}
	p.started = true
	return nil
}

func (p *Poller) end() {
	p.mu.Lock()
	p.ended, p.inbox = true, nil
	p.mu.Unlock()
	close(p.updates)
	close(p.done)
}

// loop is the one goroutine that owns the schedule, with all it needs.
type loop struct {
	*Poller
	schedule *schedule
	mailbox  mailbox
	watcher  hostWatcher
	work     chan func() result // to the workers; never full
	results  chan result        // from them; never full either

	epoch          time.Time // 0 on the schedule's clock
	wallEpoch      time.Time
	drift          float64    // how far the wall clock is ahead of the schedule's, as last seen
	hops           func() int // requests that redirects have led to since the last call
	cancelRequests func()     // cancels the requests in flight
}

// result is the outcome of one request.
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

// now returns the time on the schedule's clock: monotonic seconds since Run began.
func (l *loop) now() float64 { return time.Since(l.epoch).Seconds() }

func (l *loop) moment() moment {
	return moment{now: l.now(), wall: l.wallClock().Round(0)}
}

func (l *loop) run(ctx context.Context) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	var requests context.Context // of the requests in flight
	requests, l.cancelRequests = context.WithCancel(ctx)
	for {
		m := l.moment()
		if l.checkSuspend(m) {
			l.cancelRequests()
			requests, l.cancelRequests = context.WithCancel(ctx) //nolint:fatcontext // a new one of ctx, not of the last one
		}
		wake := l.dispatch(requests, m.now)
		l.mailbox.host = l.watcher.update(m.now, m.wall, l.schedule)
		var out chan Update
		var update Update
		if ready := l.mailbox.readyAt(); ready <= m.now {
			out, update = l.updates, l.mailbox.update()
		} else {
			wake = min(wake, ready)
		}
		timer.Reset(duration(l.wakeBy(wake)-m.now) + time.Microsecond)

		select {
		case <-ctx.Done():
			return nil
		case <-l.wake:
			for _, do := range l.takeInbox() {
				do(l)
			}
		case <-timer.C:
		case out <- update:
			l.mailbox.delivered(l.now())
		case r := <-l.results:
			if err := l.handleResults(&r); err != nil {
				return err
			}
		}
	}
}

// wakeBy returns when to wake at the latest: figures fall while nothing happens, and only
// the clocks show that the machine was suspended.
func (l *loop) wakeBy(wake float64) float64 {
	now := l.now()
	if l.watcher.host.Rate > 0 || l.schedule.breaker.allowedShare(now) < 1 {
		wake = min(wake, max(now, l.watcher.nextFigures)+1)
	}
	if l.schedule.contacts.Len() > 0 && !l.schedule.paused || l.schedule.inFlight > 0 {
		wake = min(wake, now+clockCheck)
	}
	return wake
}

// dispatch gives the workers all that is due, and returns when more is.
func (l *loop) dispatch(ctx context.Context, now float64) float64 {
	if n := l.hops(); n > 0 {
		l.schedule.charge(now, n)
		l.watcher.meter.add(now, n)
	}
	for {
		e, wake := l.schedule.next(now)
		if e == nil {
			return wake
		}
		l.watcher.meter.add(now, 1)
		if e.removed { // an external request, which its caller makes
			continue
		}
		l.work <- func() result { return l.poll(ctx, e, now) }
	}
}

// poll makes a request, in a worker. Of e it uses only the ID.
func (l *loop) poll(ctx context.Context, e *entry, sent float64) (r result) {
	r.job, r.sent = e, sent
	defer panics.Into(func(e *panics.Error) { r.panic = e })
	begun := time.Now()
	r.answer, r.err = l.client.Status(ctx, e.id)
	r.latency = time.Since(begun)
	return r
}

// handleResults handles a result and all others that have come by now.
func (l *loop) handleResults(r *result) error {
	for {
		if r.panic != nil {
			return r.panic
		}
		l.handle(r)
		select {
		case more := <-l.results:
			*r = more
		default:
			return nil
		}
	}
}

func (l *loop) handle(r *result) {
	m, e := l.moment(), r.job
	problem := problemOf(r.err)
	if r.err != nil && problem == nil {
		l.schedule.canceled(m.now, e)
		return
	}
	l.schedule.answered(r.sent, m.now, e, &r.answer, problem)
	if e.removed {
		return
	}
	e.note(m, &r.answer, problem, r.latency)
	l.mailbox.put(e, e.report(m, &l.schedule.service, max(l.schedule.nextPoll(e), l.schedule.breaker.opensAt())))
}

// problemOf returns what a request's error means: nil if there is none or it was canceled.
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

// checkSuspend reports whether the machine was suspended: the wall clock went on without the
// monotonic one. Connections from before are dead then.
func (l *loop) checkSuspend(m moment) bool {
	drift := m.wall.Sub(l.wallEpoch).Seconds() - m.now
	gap := drift - l.drift
	l.drift = drift
	if gap < clockJump {
		return false
	}
	l.schedule.clockJumped(m.now, gap)
	if c, ok := l.client.(interface{ CloseIdle() }); ok {
		c.CloseIdle()
	}
	return true
}

func (l *loop) track(jobs []Tracked) {
	m := l.moment()
	batch := make([]*entry, len(jobs))
	var now []job.ID
	for i := range jobs {
		batch[i] = newEntry(m, &jobs[i])
		if jobs[i].PollNow {
			now = append(now, jobs[i].ID)
		}
	}
	l.schedule.track(m.now, batch)
	if len(now) > 0 { // pollNow also brings the next try of a host in trouble forward
		l.schedule.pollNow(m.now, now)
	}
}

func (l *loop) remove(ids []job.ID) {
	for _, id := range ids {
		if e := l.schedule.remove(id); e != nil {
			l.mailbox.drop(e)
		}
	}
}

// ErrStopped means that polling has ended and grants no more requests.
var ErrStopped = errors.New("polling has stopped")

// InTurn makes an external request to the API, one that is not a poll, when the schedule
// grants it: within the budget, and no sooner than a poll while the host is in trouble. While
// polls are due, every second slot is for such requests. Like PollNow, they go on while
// polling is paused.
//
// The outcome says nothing about the host, unless the host wants a pause
// ([job.Problem.Pauses]). request's errors are as Client's. InTurn returns request's error,
// or if it was never made, ctx's or [ErrStopped].
func (p *Poller) InTurn(ctx context.Context, request func(context.Context) error) error {
	x := newExternalRequest()
	p.post(func(l *loop) { l.schedule.external = append(l.schedule.external, x) })
	select {
	case <-x.granted:
	case <-ctx.Done():
		p.post(func(l *loop) { l.schedule.cancelExternal(l.now(), x) })
		return ctx.Err()
	case <-p.done:
		return ErrStopped
	}
	err := request(ctx)
	problem := problemOf(err)
	p.post(func(l *loop) {
		now, s, e := l.now(), l.schedule, &x.entry
		switch {
		case problem != nil && problem.Pauses():
			s.answered(now, now, e, nil, problem)
		case s.breaker.probe == e && (err == nil || problem != nil): // nothing is polled, and the pause is over
			s.answered(now, now, e, nil, nil)
		default:
			s.canceled(now, e)
		}
	})
	return err
}

// externalRequest is a request that is not a poll. The schedule treats it as that of a job
// that was removed meanwhile: it takes a slot and teaches nothing.
type externalRequest struct {
	entry
	granted chan struct{} // closed when it may be made
}

func newExternalRequest() *externalRequest {
	x := &externalRequest{granted: make(chan struct{})}
	x.removed = true
	for i := range x.place {
		x.place[i] = nowhere
	}
	return x
}

// pick chooses what the next slot is for: an external request, if one waits and the last
// slot was a poll's, else a poll.
func (s *schedule) pick(now float64) (*entry, float64) {
	if len(s.external) > 0 && s.externalNext {
		return s.grant(), now
	}
	e, t := s.pickPoll(now)
	if e == nil && len(s.external) > 0 {
		return s.grant(), now
	}
	s.externalNext = e != nil
	return e, t
}

func (s *schedule) grant() *entry {
	x := s.external[0]
	s.external = slices.Delete(s.external, 0, 1)
	s.externalNext = false
	close(x.granted)
	return &x.entry
}

// cancelExternal withdraws an external request whose caller has given up.
func (s *schedule) cancelExternal(now float64, x *externalRequest) {
	if i := slices.Index(s.external, x); i >= 0 {
		s.external = slices.Delete(s.external, i, i+1)
		return
	}
	s.canceled(now, &x.entry)
}
