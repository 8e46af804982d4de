//nolint:misspell // a Statuser is one with a Status method
package poller

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"example.com/jobwatch/poller/job"
)

// Statuser asks the API for one job's status; api.Client does. Its errors are
// *api.Error, or ctx's own.
type Statuser interface {
	Status(ctx context.Context, id job.ID) (job.Answer, error)
}

// Defaults of the options.
const (
	DefaultRate        = 10
	DefaultConcurrency = 8
)

// Poller polls jobs once it's Run. All of its methods may be called from any
// goroutine, before Run too, and none waits for the network.
type Poller struct {
	client      Statuser
	rate        float64
	concurrency int
	rand        *rand.Rand
	wallClock   func() time.Time
	updates     chan Update

	wake chan struct{} // says that the inbox is not empty
	over chan struct{} // closed when Run returns

	mu    sync.Mutex
	inbox []func(*loop)
	begun bool
	ended bool
}

// Option is a setting of a [Poller].
type Option func(*Poller)

// WithRate limits the requests a second; a burst may be one second's worth, and at
// least one request. Those that redirects lead to count, too, if the client has a
// method Hops that tells how many they were: what follows waits for them. It must be
// positive; math.Inf(1) lifts the limit. Default: [DefaultRate].
func WithRate(perSecond float64) Option { return func(p *Poller) { p.rate = perSecond } }

// WithConcurrency limits the requests under way at a time. It must be positive.
// Default: [DefaultConcurrency].
func WithConcurrency(n int) Option { return func(p *Poller) { p.concurrency = n } }

// WithSeed makes the jitter repeatable, for tests.
func WithSeed(seed uint64) Option {
	return func(p *Poller) { p.rand = rand.New(rand.NewPCG(seed, seed)) }
}

// WithWallClock replaces time.Now as the source of wall time, for tests of what
// happens when it jumps. Waiting is not affected.
func WithWallClock(now func() time.Time) Option { return func(p *Poller) { p.wallClock = now } }

// New returns a poller that tracks nothing yet.
func New(client Statuser, opts ...Option) *Poller {
	p := &Poller{
		client:      client,
		rate:        DefaultRate,
		concurrency: DefaultConcurrency,
		rand:        rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())),
		wallClock:   time.Now,
		updates:     make(chan Update),
		wake:        make(chan struct{}, 1),
		over:        make(chan struct{}),
	}
	for _, o := range opts {
		o(p)
	}
	return p
}

// Updates is where reports leave: at most 20 updates a second, for one consumer. A
// slow consumer slows nothing down; it gets the newest report of each job when it
// comes. The channel is closed when Run returns.
func (p *Poller) Updates() <-chan Update { return p.updates }

// Track begins to poll jobs, in the order in which they were submitted as far as is
// known. Tracking a tracked job changes nothing. Finished jobs may be tracked too:
// what they took tells how long others may take, and PollNow can revive them. A slice
// that is given is Track's from then on: a copy of 100,000 jobs is 20 MB.
func (p *Poller) Track(jobs ...Tracked) {
	p.post(func(l *loop) { l.track(jobs) })
}

// Forget ends the polling of jobs. No report of them leaves once it has taken
// effect, which is within the next update or two.
func (p *Poller) Forget(ids ...job.ID) {
	ids = slices.Clone(ids)
	p.post(func(l *loop) { l.forget(ids) })
}

// PollNow polls jobs as soon as the budget allows, ahead of all others and even
// while paused. One that is finished, given up or rejected is polled again. While
// the host is in trouble it brings the next try forward, unless the host named the
// time itself.
func (p *Poller) PollNow(ids ...job.ID) {
	ids = slices.Clone(ids)
	p.post(func(l *loop) { l.schedule.ask(l.now(), ids) })
}

// Pause holds polling, or goes on with it. What is under way is finished.
func (p *Poller) Pause(on bool) { p.post(func(l *loop) { l.schedule.paused = on }) }

// Visible tells which jobs are on the screen: they get a share of the budget. Each
// call replaces the one before.
func (p *Poller) Visible(ids []job.ID) {
	ids = slices.Clone(ids)
	p.post(func(l *loop) { l.schedule.show(ids) })
}

func (p *Poller) post(do func(*loop)) {
	p.mu.Lock()
	if !p.ended {
		p.inbox = append(p.inbox, do)
	}
	p.mu.Unlock()
	select {
	case p.wake <- struct{}{}:
	default: // it will be woken anyway
	}
}

func (p *Poller) takeInbox() []func(*loop) {
	p.mu.Lock()
	defer p.mu.Unlock()
	todo := p.inbox
	p.inbox = nil
	return todo
}
