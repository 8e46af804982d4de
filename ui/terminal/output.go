package terminal

import (
	"os"
	"sync"
	"time"

	"example.com/jobwatch/poller/panics"
)

// Output is the terminal that we write to. Bubble Tea writes its frames through it
// (tea.WithOutput finds the terminal by Fd) and we our own sequences between them:
// each write is whole, so that no sequence lands inside another.
//
// No write waits. A terminal may take nothing for minutes (a stopped window, a line
// that hangs), and Bubble Tea holds its renderer's lock while it writes, for which
// Update waits, and with Update all that is to be saved. So a goroutine writes, while
// there is anything to write. Its queue is bounded: see [Output.Behind].
type Output struct {
	file *os.File

	mu      sync.Mutex
	queue   []byte        // what comes after the write under way
	spare   []byte        // the queue before, to be used again
	idle    chan struct{} // closed when all is written; nil when all is
	given   bool          // up: what is being written is not to go on
	asked   bool          // Behind said so since
	lost    bool          // something was dropped since
	err     error         // of a write: nobody is there to read
	caught  func(lost bool)
	onPanic func(*panics.Error)
}

// maxQueued bounds what waits for a terminal that takes nothing, in bytes: several
// times the largest frame, or what the clipboard is sent.
const maxQueued = 1 << 20

// NewOutput returns the Output of a terminal, or of any other file.
func NewOutput(file *os.File) *Output { return &Output{file: file} }

// Write queues all of p, or says why an earlier write failed.
func (o *Output) Write(p []byte) (int, error) { return push(o, p) }

// WriteString is [Output.Write]; without it, [io.WriteString] would copy.
func (o *Output) WriteString(s string) (int, error) { return push(o, s) }

// Send writes a sequence between two frames. What can't be written is lost, as
// nobody is there to read it.
func (o *Output) Send(sequence string) { _, _ = push(o, sequence) }

func push[T string | []byte](o *Output, p T) (int, error) {
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
	defer panics.Into(o.panicked)
	for {
		next, caughtUp := o.next()
		if next == nil {
			caughtUp()
			return
		}
		var err error
		for rest := next; len(rest) > 0 && err == nil && !o.givenUp(); {
			var n int
			n, err = o.file.Write(rest[:min(len(rest), piece)])
			rest = rest[n:]
		}
		o.wrote(next, err)
	}
}

// panicked drops the queue, so that the next write starts again, and reports.
func (o *Output) panicked(e *panics.Error) {
	o.mu.Lock()
	o.queue = nil
	if o.idle != nil {
		close(o.idle)
		o.idle = nil
	}
	report := o.onPanic
	o.mu.Unlock()
	report(e)
}

// piece is how much is written at once, in bytes. Abandon waits for one.
const piece = 4 << 10

func (o *Output) givenUp() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.given
}

// next takes what is queued; if that is nothing, writing has ended, which the
// returned function tells.
func (o *Output) next() (queue []byte, caughtUp func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if queue = o.queue; len(queue) > 0 {
		o.queue, o.spare = o.spare[:0], nil
		return queue, nil
	}
	close(o.idle)
	caughtUp = func() {}
	if lost, caught := o.lost, o.caught; caught != nil && (o.asked || lost) {
		caughtUp = func() { caught(lost) }
	}
	o.idle, o.given, o.asked, o.lost = nil, false, false, false
	return nil, caughtUp
}

func (o *Output) wrote(queue []byte, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.spare = queue[:0]
	if err != nil {
		o.err, o.queue = err, nil
	}
}

// Behind reports whether the terminal has not taken yet what it was sent. Better no
// new frame is made then: once it has, the one that is due differs from the last it
// got by all that happened meanwhile, and is sent at once. OnCaughtUp tells when.
func (o *Output) Behind() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.asked = o.asked || o.idle != nil
	return o.idle != nil
}

// OnCaughtUp has a function called, by a goroutine of its own, when the terminal has
// taken everything after Behind said that it had not, or after something had to be
// dropped: lost then, and the screen has to be drawn anew.
func (o *Output) OnCaughtUp(f func(lost bool)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.caught = f
}

// Flush waits until the terminal has taken everything, and reports whether it has.
func (o *Output) Flush(within time.Duration) bool {
	o.mu.Lock()
	idle := o.idle
	o.mu.Unlock()
	if idle == nil {
		return true
	}
	timeout := time.NewTimer(within)
	defer timeout.Stop()
	select {
	case <-idle:
		return true
	case <-timeout.C:
		return false
	}
}

// Abandon gives up on a terminal that takes nothing: what waits for it is thrown
// away, in the kernel too, so that there is room for a last sequence. Whenever the
// terminal comes to life again, that is what it finds.
func (o *Output) Abandon(last string) {
	o.mu.Lock()
	o.queue, o.given = nil, o.idle != nil
	o.mu.Unlock()
	for range 50 { // the write under way needs room, too
		discard(o.file)
		if o.Flush(10 * time.Millisecond) {
			break
		}
	}
	o.Send(cancel + last)
	o.Flush(100 * time.Millisecond)
}

// cancel ends a sequence that was cut off (CAN).
const cancel = "\x18"

// Read reads from the file; with it, Output is what Bubble Tea takes for a terminal.
func (o *Output) Read(p []byte) (int, error) { return o.file.Read(p) }

// Close closes the file, once everything is written.
func (o *Output) Close() error {
	o.Flush(time.Second)
	return o.file.Close()
}

// Fd returns the file's descriptor.
func (o *Output) Fd() uintptr { return o.file.Fd() }
