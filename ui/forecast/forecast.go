// Package forecast estimates when jobs and batches will be ready, from those that are done and
// those that run, and keeps figures of their past. What a report and a forecast cost hardly
// depends on the number of jobs. A [Forecaster] belongs to one goroutine.
package forecast

import (
	"cmp"
	"math"
	"slices"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
)

// Forecaster holds what was learned. Make it with [New]. Its times are seconds since
// zero, the first time it was given.
type Forecaster struct {
	zero    time.Time
	tracks  map[job.ID]*track
	batches map[store.BatchID]*batch
	order   []*batch // in the order they were added, which is about the order of service
	all     batch    // all jobs

	service
	belief
}

// track is what is kept of a job.
type track struct {
	batch   *batch
	state   state
	place   int           // in its batch, in the order added
	at      [2]int        // in the running jobs of its batch, and of all
	heard   float64       // its last answer; when it was added before there is one
	started float64       // once it runs
	bar     bar           // while it runs
	took    float64       // seconds from start to end; 0 unless it is Done
	shown   time.Duration // its forecast as shown last

	samples []Sample
}

type state uint8

const (
	unseen state = iota
	waiting
	running
	finished
)

// bar is a running job's progress.
type bar struct {
	p     float64 // 0 if it reports none
	moved float64 // when it got to p
	step  float64 // the smallest rise seen, 1 at first

	// Where it counts from: 0 at the job's start, or its first value if it may have run
	// before it was added.
	first, since float64
}

// whole returns how many seconds the job takes at the bar's speed so far, at least.
func (b *bar) whole(heard float64) float64 {
	return max((b.moved-b.since)/b.share(), (heard-b.since)/min(1-b.first, b.share()+b.step), 0.1)
}

// start returns when the job started, or would have at the bar's speed.
func (b *bar) start() float64 {
	if b.first == 0 || !b.tells() {
		return b.since
	}
	return b.since - b.first*(b.moved-b.since)/b.share()
}

// share returns how much of it was seen.
func (b *bar) share() float64 { return b.p - b.first }

// tells reports whether the bar has moved far enough to be used.
func (b *bar) tells() bool { return b.share() >= leastBar && b.p < 1 }

// batch is what is kept of the jobs that were added together, or of all jobs.
type batch struct {
	id      store.BatchID
	jobs    int // that are tracked
	added   int // that ever were
	waiting int
	running []*track // in no order
	before  int      // jobs waiting in earlier batches, as of the last look
	resumed int      // how many of its Done jobs count as seen

	ends    []float64     // when the Done and the failed ones ended, in no order
	took    []float32     // seconds that each of the Done ones took
	slowest job.ID        // of those
	most    time.Duration // that it took
	shown   shown
}

// New returns a Forecaster that has learned nothing.
func New() *Forecaster {
	return &Forecaster{tracks: map[job.ID]*track{}, batches: map[store.BatchID]*batch{}, belief: belief{
		made: math.Inf(-1), fresh: lognormal{coldMean, math.Sqrt(coldSpread)},
	}}
}

// See takes all that is known of a job: at the start each job of the state file, later
// each job that was reported or added. Seeing the same again changes nothing.
func (f *Forecaster) See(j *store.Job) {
	t := f.tracks[j.ID]
	if t == nil {
		t = f.track(j)
	}
	now := f.secOr(j.Answered, t.heard)
	if t.state != unseen {
		f.tick(now)
		for _, took := range t.batch.took[t.batch.resumed:] { // read late: the batch goes on
			f.done.add(float64(took))
		}
		t.batch.resumed = len(t.batch.took)
	}
	switch {
	case j.End.Finished():
		f.finish(t, j, now)
	case j.Answer.Status == "" || j.Answer.Status == job.NotStarted:
		f.move(t, waiting) // also one that ran: services put jobs back
		t.heard = now
	default:
		f.run(t, j, now)
	}
}

// track adds a job.
func (f *Forecaster) track(j *store.Job) *track {
	f.zero = cmp.Or(f.zero, j.Added, j.Answered)
	b := f.batches[j.Batch]
	if b == nil {
		b = &batch{id: j.Batch}
		f.batches[j.Batch] = b
		f.order = append(f.order, b)
	}
	t := &track{batch: b, place: b.added, heard: f.secOr(j.Added, 0)}
	b.jobs++
	b.added++
	f.tracks[j.ID] = t
	return t
}

