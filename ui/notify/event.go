package notify

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/ui/sanitize"
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
	var batches, failures, done, failed int
	var batch, failure Event
	api := ""
	for _, e := range events {
		switch e.Kind {
		case BatchFinished:
			batches++
			batch, done, failed = e, done+e.Done, failed+e.Failed
		case JobFailed:
			failures++
			failure = e
		case APIAway: // of these, only the last is still true
			api = "the API has not answered for " + minutes(e.Seconds)
		case APIBack:
			api = "the API answers again, after " + minutes(e.Seconds)
		case Test:
		}
	}
	outcome := fmt.Sprintf(" finished: %d done", done)
	if failed > 0 {
		outcome += fmt.Sprintf(", %d failed", failed)
	}
	var parts []string
	if batches == 1 {
		parts = append(parts, "batch "+batch.Batch+outcome)
	} else if batches > 1 {
		parts = append(parts, fmt.Sprint(batches, " batches", outcome))
	}
	if failures == 1 {
		short := failure.ID[:min(len(failure.ID), 8)]
		parts = append(parts, cmp.Or(failure.Description, short)+" failed")
		if failure.Cause != "" {
			parts[len(parts)-1] += ": " + failure.Cause
		}
	} else if failures > 1 {
		parts = append(parts, fmt.Sprintf("%d jobs failed", failures))
	}
	if api != "" {
		parts = append(parts, api)
	}
	return job.Scrub(strings.Join(parts, "; "))
}

func minutes(seconds int) string {
	if seconds < 60 {
		return fmt.Sprintf("%d s", seconds)
	}
	return fmt.Sprintf("%d min", seconds/60)
}
