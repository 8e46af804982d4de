package plain

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"time"

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
	Config
	session    *session.Session
	files      <-chan []download.Event // nil: no PDFs are wanted
	forecaster *forecast.Forecaster
	begun      time.Time

	batch     store.Batch // of the given jobs that are new
	jobs      map[job.ID]*watched
	order     []*watched
	given     bool // any job
	patient   bool // it was told that standard input is waited for
	unsettled int  // of them, or that are being saved
	matched   bool // some job by the lasting words of the filter
	short     map[job.ID]string
	taken     map[string]bool // of short
	shortest  int             // cells of the longest short ID

	out, err outlet
	results  chan func()     // to be called here
	effects  int             // that run
	ctx      context.Context //nolint:containedctx // effects outlive an interruption: they end with stop
	stop     context.CancelFunc
	over     chan struct{} // closed when Run returns

	watching bool // else only PDFs, and what is about jobwatch itself, are shown
	ending   bool
	broke    *panics.Error // in an effect or a write

	gone  bool // it was told that the API is away
	noPDF int  // PDFs that were given up

	first *watched // the job whose failure ends the run
}

// outlet is a stream that may block, such as a pipe whose reader has stopped.
type outlet struct {
	io.Writer
	pending []byte
	writing int   // 1 while it is written to
	err     error // the first one; nothing is written after it
}

// mostUnread is how many bytes may wait for a reader before the poller's updates wait, too.
// Polling goes on meanwhile, and of each job the newest answer counts.
const mostUnread = 1 << 20

func (o *outlet) written() bool { return o.writing == 0 && (o.err != nil || len(o.pending) == 0) }

func newWatch(ctx context.Context, cfg Config) *watch {
	cfg.Session.Notify = cfg.Notify != nil
	if cfg.Once {
		cfg.Session.Command, cfg.Session.Notify = nil, false // one look is over before anybody looks elsewhere
	}
	w := &watch{
		Config: cfg, session: session.New(cfg.Session), forecaster: forecast.New(), begun: time.Now(),
		jobs: make(map[job.ID]*watched), short: make(map[job.ID]string), taken: make(map[string]bool),
		matched: cfg.Filter.Lasting(true).IsZero(), results: make(chan func()), over: make(chan struct{}),
		out: outlet{Writer: cfg.Out}, err: outlet{Writer: cfg.Err},
	}
	if files := cfg.Session.Downloads; files != nil {
		w.files = files.Events()
	}
	w.ctx, w.stop = context.WithCancel(context.WithoutCancel(ctx))
	return w
}

// aside runs a function in a goroutine of its own, and what it returned in the loop.
func (w *watch) aside(running *int, work func() (then func())) {
	*running++
	go func() {
		var then func()
		func() {
			defer panics.Into(func(e *panics.Error) { then = func() { w.broke = e } })
			then = work()
		}()
		select {
		case w.results <- func() {
			*running--
			then()
		}:
		case <-w.over:
		}
	}()
}

func (w *watch) run(e session.Effect) {
	w.aside(&w.effects, func() func() {
		then := e(w.ctx)
		return func() {
			if w.ctx.Err() == nil {
				then()
			}
		}
	})
}

// write writes what waits, if nothing is being written.
func (w *watch) write(o *outlet) {
	if o.writing > 0 || o.written() {
		return
	}
	text := o.pending
	o.pending = nil
	w.aside(&o.writing, func() func() {
		_, err := o.Write(text)
		return func() { o.err = cmp.Or(o.err, err) }
	})
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

// until shows what happens until something is done, ctx ends, something breaks or nobody reads.
func (w *watch) until(ctx context.Context, done func() bool) error {
	for w.catchUp(); !done(); w.catchUp() {
		w.write(&w.out)
		w.write(&w.err)
		updates, files, arrivals := w.Updates, w.files, w.Arrivals
		if !w.watching {
			updates = nil // from which nothing ever comes
			if w.fetched() {
				files = nil
			}
		}
		if len(w.out.pending)+len(w.err.pending) > mostUnread {
			updates, arrivals = nil, nil
		}
		if w.ending || w.session.Saving() { // what has come is to be durable before more does
			arrivals = nil
		}
		var silent <-chan time.Time
		if arrivals != nil && !w.patient && w.idle() {
			silent = time.After(InputDelay)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case u, open := <-updates:
			if !open {
				return &panics.Error{What: "polling has stopped"}
			}
			w.session.Reported(u)
		case events, open := <-files:
			if !open {
				return &panics.Error{What: "downloading has stopped"}
			}
			w.session.Fetched(events)
		case a := <-arrivals:
			if err := w.arrived(a); err != nil {
				return err
			}
		case <-silent:
			w.patient = true
			w.tell(Waiting)
		case then := <-w.results:
			then()
		}
		switch {
		case w.broke != nil && !w.ending:
			return w.broke
		case w.out.err != nil && w.watching:
			return w.out.err
		}
	}
	return nil
}

// within is until, for a span at the most.
func (w *watch) within(ctx context.Context, span time.Duration, done func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, span)
	defer cancel()
	return w.until(ctx, done)
}

