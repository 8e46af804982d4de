package plain

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"time"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/poller/download"
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/panics"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/forecast"
	"example.com/jobwatch/ui/sanitize"
	"example.com/jobwatch/ui/style"
)

// watched is what is known and was told of a job that is watched.
type watched struct {
	job     *store.Job // the ledger's, or as it was when it left the state file
	before  time.Time  // when the answer came that was known at the start
	told    bool
	status  job.Status // as told
	end     job.End
	polled  bool         // it was given to the poller
	settled bool         // nothing more is expected of it
	problem *job.Problem // of the last poll

	trouble    trouble // its polls keep failing of it
	complained trouble // standard error has said so

	file   string // what became of its PDF, for people; "" while nothing has
	noFile error  // why it could not be saved
}

// watch is one run. All of it belongs to the goroutine of Run; saves, writes, the
// following of the file and the user's command have goroutines of their own that only
// hand over results.
type watch struct {
	cfg    *Config
	ledger ledger
	jobs   map[job.ID]*watched
	order  []job.ID
	shorts shorts
	oracle *forecast.Model
	left   int // jobs that are not settled
	begun  time.Time

	files  downloads
	herald herald

	saves    saves
	out, err outlet
	news     chan following

	host poller.Host
	away <-chan time.Time // when the API's absence is to be told
	gone bool             // it was told

	unknown style.Unknown
}

// following is what the state file's other users wrote, or why that is not known.
type following struct {
	news store.News
	err  error
}

func newWatch(cfg *Config) *watch {
	oracle := forecast.New()
	for i := range cfg.Opened.Contents.Jobs {
		oracle.See(&cfg.Opened.Contents.Jobs[i])
	}
	return &watch{
		oracle: oracle,
		cfg:    cfg,
		ledger: newLedger(&cfg.Opened.Contents),
		jobs:   make(map[job.ID]*watched),
		files:  newDownloads(cfg.Downloads),
		saves:  newSaves(cfg.Journal),
		out:    newOutlet(cfg.Out),
		err:    newOutlet(cfg.Err),
		news:   make(chan following),
	}
}

// follow hands over what others write into the state file, until stop is called.
func (w *watch) follow(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	tell := func(f following) (goOn bool) {
		select {
		case w.news <- f:
			return f.err == nil
		case <-ctx.Done():
			return false
		}
	}
	running.Go(func() {
		defer panics.Into(func(e *panics.Error) { tell(following{err: e}) })
		for goOn := true; goOn; {
			news, err := w.cfg.Journal.Next(ctx)
			goOn = tell(following{news, err})
		}
	})
	return func() {
		cancel()
		running.Wait()
	}
}

// begin tells of what is known already, and has the rest polled.
func (w *watch) begin(ctx context.Context) error {
	w.tellOpened()
	now := time.Now()
	w.begun = now
	if err := w.trackNew(ctx, now); err != nil {
		return err
	}
	ids, none := w.cfg.Jobs, "no unfinished jobs are tracked"
	again := w.cfg.Once || len(ids) > 0 // somebody asks for them, which lifts our verdicts
	filtered := !w.cfg.Filter.IsZero()
	if len(ids) == 0 {
		w.ledger.each(func(j *store.Job) {
			if filtered || !j.End.Finished() || again && j.End.Verdict() || w.missing(j) {
				ids = append(ids, j.ID)
			}
		})
	}
	if filtered {
		var err error
		if ids, err = w.selected(ids, again); err != nil {
			return err
		}
		none = "no tracked job matches the filter"
	}
	if len(ids) == 0 {
		w.tell(none + ": there is nothing to watch")
	}
	w.shorts = shortIDs(ids)
	var poll []poller.Tracked
	for _, id := range ids {
		if w.jobs[id] != nil {
			continue
		}
		j := w.ledger.jobs[id]
		w.jobs[id] = &watched{job: j, before: j.Answered}
		w.order = append(w.order, id)
		w.left++
		lifted := again && j.End.Verdict()
		if lifted {
			j.End, j.Ended, j.Cause = job.Live, time.Time{}, ""
			w.saves.observe(j)
		}
		if j.End.Finished() {
			w.show(j, now)
			continue
		}
		w.jobs[id].polled = true
		poll = append(poll, poller.Tracked{
			ID: id, Answer: j.Answer, Answered: j.Answered, Started: j.Started,
			PollNow: w.cfg.Once || lifted, // else it might be asked once by itself, and once more
		})
	}
	if len(poll) > 0 {
		w.cfg.Watcher.Track(poll...)
	}
	return nil
}

