package plain

import (
	"errors"
	"io"
	"runtime"
	"syscall"

	"example.com/jobwatch/poller/panics"
)

// outlet writes to a stream that may block, such as a pipe whose reader has stopped,
// without blocking the caller.
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

// isCut reports whether a write failed because nobody reads any more.
func isCut(err error) bool {
	errno, _ := errors.AsType[syscall.Errno](err)
	const brokenPipe, noData = 109, 232 // of Windows
	windows := runtime.GOOS == "windows" && (errno == brokenPipe || errno == noData)
	return windows || errors.Is(err, syscall.EPIPE) || errors.Is(err, io.ErrClosedPipe)
}
