package poller

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"example.com/jobwatch/poller/job"
)

// Client asks the API for one job's status; api.Client does. Its errors are
// *api.Error or ctx's own.
type Client interface {
	Status(ctx context.Context, id job.ID) (job.Answer, error)
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

// Update is what has changed since the last one: the newest report of each job that has
// one, in no order, and the state of the host.
type Update struct {
	Reports []job.Report
	Host    Host
}

// Host is the state of polling as a whole. Its figures change at most once a second, and
// only by enough to matter.
type Host struct {
	State   HostState
	Since   time.Time    // when State began, wall clock
	RetryAt time.Time    // when the host is tried again; past while it is being tried, zero when it answers
	Problem *job.Problem // why polling backs off; nil otherwise
	Rate    float64      // requests/s, measured over the last 10 s
	Budget  float64      // requests/s that are allowed now; +Inf without a limit
}

// HostState is the state of the connection to the host.
type HostState uint8

// The states of polling. After an outage the state is BackingOff, with a zero RetryAt,
// until the rate has grown back to the whole budget.
const (
	Live HostState = iota
	BackingOff
	Paused // by the user
)

// Poller polls jobs while it runs. All methods may be called from any goroutine, before Run
// too, and none waits for the network.
type Poller struct {
	client      Client
	rate        float64
	concurrency int
	rand        *rand.Rand
	wallClock   func() time.Time
	updates     chan Update

	wake chan struct{} // the inbox is not empty
	done chan struct{} // closed when Run returns

	mu      sync.Mutex
	inbox   []func(*loop)
	started bool
	ended   bool
}

// Option is a setting of a [Poller].
type Option func(*Poller)

// WithRate limits the requests a second. A burst may be one second's worth and is at least
// one request. Requests that redirects lead to count if the client has a method Hops that
// returns their number. The rate must be positive; math.Inf(1) lifts the limit. Default:
// [DefaultRate].
func WithRate(perSecond float64) Option { return func(p *Poller) { p.rate = perSecond } }

// WithConcurrency limits the requests in flight. It must be positive. Default:
// [DefaultConcurrency].
func WithConcurrency(n int) Option { return func(p *Poller) { p.concurrency = n } }

// WithSeed makes the jitter repeatable, for tests.
func WithSeed(seed uint64) Option {
	return func(p *Poller) { p.rand = rand.New(rand.NewPCG(seed, seed)) }
}

// WithWallClock replaces time.Now as the source of wall time, for tests of its jumps. It
// does not change how long Run waits.
func WithWallClock(now func() time.Time) Option { return func(p *Poller) { p.wallClock = now } }

// New returns a poller that tracks nothing yet.
func New(client Client, opts ...Option) *Poller {
	p := &Poller{
		client:      client,
		rate:        DefaultRate,
		concurrency: DefaultConcurrency,
		rand:        rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())),
		wallClock:   time.Now,
		updates:     make(chan Update),
		wake:        make(chan struct{}, 1),
		done:        make(chan struct{}),
	}
	for _, o := range opts {
		o(p)
	}
	return p
}

// Updates returns the channel of updates, at most 20 a second, for one consumer. A slow
// consumer slows nothing down: it gets the newest report of each job when it comes. The
// channel is closed when Run returns.
func (p *Poller) Updates() <-chan Update { return p.updates }

// Track begins to poll jobs, in the order in which they were submitted as far as is known.
// Tracking a tracked job changes nothing. Finished jobs may be tracked too: their run times
// help the policy, and PollNow can revive them. Track keeps the slice.
func (p *Poller) Track(jobs ...Tracked) {
	p.post(func(l *loop) { l.track(jobs) })
}

// Remove stops polling jobs. It takes effect within the next update or two.
func (p *Poller) Remove(ids ...job.ID) {
	ids = slices.Clone(ids)
	p.post(func(l *loop) { l.remove(ids) })
}

// PollNow polls jobs as soon as the budget allows, ahead of all others and even while
// paused. Finished, given-up and rejected jobs are polled again. While the host is in
// trouble the next try comes sooner, unless the host itself set the time.
func (p *Poller) PollNow(ids ...job.ID) {
	ids = slices.Clone(ids)
	p.post(func(l *loop) { l.schedule.pollNow(l.now(), ids) })
}

// Pause holds polling, or resumes it. Requests in flight are not canceled.
func (p *Poller) Pause(on bool) { p.post(func(l *loop) { l.schedule.paused = on }) }

// Visible sets which jobs are on the screen: they get a share of the budget.
func (p *Poller) Visible(ids []job.ID) {
	ids = slices.Clone(ids)
	p.post(func(l *loop) { l.schedule.setVisible(ids) })
}

// post has the loop call do, unless it has ended.
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