// trackNew puts the given jobs that are not tracked yet into the state file, as one
// batch. They are durable before anything is said of them.
func (w *watch) trackNew(ctx context.Context, now time.Time) error {
	batch := store.Batch{ID: store.BatchID(rand.Text()[:12]), Name: w.cfg.Batch, Added: now}
	if batch.Name == "" {
		batch.Name = now.Local().Format("2006-01-02 15:04")
	}
	ops := []store.Op{store.SetBatch{Batch: batch}}
	elsewhere := 0
	for _, id := range w.cfg.Jobs {
		if j := w.ledger.jobs[id]; j != nil {
			if j.Batch != batch.ID && w.ledger.batches[j.Batch].Name != w.cfg.Batch {
				elsewhere++
			}
			continue
		}
		j := store.Job{ID: id, Batch: batch.ID, Added: now, Answer: job.Answer{Progress: job.Unknown}}
		w.ledger.track(j)
		ops = append(ops, store.Track{Job: j})
	}
	if w.cfg.BatchGiven && elsewhere > 0 {
		w.tell(plural(elsewhere, "job") + " already tracked in another batch: --batch only names new jobs")
	}
	if len(ops) == 1 {
		return nil
	}
	w.ledger.batches[batch.ID] = batch
	w.saves.add(ops...)
	err := w.cfg.Journal.Append(ctx, w.saves.take()...)
	if ctx.Err() != nil { // they are saved at the end, all the same
		w.saves.landed(err)
		return ctx.Err()
	}
	w.saved(err)
	return nil
}

// These say what stopped under us, or that nothing began.
var (
	errStopped    = errors.New("polling has stopped")
	errNoDownload = errors.New("downloading has stopped")
	errNoMatch    = errors.New("no tracked job matches the filter")
)

// isBroken reports whether an error is a panic in a goroutine, which ends everything.
func isBroken(err error) bool {
	_, broke := errors.AsType[*panics.Error](err)
	return broke
}

// loop goes on until every job is settled, and every wanted PDF is there or failed.
func (w *watch) loop(ctx context.Context) error {
	for w.left > 0 || len(w.files.under) > 0 {
		w.out.start()
		w.err.start()
		var updates <-chan poller.Update
		var fetched <-chan []download.Event
		if len(w.out.pending) < mostUnread {
			updates, fetched = w.cfg.Watcher.Updates(), w.files.events()
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case u, open := <-updates:
			if !open {
				return errStopped
			}
			w.updated(u)
		case events, open := <-fetched:
			if !open {
				return errNoDownload
			}
			w.fetched(events)
		case <-w.files.again:
			w.files.retry()
		case f := <-w.news:
			if isBroken(f.err) {
				return f.err
			}
			w.followed(f)
		case <-w.saves.due:
			w.saves.start(ctx)
		case err := <-w.saves.done:
			if isBroken(err) {
				w.saves.landed(err)
				return err
			}
			w.saved(err)
		case <-w.away:
			w.tellAway()
		case <-w.herald.long:
			w.absentLong()
		case <-w.herald.due:
			w.notify()
		case err := <-w.herald.ended:
			if err := w.commanded(err); err != nil {
				return err
			}
		case err := <-w.out.done:
			if w.out.landed(err); w.out.err != nil {
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

// finish saves and writes what is left, and says how it ended.
func (w *watch) finish(ctx context.Context, why error) (Result, error) {
	w.giveUp(ctx)
	patient, cancel := context.WithTimeout(context.WithoutCancel(ctx), saveGrace)
	defer cancel()
	if w.cfg.Once {
		w.showRest()
	}
	w.out.start()
	if err := w.saves.last(patient); err != nil { // first of all: a reader may take its time
		w.tell(fmt.Sprintf("%v; jobwatch ends without them", err))
	}
	w.out.drain(ctx, writeGrace)

	r := Result{Once: w.cfg.Once, Interrupted: why != nil && ctx.Err() != nil, Cut: isCut(w.out.err)}
	for _, id := range w.order {
		at := w.jobs[id]
		r.count(at.job.End)
		if at.noFile != nil {
			r.NotSaved++
		}
	}
	if !r.Cut {
		w.tellEnd(&r)
	}
	if err := w.tellOut(ctx); err != nil {
		why = err
	}
	w.err.drain(ctx, writeGrace)
	switch {
	case isBroken(why):
		return r, why
	case isBroken(w.err.err):
		return r, w.err.err
	case w.out.err != nil && !r.Cut:
		return r, fmt.Errorf("standard output can't be written: %w", w.out.err)
	case (errors.Is(why, errStopped) || errors.Is(why, errNoDownload) || errors.Is(why, errNoMatch)) && !r.Interrupted:
		return r, why
	}
	return r, nil
}

// tell says something about jobwatch itself.
func (w *watch) tell(text string) {
	w.err.pending = append(w.err.pending, "jobwatch: "+sanitize.Line(text)+"\n"...)
}
