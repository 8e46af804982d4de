package plain

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/poller/download"
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/panics"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/forecast"
	"example.com/jobwatch/ui/session"
	"example.com/jobwatch/ui/style"
)

// watch is one run. All of it belongs to the goroutine of Run; effects and writes have
// goroutines of their own that only hand over results.
type watch struct {
	forecaster *forecast.Forecaster

	cfg     *Config
	session *session.Session
	jobs    map[job.ID]*watched
	order   []job.ID
	shorts  shorts
	left    int // jobs that are not settled
	begun   time.Time

	ctx     context.Context //nolint:containedctx // effects outlive an interruption: they end with stop
	stop    context.CancelFunc
	running sync.WaitGroup
	results chan result

	out, err outlet
	gone     bool // it was told that the API is away

	why      error      // it ended early
	watching bool       // else only PDFs, and what is about jobwatch itself, are shown
	noPDF    int        // PDFs that were given up
	unsaved  []store.Op // what the last save could not write
}

// result is what an effect came to.
type result struct {
	then  session.Result
	broke *panics.Error
}

func newWatch(ctx context.Context, cfg *Config) *watch {
	shared := cfg.Session
	shared.Poller, shared.Notify = cfg.Watcher, cfg.Notify != nil
	if cfg.Downloads != nil {
		shared.Downloads, shared.DownloadAll = cfg.Downloads, true
	}
	if cfg.Once { // it is over before anybody looks elsewhere
		shared.Notify, shared.Command = false, nil
	}
	w := &watch{
		cfg: cfg, session: session.New(shared), forecaster: forecast.New(), jobs: make(map[job.ID]*watched),
		results: make(chan result), out: newOutlet(cfg.Out), err: newOutlet(cfg.Err), begun: time.Now(),
	}
	w.ctx, w.stop = context.WithCancel(context.WithoutCancel(ctx))
	return w
}

// catchUp shows what has happened in the session, and runs what is to be run.
func (w *watch) catchUp() {
	for {
		events, effects := w.session.Take()
		if len(events) == 0 && len(effects) == 0 {
			return
		}
		for _, e := range effects {
			w.run(e)
		}
		for i := range events {
			w.happened(&events[i])
		}
	}
}

func (w *watch) run(e session.Effect) {
	w.running.Go(func() {
		var r result
		func() {
			defer panics.Into(func(e *panics.Error) { r.broke = e })
			r.then = e(w.ctx)
		}()
		select {
		case w.results <- r:
		case <-w.ctx.Done():
		}
	})
}

// begin prints what is known already, and has the rest polled.
func (w *watch) begin(ctx context.Context) error {
	w.session.Open(w.cfg.Journal, w.cfg.Opened)
	w.catchUp()
	for _, r := range w.session.Records() {
		w.forecaster.See(&r.Job)
	}
	if err := w.trackNew(ctx); err != nil {
		return err
	}
	asked := w.cfg.Once || len(w.cfg.Jobs) > 0 // somebody asks for them, which lifts our verdicts
	records, err := w.chosen(asked)
	if err != nil {
		return err
	}
	w.shorts = shortIDs(session.IDs(records))
	var again, poll []*session.Record
	for _, r := range records {
		if w.jobs[r.ID] != nil {
			continue
		}
		at := &watched{Record: r, before: r.Answered}
		w.jobs[r.ID] = at
		w.order = append(w.order, r.ID)
		w.left++
		switch {
		case asked && r.End.Verdict(), w.cfg.Once && !r.End.Finished():
			again = append(again, r) // else it might be asked once by itself, and once more
		case r.End.Finished():
			w.show(at, w.begun)
			w.session.Fetch(r)
		default:
			poll = append(poll, r)
		}
	}
	w.session.Watch(true, again...)
	w.session.Watch(false, poll...)
	w.watching = true
	return nil
}

// trackNew puts the given jobs that are not tracked yet into the state file, as one
// batch. They are durable before anything is said of them.
func (w *watch) trackNew(ctx context.Context) error {
	name := w.cfg.Batch
	if name == "" {
		name = w.begun.Local().Format("2006-01-02 15:04")
	}
	elsewhere := 0
	for _, id := range w.cfg.Jobs {
		if r, ok := w.session.Record(id); ok && r.In().Name != w.cfg.Batch {
			elsewhere++
		}
	}
	added, _ := w.session.Add(w.cfg.Jobs, w.session.NewBatch(name))
	if w.cfg.BatchGiven && elsewhere > 0 {
		w.tell(style.Plural(elsewhere, "job") + " already tracked in another batch: --batch only names new jobs")
	}
	if len(added) == 0 {
		return nil
	}
	w.session.Save(func(error) {})
	return w.until(ctx, nil, w.saved) // after an interruption they are saved at the end
}

