package plain

import (
	"context"
	"io"
	"time"

	"example.com/jobwatch/poller/panics"
)

// outlet writes to a stream that may block, such as a pipe whose reader has stopped,
// without blocking whoever has something to say.
type outlet struct {
	w       io.Writer
	pending []byte
	busy    bool
	done    chan error // ends the write under way
	err     error      // the first one; nothing is written after it
}

func newOutlet(w io.Writer) outlet { return outlet{w: w, done: make(chan error, 1)} }

// start writes what waits, if nothing is being written.
func (o *outlet) start() {
	if o.busy || len(o.pending) == 0 {
		return
	}
	if o.err != nil {
		o.pending = nil
		return
	}
	text := o.pending
	o.pending, o.busy = nil, true
	go func() {
		defer panics.Into(func(e *panics.Error) { o.done <- e })
		_, err := o.w.Write(text)
		o.done <- err
	}()
}

func (o *outlet) landed(err error) {
	o.busy = false
	if o.err == nil {
		o.err = err
	}
	o.start()
}

// drain waits until all is written; after ctx has ended, for at most grace.
func (o *outlet) drain(ctx context.Context, grace time.Duration) {
	o.start()
	ended := ctx.Done()
	var late <-chan time.Time
	for o.busy {
		select {
		case err := <-o.done:
			o.landed(err)
		case <-ended:
			ended, late = nil, time.After(grace)
		case <-late:
			return
		}
	}
}