// These are done when until has to wait no longer.
func (w *watch) settled() bool { return w.Arrivals == nil && w.idle() }
func (w *watch) idle() bool    { return w.fetched() && w.unsettled == 0 }
func (w *watch) fetched() bool { return !w.session.Fetching() }
func (w *watch) saved() bool   { return !w.session.Saving() }
func (w *watch) written() bool { return w.out.written() && w.err.written() }
func (w *watch) ended() bool   { return w.effects == 0 }

// begin prints what is known already, and has the rest polled.
func (w *watch) begin() {
	w.session.Open(w.Journal, w.Opened)
	w.catchUp()
	for _, r := range w.session.Records() {
		w.forecaster.See(&r.Job)
	}
	w.batch = w.session.NewBatch(cmp.Or(w.Batch, w.begun.Local().Format("2006-01-02 15:04")))
	if w.Arrivals == nil {
		w.take(w.Jobs)
	}
}

// arrived takes jobs that were given, as they come. If none was at the end, it watches all that are
// tracked.
func (w *watch) arrived(a *session.Arrival) error {
	if a.Note != "" {
		w.tell(a.Note)
	}
	w.given = w.given || len(a.IDs) > 0
	if len(a.IDs) > 0 || !w.given && !a.Open && a.Err == nil {
		w.take(a.IDs)
	}
	if !a.Open {
		w.Arrivals = nil
	}
	return a.Err
}

// take watches the given jobs; none are all that may still change. Those that are not tracked yet
// come into the state file first: they are durable before anything is said of them.
func (w *watch) take(jobs []job.ID) {
	if n := w.session.Elsewhere(jobs, w.Batch); n > 0 && w.BatchGiven {
		w.tell(style.Plural(n, "job") + " already tracked in another batch: --batch only names new jobs")
	}
	added, _ := w.session.Add(jobs, w.batch)
	if len(added) == 0 {
		w.watchFor(jobs)
		return
	}
	w.unsettled++
	w.session.Save(func(error) {
		if w.unsettled--; !w.ending {
			w.watchFor(jobs)
		}
	})
}

// watchFor begins to watch those of the given jobs that are not watched yet, else all that may
// still change. A filter selects by the words that last and, where nothing will change any more,
// by all.
func (w *watch) watchFor(jobs []job.ID) {
	f, given, records := w.Filter, len(jobs) > 0, w.session.Find(jobs) // without those that another window has just removed
	if !given {
		records = w.session.Records()
	}
	asked := w.Once || given // somebody asks for them, which lifts our verdicts
	records = slices.DeleteFunc(records, func(r *session.Record) bool {
		live := !r.End.Finished() || asked && r.End.Verdict()
		if f.IsZero() {
			missing := w.files != nil && r.End == job.EndedDone && r.File == ""
			return !given && !live && !missing
		}
		lasts := w.matches(f.Lasting(!r.Answered.IsZero()), r)
		w.matched = w.matched || lasts
		return !lasts || !live && !w.matches(f, r)
	})
	short, width := shortIDs(session.IDs(records))
	w.shortest = max(w.shortest, width)
	var again, poll []*session.Record
	for _, r := range records {
		if w.jobs[r.ID] != nil {
			continue
		}
		id := short[r.ID]
		for w.taken[id] { // by a job that came before, and was told already
			id = hex.EncodeToString(r.ID[:])[:len(id)+1]
		}
		w.taken[id], w.short[r.ID] = true, id
		at := &watched{Record: r, before: r.Answered}
		w.jobs[r.ID] = at
		w.order = append(w.order, at)
		w.unsettled++
		switch {
		case w.Look:
		case asked && r.End.Verdict(), w.Once && !r.End.Finished():
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
}

// nothing says that there was nothing to watch. It is an error if no job matches the words of the
// filter that last, as when a batch's name is mistyped: that is no success.
func (w *watch) nothing() error {
	none := "no tracked job matches the filter"
	switch {
	case !w.matched:
		return errors.New(none)
	case w.Filter.IsZero():
		none = "no unfinished jobs are tracked"
	}
	w.tell(none + ": there is nothing to watch")
	return nil
}
