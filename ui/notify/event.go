package notify

import (
	"cmp"
	"fmt"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/ui/sanitize"
	"example.com/jobwatch/ui/style"
)

// Kind is what has happened, in the word that the user's command reads.
type Kind string

// The kinds of events.
const (
	BatchFinished Kind = "batch-finished" // no job of it is unfinished any more
	JobFailed     Kind = "job-failed"     // it ended in anything but Done
	APIAway       Kind = "api-away"       // the API has not answered for a while
	APIBack       Kind = "api-back"       // it answers again
	Test          Kind = "test"
)

// Event is one thing worth a notification. The user's command reads it as a line of JSON.
type Event struct {
	Kind        Kind      `json:"event"`
	Time        time.Time `json:"time"`
	Text        string    `json:"text"` // the same in a sentence; made from the rest when it is ""
	Batch       string    `json:"batch,omitempty"`
	ID          string    `json:"id,omitempty"`
	Description string    `json:"description,omitempty"`
	Cause       string    `json:"cause,omitempty"`
	Done        int       `json:"done,omitempty"`
	Failed      int       `json:"failed,omitempty"`
	Seconds     int       `json:"seconds,omitempty"` // how long the API was away
}

// Clean returns the event for other programs: its texts are printable, and no ID but the
// event's own is whole.
func (e Event) Clean() Event {
	if e.Text == "" {
		e.Text = sanitize.Line(Sentence([]Event{e}))
	}
	for _, text := range []*string{&e.Batch, &e.Description, &e.Cause} {
		*text = job.Scrub(sanitize.Line(*text))
	}
	return e
}

// Sentence describes all of the events in one sentence, "" if there are none. It may quote
// untrusted text, but no whole job ID and no link: anybody may see it, and it is kept by
// desktops.
func Sentence(events []Event) string {
	var batch, failure, api string
	var batches, done, failed, failures int
	for _, e := range events {
		away := fmt.Sprintf("%d min", e.Seconds/60)
		if e.Seconds < 60 {
			away = fmt.Sprintf("%d s", e.Seconds)
		}
		switch e.Kind {
		case BatchFinished:
			batches, done, failed = batches+1, done+e.Done, failed+e.Failed
			batch = "batch " + e.Batch
		case JobFailed:
			failures++
			failure = style.Joined(": ", cmp.Or(sanitize.Line(e.Description), e.ID[:min(len(e.ID), 8)])+" failed", e.Cause)
		case APIAway: // of these, only the last is still true
			api = "the API has not answered for " + away
		case APIBack:
			api = "the API answers again, after " + away
		case Test:
		}
	}
	if batches > 1 {
		batch = fmt.Sprint(batches, " batches")
	}
	if batches > 0 {
		batch += fmt.Sprintf(" finished: %d done", done)
	}
	if failed > 0 {
		batch += fmt.Sprintf(", %d failed", failed)
	}
	if failures > 1 {
		failure = fmt.Sprintf("%d jobs failed", failures)
	}
	return job.Scrub(style.Joined("; ", batch, failure, api))
}
