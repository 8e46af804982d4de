// Package session is the core that the dashboard and plain mode share: the records of the
// tracked jobs, merged with what other windows save, the queue of saves, the downloads, and
// the events that users hear of. It draws and prints nothing.
//
// A [Session] belongs to one goroutine: Bubble Tea's loop, or plain mode's. Its methods
// never wait. What came of a call is fetched with [Session.Take]: events, to be shown, and
// effects, each of which the face runs in a goroutine of its own.
package session

import (
	"context"
	"log/slog"
	"time"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/poller/download"
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/ids"
	"example.com/jobwatch/ui/notify"
)

// Poller asks the API about jobs. None of its methods waits.
type Poller interface {
	Track(jobs ...poller.Tracked)
	Remove(ids ...job.ID)
	PollNow(ids ...job.ID)
}

// Journal is the state file. Only effects use it.
type Journal interface {
	Append(ctx context.Context, ops ...store.Op) error
	Next(ctx context.Context) (store.News, error)
}

// Downloader downloads PDFs. None of its methods waits.
type Downloader interface {
	Add(wants ...download.Want)
	Cancel(ids ...job.ID)
	Events() <-chan []download.Event
}

// Arrival is jobs that come from elsewhere than the keys, as one batch.
type Arrival struct {
	ids.Found
	Batch string // its name; "" names it after the time
	Given bool   // by the user, who may undo it, all in the same batch; else it came by itself, as the demo's do
	Open  bool   // more may be given, on standard input
	Note  string // for the user, or ""
	Err   error  // what is wrong with standard input and ends jobwatch, or nil
	Taken bool   // by the dashboard
}

// Config is what a session works with. The options that both faces have are here.
type Config struct {
	Poller    Poller
	Downloads Downloader       // nil: there is nowhere to download to
	Clock     func() time.Time // nil: time.Now

	DownloadAll bool // each watched job's PDF, the moment that it is Done
	Redact      bool // short IDs only, and no descriptions

	// Command is the user's, told of each event; nil: there is none.
	Command func(context.Context, notify.Event) error
	Notify  bool // tell [Notified] events

	Log *slog.Logger // the debug log; nil: none
}

// Session is what is known of all tracked jobs, and what is to be done about it.
type Session struct {
	cfg     Config
	journal Journal // nil before [Session.Open]

	records  map[job.ID]*Record
	batches  map[store.BatchID]*Batch
	seq      uint32 // of the job added last
	batchSeq uint32
	changes  int // see [Session.Membership]

	saves   saves
	fetches map[job.ID]*fetch // PDFs that are wanted and not saved
	host    poller.Host
	away    struct {
		since time.Time     // when the API stopped to answer; zero while it does
		told  time.Duration // the longest span of that which was told
	}
	announcing announcing
	statuses   map[job.Status]bool // unknown ones that were told

	events  []Event
	effects []Effect
}

// Effect is work that may wait; ctx ends it. What it returns continues the session's work
// and is called in the session's goroutine.
type Effect func(ctx context.Context) (then func())

// New returns a session without jobs.
func New(cfg Config) *Session {
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Session{
		cfg:      cfg,
		records:  make(map[job.ID]*Record),
		batches:  make(map[store.BatchID]*Batch),
		fetches:  make(map[job.ID]*fetch),
		statuses: make(map[job.Status]bool),
	}
}

// Open adds what the state file held at the start, and follows from then on what other
// windows write into it. There are no events of the jobs: they are history.
func (s *Session) Open(journal Journal, opened store.Opened) {
	s.journal = journal
	s.load(opened.Contents)
	for _, w := range opened.Warnings {
		s.warn(w)
	}
	s.saves.told = opened.NotSaving
	s.damaged(opened.Damaged, opened.Backup)
	s.follow()
	s.flush()
}

// Take returns what has happened since the last call, in its order, and what is to be run.
func (s *Session) Take() ([]Event, []Effect) {
	events, effects := s.events, s.effects
	s.events, s.effects = nil, nil
	return events, effects
}

// Host says how polling as a whole is doing.
func (s *Session) Host() poller.Host { return s.host }

func (s *Session) run(e Effect) { s.effects = append(s.effects, e) }

// after continues with then when a span has passed.
func (s *Session) after(span time.Duration, then func()) {
	s.run(func(ctx context.Context) func() {
		select {
		case <-time.After(span):
			return then
		case <-ctx.Done():
			return func() {}
		}
	})
}
