package terminal

import (
	"os"
	"sync"
	"sync/atomic"
	"time"

	"example.com/jobwatch/poller/panics"
)

// Output writes to the terminal: what Bubble Tea sends (tea.WithOutput finds the terminal
// by Fd), frames, and sequences between them. Each write is whole, so that no sequence
// lands inside another.
//
// No write waits. A terminal may take nothing for minutes (a stopped window, a line
// that hangs), and Bubble Tea holds its renderer's lock while it writes, which blocks
// Update and with it all saves. So a goroutine writes, while there is anything to write.
// Its queue is bounded: see [Output.Behind].
type Output struct {
	file      *os.File
	abandoned atomic.Bool // the write in progress must not continue

	mu         sync.Mutex
	queue      []byte        // waits for the write in progress
	idle       chan struct{} // closed when everything is written; nil while nothing is being written
	awaited    bool          // Behind was true since the terminal last caught up
	lost       bool          // something was dropped since
	err        error         // of a write: the terminal is gone
	onCaughtUp func(lost bool)
	onPanic    func(*panics.Error)
}

const (
	// maxQueued bounds the queue for a terminal that takes nothing, in bytes: several
	// times the largest frame or clipboard sequence.
	maxQueued = 1 << 20
	// maxWrite is how much is written at once, in bytes. Abandon waits for one write.
	maxWrite = 4 << 10
)

// NewOutput returns the Output of a terminal, or of any other file.
func NewOutput(file *os.File) *Output { return &Output{file: file} }

// Write queues all of p, or returns the error of an earlier write.
func (o *Output) Write(p []byte) (int, error) { return enqueue(o, p) }

// WriteString is [Output.Write]; without it, [io.WriteString] would copy.
func (o *Output) WriteString(s string) (int, error) { return enqueue(o, s) }

// Send writes a sequence between two frames. Errors don't matter: a terminal that is gone
// needs no sequence.
func (o *Output) Send(sequence string) { _, _ = enqueue(o, sequence) }

func enqueue[T string | []byte](o *Output, p T) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case o.err != nil:
		return 0, o.err
	case len(p) == 0:
	case len(o.queue)+len(p) > maxQueued:
		o.lost = true
	default:
		o.queue = append(o.queue, p...)
		if o.idle == nil {
			o.idle = make(chan struct{})
			go o.write()
		}
	}
	return len(p), nil
}

// write writes until nothing is queued.
func (o *Output) write() {
	defer panics.Into(func(e *panics.Error) { o.onPanic(e) })
	var err error
	for {
		queue, caughtUp := o.next(err)
		if queue == nil {
			caughtUp()
			return
		}
		for len(queue) > 0 && err == nil && !o.abandoned.Load() {
			var n int
			n, err = o.file.Write(queue[:min(len(queue), maxWrite)])
			queue = queue[n:]
		}
	}
}

// next takes the queue, given the error of the last write. If there is none, writing has
// ended, and the writer must call caughtUp.
func (o *Output) next(err error) (queue []byte, caughtUp func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err != nil {
		o.err, o.queue = err, nil
	}
	if queue = o.queue; len(queue) > 0 {
		o.queue = nil
		return queue, nil
	}
	caughtUp = func() {}
	if lost, report := o.lost, o.onCaughtUp; report != nil && (o.awaited || lost) {
		caughtUp = func() { report(lost) }
	}
	close(o.idle)
	o.idle, o.awaited, o.lost = nil, false, false
	o.abandoned.Store(false)
	return nil, caughtUp
}

// Behind reports whether the terminal has not yet taken everything. A new frame should
// wait then: once it has, the next frame skips all that happened meanwhile. OnCaughtUp
// reports when.
func (o *Output) Behind() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.awaited = o.awaited || o.idle != nil
	return o.idle != nil
}

// OnCaughtUp sets a function that the writing goroutine calls when the terminal has taken
// everything after Behind was true, or after something had to be dropped: it is lost then,
// and the whole screen must be drawn.
func (o *Output) OnCaughtUp(f func(lost bool)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.onCaughtUp = f
}

// OnPanic sets a function that is called with a panic of a goroutine of the Output or its
// Screen, by that goroutine. It must be called before anything is shown.
func (o *Output) OnPanic(report func(*panics.Error)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.onPanic = report
}

// Flush waits until the terminal has taken everything, and reports whether it has.
func (o *Output) Flush(within time.Duration) bool {
	o.mu.Lock()
	idle := o.idle
	o.mu.Unlock()
	if idle == nil {
		return true
	}
	select {
	case <-idle:
		return true
	case <-time.After(within):
		return false
	}
}

// Abandon gives up on a terminal that takes nothing. It throws away what is queued, in the
// kernel too, so that there is room for a last sequence, which the terminal finds if it
// recovers.
func (o *Output) Abandon(last string) {
	o.mu.Lock()
	o.queue = nil
	o.abandoned.Store(o.idle != nil)
	o.mu.Unlock()
	for range 50 { // the write in progress needs room too
		discard(o.file)
		if o.Flush(10 * time.Millisecond) {
			break
		}
	}
	const cancel = "\x18" // CAN: ends a sequence that was cut off
	o.Send(cancel + last)
	o.Flush(100 * time.Millisecond)
}

// Read reads from the file; Bubble Tea requires it of a terminal.
func (o *Output) Read(p []byte) (int, error) { return o.file.Read(p) }

// Close closes the file, once everything is written.
func (o *Output) Close() error {
	o.Flush(time.Second)
	return o.file.Close()
}

// Fd returns the file's descriptor.
func (o *Output) Fd() uintptr { return o.file.Fd() }
