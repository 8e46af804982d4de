package download

import (
	"context"
	"time"

	"example.com/jobwatch/poller/job"
)

// State is where a download stands.
type State uint8

// The states of a download; the last three are final.
const (
	Queued State = iota
	Running
	Saved
	Failed
	Canceled
)

// Event is what became of a download.
type Event struct {
	ID        job.ID
	State     State
	Got, Size int64  // bytes; Size is -1 while it is not known
	File      string // when Saved: the whole path
	Already   bool   // it was there before, and nothing was written
	Err       error  // when Failed: an [*Error]
}

// pace is the least time between two lots of events.
const pace = 100 * time.Millisecond

// news holds events until they are taken: the newest of each job, in the order in
// which the jobs got theirs.
type news struct {
	events []Event
	at     map[job.ID]int
	bell   chan struct{} // holds one when there is something
}

func newNews() news { return news{at: map[job.ID]int{}, bell: make(chan struct{}, 1)} }

func (n *news) put(e Event) {
	if i, ok := n.at[e.ID]; ok {
		n.events[i] = e
	} else {
		n.at[e.ID] = len(n.events)
		n.events = append(n.events, e)
	}
	select {
	case n.bell <- struct{}{}:
	default:
	}
}

func (d *Downloads) take() []Event {
	d.mu.Lock()
	defer d.mu.Unlock()
	events := d.news.events
	d.news.events = nil
	clear(d.news.at)
	return events
}

// deliver sends what is new until ctx ends. A consumer who is slow, or away, holds
// nobody up.
func (d *Downloads) deliver(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-d.news.bell:
		}
		events := d.take()
		if len(events) == 0 {
			continue
		}
		select {
		case <-ctx.Done():
			d.events <- d.merge(events) // this goroutine is the only sender, and made room
			return
		case d.events <- events:
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pace):
		}
	}
}

// deliverRest leaves the last events in the closed channel.
func (d *Downloads) deliverRest() {
	if rest := d.take(); len(rest) > 0 {
		d.events <- d.merge(rest)
	}
	close(d.events)
}

// merge takes what nobody has received yet out of the channel, and adds the newer.
func (d *Downloads) merge(newer []Event) []Event {
	n := newNews()
	select {
	case events := <-d.events:
		for _, e := range events {
			n.put(e)
		}
	default:
	}
	for _, e := range newer {
		n.put(e)
	}
	return n.events
}
