// Package download downloads the PDFs of Done jobs: it asks the API for each one's signed
// link, fetches the file, checks that it is a whole PDF, and saves it under a safe name in a
// folder, never over another file.
//
// Links are short-lived secrets: they are used at once and appear in no event, error or file
// name.
package download

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/panics"
)

// The limits, unless an option says otherwise.
const (
	DefaultMaxBytes    = 500_000_000 // of one file
	DefaultConcurrency = 3           // files at once
)

// eventInterval is the least time between two deliveries of events.
const eventInterval = 100 * time.Millisecond

// Source is the API as downloads use it; [api.Client] implements it.
type Source interface {
	// Own reports whether Output would ask the API's own host.
	Own(path string) bool
	// Output asks where a Done job's PDF is, given the path of its status.
	Output(ctx context.Context, path string) (*url.URL, error)
	// Fetch GETs that URL; the answer is 200.
	Fetch(ctx context.Context, u *url.URL) (*http.Response, error)
}

// Turns decides when a request may go to the API; *poller.Poller does.
type Turns interface {
	InTurn(ctx context.Context, request func(context.Context) error) error
}

// Want is a PDF to be downloaded.
type Want struct {
	ID          job.ID
	Description string // the file is named after it; untrusted
	Path        string // of the job's Done answer; untrusted
	Batch       string // the folder is named after it; "" is no folder of its own
	File        string // where the state file says that it has been saved, or ""
}

// State is the state of a download.
type State uint8

// The states of a download; the last three are final.
const (
	Queued State = iota
	Running
	Saved
	Failed
	Canceled
)

// Event is a change of a download.
type Event struct {
	ID        job.ID
	State     State
	Got, Size int64  // bytes; Size is -1 while it is not known
	File      string // when Saved: the absolute path
	Already   bool   // when Saved: it was there before, and nothing was written
	Err       error  // when Failed: an [*Error]
}

// Downloads downloads files, some at a time, in the order in which they were added. Its
// methods may be called from any goroutine.
type Downloads struct {
	source      Source
	turns       Turns // nil: requests need not wait
	base        string
	concurrency int
	maxBytes    int64
	idleTimeout time.Duration
	events      chan []Event

	mu      sync.Mutex // guards what follows
	changed *sync.Cond // the queue, or stopped
	queue   []Want
	active  map[job.ID]context.CancelFunc // of what is queued or running; nil while queued
	stopped bool
	pending pending
	ring    chan struct{}   // holds one when there are pending events
	cleaned map[string]bool // folders without old parts
}

// Option is a setting of [Downloads].
type Option func(*Downloads)

// WithMaxBytes limits the size of one file; it must be positive. Default: [DefaultMaxBytes].
func WithMaxBytes(n int64) Option { return func(d *Downloads) { d.maxBytes = n } }

// WithTurns asks for links within the API's budget, and as patiently as it wants.
func WithTurns(t Turns) Option { return func(d *Downloads) { d.turns = t } }

// New returns Downloads into a folder, which is made when it is needed; see [DefaultFolder].
// Nothing happens before Run.
func New(source Source, folder string, opts ...Option) *Downloads {
	d := &Downloads{
		source:      source,
		base:        folder,
		concurrency: DefaultConcurrency,
		maxBytes:    DefaultMaxBytes,
		idleTimeout: 30 * time.Second,
		events:      make(chan []Event, 1),
		active:      map[job.ID]context.CancelFunc{},
		ring:        make(chan struct{}, 1),
		cleaned:     map[string]bool{},
	}
	if abs, err := filepath.Abs(folder); err == nil {
		d.base = abs
	}
	d.changed = sync.NewCond(&d.mu)
	for _, o := range opts {
		o(d)
	}
	return d
}

