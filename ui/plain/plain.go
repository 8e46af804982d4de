package plain

import (
	"context"
	"io"
	"time"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/poller/download"
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/config"
	"example.com/jobwatch/ui/joblist"
	"example.com/jobwatch/ui/session"
)

// Watcher is the poller, as it is used here. None of these waits.
type Watcher interface {
	session.Poller
	Updates() <-chan poller.Update
}

// Downloader gets PDFs, as it is used here. None of these waits.
type Downloader interface {
	session.Downloader
	Events() <-chan []download.Event
}

// Config says what to watch and where to tell of it.
type Config struct {
	Out io.Writer // the lines
	Err io.Writer // what is about jobwatch, and the causes of failures

	JSON bool // instead of plain lines
	Once bool // poll each job once, then leave

	Demo bool // the state file is thrown away afterwards

	// Notify gives what to send to the terminal behind Err for a notification; nil:
	// there is no terminal, or none is wanted.
	Notify func(text string) string

	Session session.Config // what both faces have; plain mode adds its poller and downloads
	Journal session.Journal
	Opened  store.Opened // what the state file holds
	Watcher Watcher      // running; whoever runs it stops it after Run

	Downloads Downloader // running, likewise: each Done job's PDF is wanted; nil: none is

	// Jobs is what to watch; none: all unfinished ones that are tracked, with Downloads
	// those whose PDFs are missing, and with Once those that jobwatch gave up or the API
	// rejected. A job of Jobs that was given up or rejected is asked for again.
	Jobs  []job.ID
	Batch string // the name of the batch that new jobs among them become; "": the time
	// BatchGiven has it told which of Jobs stay in batches of another name.
	BatchGiven bool

	// Filter selects what is watched, by the words that last (see [joblist.Filter.Lasting]),
	// and what is shown of that. With it, no Jobs mean all that are tracked, even finished.
	Filter joblist.Filter
}

const (
	// saveGrace bounds the last save. It is longer than the store waits for its lock.
	saveGrace = 8 * time.Second
	// writeGrace is how long, after an interruption, a reader may take for what is
	// still to be written.
	writeGrace = time.Second
	// fileGrace bounds how long downloads that are given up may take to clean up.
	fileGrace = 2 * time.Second
	// awayDelay is how long the API may be away before that is told: short
	// troubles are nobody's business.
	awayDelay = 10 * time.Second
	// commandPatience bounds how long the end waits for one more event to be announced. The
	// user's command has a minute, and a second for what it leaves behind.
	commandPatience = 65 * time.Second
	// effectGrace bounds how long effects that are given up may take to end.
	effectGrace = 2 * time.Second
	// mostUnread is how many bytes may wait for a reader that has stopped reading.
	// Then nothing more is taken from the poller, which keeps only the newest.
	mostUnread = 1 << 20
	// mostCauses is how many failed jobs are listed at the end.
	mostCauses = 50
)

// Run tracks the jobs that are not tracked yet, tells of each change of status, and
// returns when all of the jobs are finished and all wanted PDFs saved or given up,
// when ctx ends, or when nobody reads Out any more; without an interruption, it sees to
// it that all news are told first. Downloads that have not ended then are canceled, and
// leave nothing on the disk. What it observed is in the state file then, as far as the
// disk allows: trouble with it is told once, and watching goes on. Its error means that
// the poller or downloading stopped early, that Out can't be written, or that something
// panicked.
func Run(ctx context.Context, cfg Config) (Result, error) {
	w := newWatch(ctx, &cfg)
	err := w.begin(ctx)
	if err == nil {
		err = w.until(ctx, nil, w.settled)
	}
	return w.finish(ctx, err)
}

// Result is how the jobs stood at the end.
type Result struct {
	Done        int
	Failed      int // finished, but not Done
	Unfinished  int
	NotSaved    int  // PDFs that were wanted and could not be had
	Interrupted bool // the context ended before the jobs did
	Cut         bool // nobody reads standard output any more
	Once        bool // it was one look only
}

// Exit is the exit status: of unfinished jobs there are only some after one look,
// an interruption, or when nobody reads on.
func (r Result) Exit() int {
	switch {
	case r.Interrupted:
		return config.ExitInterrupted
	case r.Failed > 0, r.NotSaved > 0, r.Cut:
		return config.ExitNotDone
	case r.Unfinished > 0 && r.Once:
		return config.ExitUnfinished
	case r.Unfinished > 0:
		return config.ExitNotDone
	}
	return config.ExitDone
}

// count adds a job.
func (r *Result) count(end job.End) {
	switch {
	case end == job.EndedDone:
		r.Done++
	case end.Finished():
		r.Failed++
	default:
		r.Unfinished++
	}
}