// chosen returns the jobs to be watched: those that were given, else all that may still
// change. A filter selects among them by the words that last and, where nothing will
// change any more, by all; without one, finished jobs are left out. It is an error if no
// job matches the former, as when a batch's name is mistyped: that is no success.
func (w *watch) chosen(asked bool) ([]*session.Record, error) {
	f, none := w.cfg.Filter, "no unfinished jobs are tracked"
	if !f.IsZero() {
		none = "no tracked job matches the filter"
	}
	given, records := len(w.cfg.Jobs) > 0, w.session.Records()
	if given {
		records = nil
		for _, id := range w.cfg.Jobs {
			if r, ok := w.session.Record(id); ok { // else another window has just removed it
				records = append(records, r)
			}
		}
	}
	matched := f.Lasting(true).IsZero()
	records = slices.DeleteFunc(records, func(r *session.Record) bool {
		live := !r.End.Finished() || asked && r.End.Verdict()
		if f.IsZero() {
			missing := w.cfg.Downloads != nil && r.End == job.EndedDone && r.File == ""
			return !given && !live && !missing
		}
		s := w.subject(&watched{Record: r})
		lasts := f.Lasting(!r.Answered.IsZero()).Match(s)
		matched = matched || lasts
		return !lasts || !live && !f.Match(s)
	})
	if !matched {
		return nil, errNoMatch
	}
	if len(records) == 0 {
		w.tell(none + ": there is nothing to watch")
	}
	return records, nil
}

// These say what stopped under us, or that nothing began.
var (
	errStopped    = errors.New("polling has stopped")
	errNoDownload = errors.New("downloading has stopped")
	errNoMatch    = errors.New("no tracked job matches the filter")
	errLate       = errors.New("it took too long")
)

// isBroken reports whether an error is a panic in a goroutine, which ends everything.
func isBroken(err error) bool {
	_, broke := errors.AsType[*panics.Error](err)
	return broke
}

// until shows what happens until something is done. Its error is that ctx ended, that it
// took too long, that something stopped or broke, or that nobody reads any more.
func (w *watch) until(ctx context.Context, late <-chan time.Time, done func() bool) error {
	for w.catchUp(); !done(); w.catchUp() {
		w.out.start()
		w.err.start()
		var updates <-chan poller.Update
		var files <-chan []download.Event
		if len(w.out.pending) < mostUnread {
			updates, files = w.sources()
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-late:
			return errLate
		case u, open := <-updates:
			if !open {
				return errStopped
			}
			w.session.Reported(u)
		case events, open := <-files:
			if !open {
				return errNoDownload
			}
			w.session.Fetched(events)
		case r := <-w.results:
			if r.broke != nil {
				return r.broke
			}
			w.session.Resume(r.then)
		case err := <-w.out.done:
			if w.out.landed(err); w.out.err != nil && w.watching {
				return w.out.err
			}
		case err := <-w.err.done:
			if w.err.landed(err); isBroken(err) {
				return err
			} // else there is nowhere to tell it
		}
	}
	return nil
}

// sources are where changes come from: none before jobs are watched, and in the end only
// those of PDFs. On a nil channel nothing ever comes.
func (w *watch) sources() (updates <-chan poller.Update, files <-chan []download.Event) {
	if w.watching {
		updates = w.cfg.Watcher.Updates()
	}
	if w.cfg.Downloads != nil && (w.watching || !w.fetched()) {
		files = w.cfg.Downloads.Events()
	}
	return updates, files
}

// These are done when until has to wait no longer.
func (w *watch) settled() bool { return w.left == 0 && w.fetched() }
func (w *watch) saved() bool   { return !w.session.Saving() }
func (w *watch) written() bool {
	return !w.out.busy && !w.err.busy && len(w.out.pending)+len(w.err.pending) == 0
}

func (w *watch) fetched() bool { return !w.session.Fetching() }
