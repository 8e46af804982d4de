// Package download downloads the PDFs of Done jobs: it asks the API for each one's signed
// link, fetches the file, checks that it is a whole PDF, and saves it under a safe name in a
// folder, never over another file. Links are secrets, and appear in no event, error or name.
package download

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"example.com/jobwatch/poller/api"
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/panics"
)

const (
	// DefaultMaxBytes is a good limit for one file.
	DefaultMaxBytes = 500_000_000

	concurrency   = 3                      // files at once
	eventInterval = 100 * time.Millisecond // the least time between two deliveries, and two of a job's progress
	maxAsks       = 5                      // for a link, when the API wants pauses
	minProgress   = 1 << 10                // bytes: a server that sends single ones would keep its place for days
	idleTicks     = 30                     // of the idle timeout
)

// Source is the API as downloads use it; [api.Client] implements it.
type Source interface {
	Own(path string) bool // whether Output would ask the API's own host
	Output(ctx context.Context, path string) (*url.URL, error)
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
	Got, Size int64  // bytes, when Running; Size is not above 0 while it is not known
	File      string // when Saved: the absolute path
	Already   bool   // when Saved: it was there before, and nothing was written
	Err       error  // when Failed: an [*Error]
}

// Downloads downloads files, some at a time, in order. Any goroutine may call its methods.
type Downloads struct {
	source      Source
	inTurn      InTurn // nil: requests need not wait
	base        string
	maxBytes    int64 // of one file
	idleTimeout time.Duration
	events      chan []Event
	work        sync.WaitGroup
	cleaned     sync.Map // folders without what killed processes left there

	mu      sync.Mutex // guards what follows
	queue   []Want
	active  map[job.ID]context.CancelCauseFunc // of what is queued or running; nil while queued
	running int
	pending []Event
	ring    chan struct{} // holds one when there are pending events
}

// New returns Downloads into a folder, which is made when it is needed; see [DefaultFolder].
// Links are asked for in turn, unless that is nil. Nothing happens before Run.
func New(source Source, inTurn InTurn, folder string, maxBytes int64) *Downloads {
	return &Downloads{
		source:      source,
		inTurn:      inTurn,
		base:        folder,
		maxBytes:    maxBytes,
		idleTimeout: 30 * time.Second,
		events:      make(chan []Event, 1),
		active:      map[job.ID]context.CancelCauseFunc{},
		ring:        make(chan struct{}, 1),
	}
}

// Add queues downloads, but for those that are queued or running already. It never waits.
func (d *Downloads) Add(wants ...Want) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, w := range wants {
		if _, ok := d.active[w.ID]; !ok {
			d.active[w.ID] = nil
			d.queue = append(d.queue, w)
			d.put(Event{ID: w.ID, State: Queued})
		}
	}
}

// Cancel cancels downloads. Their Canceled event says that nothing of them is left on the disk.
func (d *Downloads) Cancel(ids ...job.ID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, id := range ids {
		if cancel, ok := d.active[id]; cancel != nil {
			cancel(nil)
		} else if ok {
			delete(d.active, id)
			d.put(Event{ID: id, State: Canceled})
		}
	}
	d.queue = slices.DeleteFunc(d.queue, func(w Want) bool { _, ok := d.active[w.ID]; return !ok })
}

// Events delivers at most 10 times a second. Run closes it, with the last events still in it.
func (d *Downloads) Events() <-chan []Event { return d.events }

// Run downloads until ctx ends, and returns when everything that it started has stopped: nil,
// or a [panics.Error]. What was running is canceled. It may be called once.
func (d *Downloads) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var pause <-chan time.Time // between deliveries
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-d.ring:
			d.start(ctx, cancel)
		case <-pause:
			pause = nil
		}
		if pause == nil && d.deliver() {
			pause = time.After(eventInterval)
		}
	}
	d.work.Wait()
	d.deliver()
	close(d.events)
	if e, ok := errors.AsType[*panics.Error](context.Cause(ctx)); ok {
		return e
	}
	return nil
}

// start starts as many downloads as may run at once. crash is called with what one panics with.
func (d *Downloads) start(ctx context.Context, crash context.CancelCauseFunc) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for len(d.queue) > 0 && d.running < concurrency {
		w := d.queue[0]
		d.queue = d.queue[1:]
		d.running++
		ctx, cancel := context.WithCancelCause(ctx)
		d.active[w.ID] = cancel
		d.put(Event{ID: w.ID, State: Running})
		d.work.Go(func() {
			defer panics.Into(func(e *panics.Error) { crash(e) })
			defer cancel(nil)
			e := d.download(ctx, &w, func() { cancel(errIdle) })
			d.mu.Lock()
			defer d.mu.Unlock()
			d.running--
			delete(d.active, w.ID)
			d.put(e)
		})
	}
}

