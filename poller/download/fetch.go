// Package download downloads the PDFs of Done jobs: it asks the API for each one's
// signed link, gets the file, checks that it is whole and a PDF, and puts it under a
// safe name into a folder, never over another file.
//
// Links are short-lived secrets: they are used at once and are in no event, error or
// file name.
package download

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"path/filepath"
	"sync"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/panics"
)

// The limits, unless an option says otherwise.
const (
	DefaultMaxBytes    = 500_000_000 // of one file
	DefaultConcurrency = 3           // files at once
	idle               = 30 * time.Second
)

// Source is what a download needs of the API; *api.Client is one.
type Source interface {
	// Own reports whether it is the API's own host that Output would ask.
	Own(path string) bool
	// Output asks where a Done job's PDF is, given its status's path.
	Output(ctx context.Context, path string) (*url.URL, error)
	// Fetch GETs that; the answer is 200.
	Fetch(ctx context.Context, u *url.URL) (*http.Response, error)
}

// Turns say when a request may go to the API; *poller.Poller does.
type Turns interface {
	InTurn(ctx context.Context, request func(context.Context) error) error
}

// Want is a PDF to be downloaded.
type Want struct {
	ID          job.ID
	Description string // the file's name comes from it; untrusted
	Path        string // of the job's Done answer; untrusted
	Batch       string // the folder's name comes from it; "" is no folder of its own
	File        string // where the state file says that it is already, or ""
}

// Downloads gets files, some at a time, in the order in which they were wanted. Make
// it with [New]; its methods may be called from any goroutine.
type Downloads struct {
	source Source
	turns  Turns // nil: requests go when they like
	base   string
	limit  int
	max    int64
	idle   time.Duration
	events chan []Event

	mu      sync.Mutex // guards what follows
	wake    *sync.Cond // the queue, or stopped, changed
	queue   []Want
	under   map[job.ID]context.CancelFunc // nil while queued
	stopped bool
	news    news
	cleaned map[string]bool // folders whose old litter is gone
}

// Option is a setting of [Downloads].
type Option func(*Downloads)

// WithMaxBytes limits the size of one file; it must be positive. Default:
// [DefaultMaxBytes].
func WithMaxBytes(n int64) Option { return func(d *Downloads) { d.max = n } }

// WithTurns has links asked for within the API's budget, and with the patience that it
// asks for.
func WithTurns(t Turns) Option { return func(d *Downloads) { d.turns = t } }

// New returns Downloads into a folder, which is made when it is needed; see
// [DefaultFolder]. Nothing happens before Run.
func New(source Source, folder string, opts ...Option) *Downloads {
	d := &Downloads{
		source:  source,
		base:    folder,
		limit:   DefaultConcurrency,
		max:     DefaultMaxBytes,
		idle:    idle,
		events:  make(chan []Event, 1),
		under:   map[job.ID]context.CancelFunc{},
		cleaned: map[string]bool{},
		news:    newNews(),
	}
	if abs, err := filepath.Abs(folder); err == nil {
		d.base = abs
	}
	d.wake = sync.NewCond(&d.mu)
	for _, o := range opts {
		o(d)
	}
	return d
}

// Add queues downloads and returns how many of them are new: one that is queued or
// under way is not begun again. It never waits.
func (d *Downloads) Add(wants ...Want) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := 0
	for _, w := range wants {
		if _, ok := d.under[w.ID]; ok || d.stopped {
			continue
		}
		d.under[w.ID] = nil
		d.queue = append(d.queue, w)
		d.news.put(Event{ID: w.ID, State: Queued, Size: -1})
		n++
	}
	d.wake.Broadcast()
	return n
}

// Cancel gives up downloads that are queued or under way; nothing of them is left on
// the disk once their Canceled event has come. Others are not touched. It never waits.
func (d *Downloads) Cancel(ids ...job.ID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	gone := map[job.ID]bool{}
	for _, id := range ids {
		cancel, ok := d.under[id]
		switch {
		case !ok:
		case cancel != nil:
			cancel()
		default:
			gone[id] = true
			delete(d.under, id)
			d.news.put(Event{ID: id, State: Canceled, Size: -1})
		}
	}
	if len(gone) == 0 {
		return
	}
	kept := d.queue[:0]
	for _, w := range d.queue {
		if !gone[w.ID] {
			kept = append(kept, w)
		}
	}
	clear(d.queue[len(kept):])
	d.queue = kept
}

// Events gives what is new, at most 10 times a second, each job's newest only. It is
// closed when Run returns; the last events, of files saved just before, are still in
// it.
func (d *Downloads) Events() <-chan []Event { return d.events }

// Run downloads until ctx ends, and returns when nothing of it runs any more. What was
// under way is given up and leaves nothing behind. It returns nil, or a [panics.Error].
// It may be called once.
func (d *Downloads) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	unhook := context.AfterFunc(ctx, d.stop)
	defer unhook()

	var workers sync.WaitGroup
	for range d.limit {
		workers.Go(func() {
			defer panics.Into(func(e *panics.Error) { cancel(e) })
			for {
				w, one, ok := d.next(ctx)
				if !ok {
					return
				}
				d.one(one, w)
			}
		})
	}
	d.deliver(ctx)
	workers.Wait()
	d.deliverRest()
	if e, ok := errors.AsType[*panics.Error](context.Cause(ctx)); ok {
		return e
	}
	return nil
}

func (d *Downloads) stop() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.stopped = true
	d.wake.Broadcast()
}

// next waits for something to download.
func (d *Downloads) next(ctx context.Context) (Want, context.Context, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for len(d.queue) == 0 && !d.stopped {
		d.wake.Wait()
	}
	if d.stopped {
		return Want{}, nil, false
	}
	w := d.queue[0]
	d.queue[0] = Want{}
	d.queue = d.queue[1:]
	ctx, d.under[w.ID] = context.WithCancel(ctx)
	d.news.put(Event{ID: w.ID, State: Running, Size: -1})
	return w, ctx, true
}

// done ends one download.
func (d *Downloads) done(e Event) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if cancel := d.under[e.ID]; cancel != nil {
		cancel()
	}
	delete(d.under, e.ID)
	d.news.put(e)
}

func (d *Downloads) progress(id job.ID, got, size int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.news.put(Event{ID: id, State: Running, Got: got, Size: size})
}