// Add queues downloads and returns how many of them are new: one that is queued or running is
// not started again. It never waits.
func (d *Downloads) Add(wants ...Want) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := 0
	for _, w := range wants {
		if _, ok := d.active[w.ID]; ok || d.stopped {
			continue
		}
		d.active[w.ID] = nil
		d.queue = append(d.queue, w)
		d.put(Event{ID: w.ID, State: Queued, Size: -1})
		n++
	}
	d.changed.Broadcast()
	return n
}

// Cancel cancels downloads that are queued or running; nothing of them is left on the disk
// once their Canceled event has come. It never waits.
func (d *Downloads) Cancel(ids ...job.ID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, id := range ids {
		cancel, ok := d.active[id]
		switch {
		case !ok:
		case cancel != nil:
			cancel()
		default:
			delete(d.active, id)
			d.put(Event{ID: id, State: Canceled, Size: -1})
		}
	}
	d.queue = slices.DeleteFunc(d.queue, func(w Want) bool { _, ok := d.active[w.ID]; return !ok })
}

// Events returns the channel of events, at most 10 deliveries a second, with only the newest
// event of each job. It is closed when Run returns, with the last events still in it.
func (d *Downloads) Events() <-chan []Event { return d.events }

// Run downloads until ctx ends, and returns when everything that it started has stopped: nil,
// or a [panics.Error]. What was running is canceled. It may be called once.
func (d *Downloads) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(ctx, d.stop)()
	var workers sync.WaitGroup
	for range d.concurrency {
		workers.Go(func() {
			defer panics.Into(func(e *panics.Error) { cancel(e) })
			for {
				w, within, ok := d.next(ctx)
				if !ok {
					return
				}
				d.download(within, &w)
			}
		})
	}
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-d.ring:
			d.deliver()
			select {
			case <-ctx.Done():
			case <-time.After(eventInterval):
			}
		}
	}
	workers.Wait()
	d.deliver()
	close(d.events)
	if e, ok := errors.AsType[*panics.Error](context.Cause(ctx)); ok {
		return e
	}
	return nil
}

func (d *Downloads) stop() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.stopped = true
	d.changed.Broadcast()
}

// next waits for something to download.
func (d *Downloads) next(ctx context.Context) (Want, context.Context, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for len(d.queue) == 0 && !d.stopped {
		d.changed.Wait()
	}
	if d.stopped {
		return Want{}, nil, false
	}
	w := d.queue[0]
	d.queue = d.queue[1:]
	ctx, d.active[w.ID] = context.WithCancel(ctx)
	d.put(Event{ID: w.ID, State: Running, Size: -1})
	return w, ctx, true
}

// finish ends one download.
func (d *Downloads) finish(e Event) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if cancel := d.active[e.ID]; cancel != nil {
		cancel()
	}
	delete(d.active, e.ID)
	d.put(e)
}

func (d *Downloads) progress(id job.ID, got, size int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.put(Event{ID: id, State: Running, Got: got, Size: size})
}

// put adds an event; d.mu is held.
func (d *Downloads) put(e Event) {
	d.pending.put(e)
	select {
	case d.ring <- struct{}{}:
	default:
	}
}

// deliver sends the pending events, together with those that were not received yet.
func (d *Downloads) deliver() {
	d.mu.Lock()
	newer := d.pending.events
	d.pending = pending{}
	d.mu.Unlock()
	if len(newer) == 0 {
		return
	}
	var all pending
	select {
	case unread := <-d.events:
		all.put(unread...)
	default:
	}
	all.put(newer...)
	d.events <- all.events // there is room: nothing else sends
}

// pending is the newest event of each job, in the order of their first events.
type pending struct {
	events []Event
	index  map[job.ID]int
}

func (p *pending) put(events ...Event) {
	if p.index == nil {
		p.index = map[job.ID]int{}
	}
	for _, e := range events {
		i, ok := p.index[e.ID]
		if !ok {
			i = len(p.events)
			p.index[e.ID] = i
			p.events = append(p.events, e)
		}
		p.events[i] = e
	}
}
