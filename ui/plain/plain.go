// Package plain is jobwatch without a screen: it prints what happens in a [session.Session]
// as lines for people, as an [object] in JSON for programs, or as a table for a single look:
//
//	2026-05-04 14:32:05  01890a5d  Processing    45%  Invoice 12: rendering page 3
//	2026-05-04 14:33:10  01890a5d  saved /home/me/Downloads/may/Invoice 12.pdf
//
// The API's texts go through ui/sanitize. What is about jobwatch itself, and the causes of
// jobs that failed, go to standard error; so do notifications, if that is a terminal.
package plain

import (
	"context"
	"io"
	"time"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/joblist"
	"example.com/jobwatch/ui/session"
)

// Config says what to watch and where to print it.
type Config struct {
	Out io.Writer // the lines
	Err io.Writer // what is about jobwatch, and the causes of failures

	JSON     bool // instead of plain lines
	Once     bool // poll each job once, then leave
	Look     bool // with Once: poll none, and print what is known
	FailFast bool // leave at the first job that ends without being Done
	Summary  bool // end with an object of counts
	Demo     bool // the state file is thrown away afterwards

	// Notify gives what to send to the terminal behind Err for a notification; nil: nothing.
	Notify func(text string) string

	// Session holds the running poller and, if each Done job's PDF is wanted, running
	// downloads; the caller stops them after Run.
	Session session.Config
	Updates <-chan poller.Update // of the poller
	Journal session.Journal
	Opened  store.Opened // what the state file holds

	// Jobs is what to watch; none: all unfinished ones that are tracked, with downloads
	// those whose PDFs are missing, and with Once those that jobwatch gave up or the API
	// rejected. A job of Jobs that was given up or rejected is asked for again.
	Jobs []job.ID
	// Arrivals are more jobs for the same batch; nil: there are none. Jobs counts only if it is.
	Arrivals <-chan *session.Arrival
	Batch    string // the name of the batch that new jobs among them become; "": the time
	// BatchGiven has it told which of Jobs stay in batches of another name.
	BatchGiven bool

	// Filter selects what is watched, by the words that last (see [joblist.Filter.Lasting]),
	// and what is shown of that. With it, no Jobs mean all that are tracked, even finished.
	Filter joblist.Filter
}

// How long the end may take at the most, each time, how many failed jobs it lists, and more.
const (
	writeGrace      = time.Second      // for a reader, after an interruption
	endGrace        = 2 * time.Second  // for downloads and effects that are given up
	commandPatience = 65 * time.Second // for one more event to be announced: the user's command has a minute
	mostCauses      = 50
)

// InputDelay is how long standard input may say nothing until [Waiting] is told.
const (
	InputDelay = 1500 * time.Millisecond
	Waiting    = "waiting for the end of standard input, which may hold job IDs"
)

// Run watches the jobs until they are finished and all wanted PDFs saved or given up, ctx ends or
// nobody reads Out any more, and returns the exit status. What it observed is in the state
// file then. Its error is what stopped early, can't be written or panicked.
func Run(ctx context.Context, cfg Config) (status int, err error) {
	w := newWatch(ctx, cfg)
	defer close(w.over)
	defer w.stop()
	w.begin()
	err = w.until(ctx, func() bool { return w.Look || w.first != nil || w.settled() })
	if err == nil && len(w.order) == 0 {
		err = w.nothing()
	}
	return w.finish(ctx, err)
}
