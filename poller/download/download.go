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

// DefaultMaxBytes is a good limit for one file.
const DefaultMaxBytes = 500_000_000

const (
	concurrency   = 3                      // files at once
	eventInterval = 100 * time.Millisecond // the least time between two deliveries, and two of a job's progress
)

// Source is the API as downloads use it; [api.Client] implements it.
type Source interface {
	// Own reports whether Output would ask the API's own host.
	Own(path string) bool
	// Output asks where a Done job's PDF is, given the path of its status.
	Output(ctx context.Context, path string) (*url.URL, error)
	// Fetch GETs that URL; the answer is 200.
	Fetch(ctx context.Context, u *url.URL) (*http.Response, error)
}

// InTurn makes a request to the API when that may be; a poller's InTurn does.
type InTurn func(ctx context.Context, request func(context.Context) error) error

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
	inTurn      InTurn // nil: requests need not wait
	base        string
	maxBytes    int64 // of one file
	idleTimeout time.Duration
	events      chan []Event
	running     sync.WaitGroup
	cleaned     sync.Map // folders without what killed processes left there

	mu      sync.Mutex // guards what follows
	changed *sync.Cond // the queue, or stopped
	queue   []Want
	active  map[job.ID]context.CancelCauseFunc // of what is queued or running; nil while queued
	stopped bool
	pending []Event
	ring    chan struct{} // holds one when there are pending events
}

// New returns Downloads into a folder, which is made when it is needed; see [DefaultFolder].
// Links are asked for in turn, unless that is nil. Nothing happens before Run.
func New(source Source, inTurn InTurn, folder string, maxBytes int64) *Downloads {
	d := &Downloads{
		source:      source,
		inTurn:      inTurn,
		base:        folder,
		maxBytes:    maxBytes,
		idleTimeout: 30 * time.Second,
		events:      make(chan []Event, 1),
		active:      map[job.ID]context.CancelCauseFunc{},
		ring:        make(chan struct{}, 1),
	}
	if abs, err := filepath.Abs(folder); err == nil {
		d.base = abs
	}
	d.changed = sync.NewCond(&d.mu)
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
			cancel(nil)
		default:
			delete(d.active, id)
			d.put(Event{ID: id, State: Canceled, Size: -1})
		}
	}
	d.queue = slices.DeleteFunc(d.queue, func(w Want) bool { _, ok := d.active[w.ID]; return !ok })
}

// Events returns the channel of events, at most 10 deliveries a second. It is closed when Run
// returns, with the last events still in it.
func (d *Downloads) Events() <-chan []Event { return d.events }

// Run downloads until ctx ends, and returns when everything that it started has stopped: nil,
// or a [panics.Error]. What was running is canceled. It may be called once.
func (d *Downloads) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(ctx, d.stop)()
	for range concurrency {
		d.running.Go(func() {
			defer panics.Into(func(e *panics.Error) { cancel(e) })
			for d.next(ctx) {
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
	d.running.Wait()
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

// next waits for something to download, and makes that download. It returns false when
// downloading has stopped.
func (d *Downloads) next(ctx context.Context) bool {
	d.mu.Lock()
	for len(d.queue) == 0 && !d.stopped {
		d.changed.Wait()
	}
	if d.stopped {
		d.mu.Unlock()
		return false
	}
	w := d.queue[0]
	d.queue = d.queue[1:]
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	d.active[w.ID] = cancel
	d.put(Event{ID: w.ID, State: Running, Size: -1})
	d.mu.Unlock()

	e := d.download(ctx, &w, func() { cancel(errIdle) })

	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.active, w.ID)
	d.put(e)
	return true
}

// put adds an event; d.mu is held.
func (d *Downloads) put(e Event) {
	d.pending = append(d.pending, e)
	select {
	case d.ring <- struct{}{}:
	default:
	}
}

// deliver sends the pending events, together with those that were not received yet.
func (d *Downloads) deliver() {
	d.mu.Lock()
	defer d.mu.Unlock()
	select {
	case unread := <-d.events:
		d.pending = append(unread, d.pending...)
	default:
	}
	if len(d.pending) > 0 {
		d.events <- d.pending // there is room: nothing else sends
		d.pending = nil
	}
}
