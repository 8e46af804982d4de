package hook

import (
	"time"

	"example.com/jobwatch/ui/notify"
	"example.com/jobwatch/ui/sanitize"
)

// Event is what the command reads on its standard input, as a line of JSON.
type Event struct {
	Event       string    `json:"event"` // batch-finished, job-failed, api-away, api-back, test
	Time        time.Time `json:"time"`
	Text        string    `json:"text"` // the same in a sentence
	Batch       string    `json:"batch,omitempty"`
	ID          string    `json:"id,omitempty"`
	Description string    `json:"description,omitempty"`
	Cause       string    `json:"cause,omitempty"`
	Done        int       `json:"done,omitempty"`
	Failed      int       `json:"failed,omitempty"`
	Seconds     int       `json:"seconds,omitempty"` // how long the API was away
}

// About is the event of some news, with all that the news itself tells.
func About(news notify.News, at time.Time) Event {
	e := Event{Time: at, Text: sanitize.Line(notify.Sentence([]notify.News{news}))}
	switch n := news.(type) {
	case notify.BatchFinished:
		e.Event, e.Batch, e.Done, e.Failed = "batch-finished", sanitize.Line(n.Batch), n.Done, n.Failed
	case notify.JobFailed:
		e.Event, e.Cause = "job-failed", sanitize.Line(n.Cause)
	case notify.APIAway:
		e.Event, e.Seconds = "api-away", int(n.For.Seconds())
	case notify.APIBack:
		e.Event, e.Seconds = "api-back", int(n.After.Seconds())
	}
	return e
}