// Remove drops a job. What was learned from it stays.
func (f *Forecaster) Remove(id job.ID) {
	t := f.tracks[id]
	if t == nil {
		return
	}
	f.move(t, finished)
	delete(f.tracks, id)
	if t.batch.jobs--; t.batch.jobs == 0 {
		delete(f.batches, t.batch.id) // the next look drops it from the order
	}
}

func (f *Forecaster) sec(t time.Time) float64 { return t.Sub(f.zero).Seconds() }

// secOr is sec, or another figure where the time is not known.
func (f *Forecaster) secOr(t time.Time, or float64) float64 {
	if t.IsZero() {
		return or
	}
	return f.sec(t)
}

// move changes a job's state, and what its batch and all have of each.
func (f *Forecaster) move(t *track, to state) {
	if t.state == to {
		return
	}
	for i, b := range [...]*batch{t.batch, &f.all} {
		if t.state == waiting {
			b.waiting--
		}
		if t.state == running {
			n := len(b.running) - 1
			last := b.running[n]
			b.running[t.at[i]], last.at[i] = last, t.at[i]
			b.running = slices.Delete(b.running, n, n+1)
		}
		if to == waiting {
			b.waiting++
		}
		if to == running {
			t.at[i] = len(b.running)
			b.running = append(b.running, t)
		}
	}
	t.state = to
}

// run takes an answer of a running job.
func (f *Forecaster) run(t *track, j *store.Job, now float64) {
	if t.state != running {
		f.start(t)
		t.started = min(now, f.secOr(j.Started, now))
		t.bar = bar{step: 1, moved: t.started, since: t.started}
		waited := slices.ContainsFunc(j.History, func(c store.Change) bool { return c.Status == job.NotStarted })
		if p := float64(j.Answer.Progress); p > 0 && !waited {
			t.bar = bar{step: 1, p: p, first: p, moved: now, since: now}
			t.sample(seconds(now-t.started), p)
		}
		f.move(t, running)
	}
	if j.Answer.Progress.Known() {
		f.progress(t, float64(j.Answer.Progress), now)
	}
	t.heard = max(t.heard, now)
}

func (f *Forecaster) progress(t *track, p, now float64) {
	b := &t.bar
	switch {
	case p < b.p-restartDrop:
		*b = bar{step: b.step, p: p, first: p, moved: now, since: now}
	case p > b.p:
		if len(t.samples) == 0 {
			t.sample(0, 0)
		}
		b.step, b.p, b.moved = min(b.step, p-b.p), p, now
	default:
		return
	}
	t.sample(seconds(now-t.started), p)
}

// finish takes a job's end. Only Done says how long work takes: a job that failed
// would have run on, and one that was rejected or given up never ran.
func (f *Forecaster) finish(t *track, j *store.Job, now float64) {
	if t.state == finished {
		return
	}
	started, ended := f.secOr(j.Started, t.started), f.sec(j.Ended)
	known := !j.Started.IsZero() || t.state == running
	ran := known && !j.Ended.IsZero() && ended >= started && !j.End.Verdict()
	done := ran && j.End == job.EndedDone
	b := t.batch
	if ran {
		b.ends = append(b.ends, ended)
	}
	if done {
		t.took = max(ended-started, 1e-3)
		b.took = append(b.took, float32(t.took))
		if took := seconds(t.took); took > b.most {
			b.slowest, b.most = j.ID, took
		}
	}
	switch {
	case t.state != unseen && ran:
		f.start(t)
		f.ends++
		b.resumed = len(b.took)
		if t.state == running {
			started = t.bar.start()
		}
		// It ended between its last two answers; of a long gap nobody knows where.
		if gap := now - t.heard; done && gap < max(longGap, t.heard-started) {
			f.done.add(now - min(gap, usualGap)/2 - started)
		}
	case done:
		f.earlier.add(t.took)
	}
	if j.Answer.Progress.Known() && len(t.samples) > 0 {
		t.sample(seconds(ended-t.started), float64(j.Answer.Progress))
	}
	t.samples = slices.Clone(t.samples) // with no room for more
	f.move(t, finished)
}
