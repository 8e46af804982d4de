package poller

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"example.com/jobwatch/poller/job"
)

// Client asks the API for one job's status; [api.Client] does.
type Client interface {
	Status(ctx context.Context, id job.ID) (job.Answer, error) // or an *api.Error, or ctx's own
	Hops() int                                                 // requests besides those asked for, since the last call
	CloseIdle()                                                // before the next request
}

// Options are the settings of a [Poller]. The zero value has the defaults.
type Options struct {
	// Rate limits the requests a second, those that redirects lead to included. A burst may
	// be one second's worth and is at least one request. math.Inf(1) lifts the limit.
	Rate float64

	Concurrency int              // limits the requests in flight
	Seed        uint64           // makes the jitter repeatable, for tests
	WallClock   func() time.Time // replaces time.Now, for tests of a suspended machine
}

// Defaults of the options.
const (
	DefaultRate        = 10
	DefaultConcurrency = 8
)

// Tracked is a job to be polled, with what is known of it. A new one has only an ID.
type Tracked struct {
	ID       job.ID
	Answer   job.Answer // the last good one; its Status is "" if there was none
	Answered time.Time  // when Answer came; zero if never
	Started  time.Time  // when it was seen or inferred to leave Not Started; zero before
	End      job.End    // if it is not Live, only PollNow polls it again
	PollNow  bool       // poll it as [Poller.PollNow] does
}

// Update is what has changed since the last one: the newest report of each job, and the host.
type Update struct {
	Reports []job.Report
	Host    Host
}

// Poller polls jobs while it runs. All methods may be called from any goroutine, before Run
// too, and none waits for the network.
type Poller struct {
	client    Client
	wallClock func() time.Time
	updates   chan Update
	done      chan struct{} // closed when Run returns

	mu    sync.Mutex
	inbox []func()      // for Run's goroutine
	wake  chan struct{} // the inbox is not empty

	// What follows belongs to Run's goroutine.
	schedule  *schedule
	watcher   hostWatcher
	requests  chan func()  // for the workers; never full
	cancel    func()       // cancels them
	reports   []job.Report // for the next update
	lastHost  Host         // in the last update
	updateAt  float64      // no update before
	epoch     time.Time    // 0 on the schedule's clock
	wallEpoch time.Time    // epoch on the wall clock as it is now
}

// New returns a poller that tracks nothing yet.
func New(client Client, o Options) *Poller {
	rate := cmp.Or(o.Rate, DefaultRate)
	concurrency := cmp.Or(o.Concurrency, DefaultConcurrency)
	seed := cmp.Or(o.Seed, rand.Uint64())
	p := &Poller{
		client:    client,
		wallClock: o.WallClock,
		updates:   make(chan Update),
		done:      make(chan struct{}),
		wake:      make(chan struct{}, 1),
		schedule:  newSchedule(rate, max(1, rate), concurrency, rand.New(rand.NewPCG(seed, seed))),
		requests:  make(chan func(), concurrency),
		epoch:     time.Now().Add(-time.Second), // on the schedule's clock, 0 is never
	}
	if p.wallClock == nil {
		p.wallClock = time.Now
	}
	p.wallEpoch = p.wallClock().Round(0).Add(-time.Second)
	return p
}

// Updates returns the updates, at most 20 a second, for one consumer: a slow one slows nothing
// down and gets the newest report of each job. Run closes the channel.
func (p *Poller) Updates() <-chan Update { return p.updates }

// Track begins to poll jobs, in the order in which they were submitted as far as is known, but
// for those that are tracked already. The run times of finished ones help the policy.
func (p *Poller) Track(jobs ...Tracked) {
	p.post(func() {
		m := p.moment()
		batch := make([]*entry, len(jobs))
		var now []job.ID
		for i := range jobs {
			batch[i] = newEntry(m, &jobs[i])
			if jobs[i].PollNow {
				now = append(now, jobs[i].ID)
			}
		}
		p.schedule.track(m.now, batch)
		if len(now) > 0 { // pollNow also brings the next try of a host in trouble forward
			p.schedule.pollNow(m.now, now)
		}
	})
}

// Remove stops polling jobs. It takes effect within the next update or two.
func (p *Poller) Remove(ids ...job.ID) {
	ids = slices.Clone(ids)
	p.post(func() {
		for _, id := range ids {
			p.schedule.remove(id)
		}
	})
}

// PollNow polls jobs, those that have ended too, ahead of all others and even while paused. The
// next try of a host in trouble comes sooner, unless the host itself set the time.
func (p *Poller) PollNow(ids ...job.ID) {
	ids = slices.Clone(ids)
	p.post(func() { p.schedule.pollNow(p.now(), ids) })
}

// Pause holds polling, or resumes it. Requests in flight are not canceled.
func (p *Poller) Pause(on bool) { p.post(func() { p.schedule.paused = on }) }

// Visible sets which jobs are on the screen: they get a share of the budget.
func (p *Poller) Visible(ids []job.ID) {
	ids = slices.Clone(ids)
	p.post(func() { p.schedule.setVisible(ids) })
}

// InTurn makes an external request to the API, one that is not a poll, as the budget and a host
// in trouble allow: every second slot is for such requests, even while polling is paused. Only
// if the host wants a pause ([job.Problem.Pauses]), the outcome says something about it.
// InTurn returns request's error, which is as Client's, or ctx's, or that polling is canceled.
func (p *Poller) InTurn(ctx context.Context, request func(context.Context) error) error {
	x := &externalRequest{entry: entry{removed: true}, granted: make(chan struct{})}
	p.post(func() { p.schedule.external = append(p.schedule.external, x) })
	select {
	case <-x.granted:
	case <-ctx.Done():
		p.post(func() { p.schedule.cancelExternal(p.now(), x) })
		return ctx.Err()
	case <-p.done:
		return context.Canceled
	}
	err := request(ctx)
	problem := problemOf(err)
	p.post(func() {
		now, s, e := p.now(), p.schedule, &x.entry
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

// post has Run's goroutine call do.
func (p *Poller) post(do func()) {
	p.mu.Lock()
	p.inbox = append(p.inbox, do)
	p.mu.Unlock()
	select {
	case p.wake <- struct{}{}:
	default: // it will be woken anyway
	}
}