// put adds an event; d.mu is held.
func (d *Downloads) put(e Event) {
	d.pending = append(d.pending, e)
	select {
	case d.ring <- struct{}{}:
	default:
	}
}

// deliver sends the pending events and those not received yet, and reports whether there were any.
func (d *Downloads) deliver() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.pending) == 0 {
		return false
	}
	select {
	case unread := <-d.events:
		d.pending = append(unread, d.pending...)
	default:
	}
	d.events <- d.pending // there is room: nothing else sends
	d.pending = nil
	return true
}

// download makes one download and returns how it ended. giveUp ends ctx with errIdle.
func (d *Downloads) download(ctx context.Context, w *Want, giveUp func()) Event {
	e := Event{ID: w.ID, State: Saved, File: w.File, Already: true}
	var err error
	if info, missing := os.Stat(w.File); missing != nil || !info.Mode().IsRegular() || filepath.Ext(w.File) != ".pdf" {
		e.File, e.Already, err = d.get(ctx, w, giveUp)
	}
	switch {
	case err == nil:
		return e
	case ctx.Err() != nil && !errors.Is(context.Cause(ctx), errIdle):
		return Event{ID: w.ID, State: Canceled}
	}
	return Event{ID: w.ID, State: Failed, Err: explain(ctx, err)}
}

func (d *Downloads) get(ctx context.Context, w *Want, giveUp func()) (file string, already bool, err error) {
	if w.Path == "" {
		return "", false, &Error{Reason: "the API named no output for this job"}
	}
	link, err := d.link(ctx, w.Path)
	if e, ok := errors.AsType[*api.Error](err); ok {
		return "", false, &Error{"asked for the PDF: " + e.Error(), !errors.Is(err, api.ErrPrivate)}
	}
	if err != nil {
		return "", false, &Error{"the API could not be asked for the PDF", true}
	}
	b := &body{downloads: d, event: Event{ID: w.ID, State: Running}}
	// From here on: the pages of redirects and refusals may hang, too.
	d.work.Go(func() { watchIdle(ctx, &b.got, d.idleTimeout, giveUp) })
	resp, err := d.source.Fetch(ctx, link)
	if err != nil {
		return "", false, err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.ContentLength > d.maxBytes {
		return "", false, tooLarge(d.maxBytes)
	}
	b.Reader, b.event.Size = resp.Body, resp.ContentLength
	return d.save(w, b)
}

// link asks where a PDF is, in turn. When the API wants a pause, the next turn comes after it.
func (d *Downloads) link(ctx context.Context, path string) (link *url.URL, err error) {
	if d.inTurn == nil || !d.source.Own(path) {
		return d.source.Output(ctx, path)
	}
	for range maxAsks {
		err = d.inTurn(ctx, func(ctx context.Context) (err error) {
			link, err = d.source.Output(ctx, path)
			return err
		})
		if e, ok := errors.AsType[*api.Error](err); !ok || !e.Problem.Pauses() {
			break
		}
	}
	return link, err
}

// body reports the progress of what is read.
type body struct {
	io.Reader
	downloads *Downloads
	event     Event
	reported  time.Time
	got       atomic.Int64 // for watchIdle
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	b.event.Got = b.got.Add(int64(n))
	if now := time.Now(); now.Sub(b.reported) >= eventInterval {
		b.reported = now
		b.downloads.mu.Lock()
		defer b.downloads.mu.Unlock()
		b.downloads.put(b.event)
	}
	return n, err
}

// watchIdle calls giveUp when less than minProgress bytes have come within the timeout, until
// ctx ends. It counts ticks, not time: a process that was stopped has data still to read.
func watchIdle(ctx context.Context, got *atomic.Int64, timeout time.Duration, giveUp func()) {
	ticker := time.NewTicker(timeout / idleTicks)
	defer ticker.Stop()
	counted := int64(0)
	for idle := 1; idle <= idleTicks; idle++ {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if n := got.Load(); n-counted >= minProgress {
			counted, idle = n, 0
		}
	}
	giveUp()
}
