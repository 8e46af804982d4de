package plain

import (
	"context"
	"io"
	"time"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/hook"
	"example.com/jobwatch/ui/joblist"
)

// Watcher is the poller, as it is used here. None of these waits.
type Watcher interface {
	Track(jobs ...poller.Tracked)
	Remove(ids ...job.ID)
	Updates() <-chan poller.Update
}

// Journal is the state file, as it is used here.
type Journal interface {
	Append(ctx context.Context, ops ...store.Op) error
	Next(ctx context.Context) (store.News, error)
}

// Config says what to watch and where to tell of it.
type Config struct {
	Out io.Writer // the lines
	Err io.Writer // what is about jobwatch, and the causes of failures

	JSON bool // instead of plain lines
	Once bool // poll each job once, then leave

	Redact bool // short IDs only, and no descriptions
	Demo   bool // the state file is thrown away afterwards

	// Command is the user's, told of news (hook.Hook's Run); nil: there is none.
	Command func(context.Context, hook.Event) error
	// Notify gives what to send to the terminal behind Err for a notification; nil:
	// there is no terminal, or none is wanted.
	Notify func(text string) string

	Journal Journal
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
	// statusDelay is how long status changes may wait to be saved together.
	statusDelay = time.Second
	// retryDelay is how long a failed save waits before it is tried again.
	retryDelay = 5 * time.Second
	// saveGrace bounds the last save. It is longer than the store waits for its lock.
	saveGrace = 8 * time.Second
	// writeGrace is how long, after an interruption, a reader may take for what is
	// still to be written.
	writeGrace = time.Second
	// downloadTries is how often in all a PDF is tried, where trying again may help,
	// and downloadDelay how long the next try waits at most: nobody is there to press
	// a key, a short outage is to cost no PDF, and a long one not to keep a script.
	downloadTries = 3
	downloadDelay = 30 * time.Second
	// fileGrace bounds how long downloads that are given up may take to clean up.
	fileGrace = 2 * time.Second
	// awayDelay is how long the API may be away before that is told: short
	// troubles are nobody's business.
	awayDelay = 10 * time.Second
	// absenceIsNews is how long the API may be away before that is news.
	absenceIsNews = time.Minute
	// newsGrace bounds how long the end waits for one more of the news to be told. The
	// user's command has a minute, and a second for what it leaves behind.
	newsGrace = 65 * time.Second
	// commandGrace bounds how long commands that are given up may take to end.
	commandGrace = 2 * time.Second
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
	w := newWatch(&cfg)
	w.herald = newHerald(ctx, cfg.Command)
	stop := w.follow(ctx)
	err := w.begin(ctx)
	if err == nil {
		err = w.loop(ctx)
	}
	stop()
	return w.finish(ctx, err)
}
