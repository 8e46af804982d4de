// Package forecast says when jobs and batches will be ready, how sure that is, and
// which jobs have stalled.
//
// A [Model] learns as it goes from what the state file holds and from each report:
// how long this server's jobs take and wait, how far forecasts made from progress
// bars were off. All of it is O(1) or O(log n) a report and of bounded size; a
// batch's forecast looks at some 50 of its jobs, however many it has.
//
// A Model belongs to one goroutine.
package forecast

import (
	"math/rand/v2"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
)

// enough is how many finished jobs it takes before durations say anything; plenty
// is how many before the shape of what they have not shown yet may be guessed.
const (
	enough = 5
	plenty = 20
)

// Model holds what was learnt. Make it with [New].
type Model struct {
	zero    time.Time // when it began: times inside are seconds since
	heard   float64   // the newest answer of any job
	reports int
	tracks  map[job.ID]*track
	batches map[store.BatchID]*batch
	all     *batch
	queue   queue
	rate    rate
	random  *rand.Rand // chooses what to learn from; the same every time

	work, wait *dist    // logarithms of seconds
	slips      [2]*dist // how far forecasts of fine and coarse bars were off
	turns      *dist    // how far forecasts from the place in the queue were off
	gaps       [2]*dist // between two steps of one job, by class: logarithms of seconds
	first      *dist    // from the start to the first step

	fetched fetched
}

// track is what is kept of every job that the model has seen, little once it is over.
type track struct {
	live    *live // nil when finished
	batch   *batch
	samples []Sample
	spacing time.Duration // between samples, at least
	took    float64       // how long its work took, seconds; 0 while unknown
}

// live is what is kept of a job that is not finished.
type live struct {
	batch   *batch
	added   float64
	started float64 // meaningless while waiting
	waiting bool
	place   int // in the queue, while waiting
	pace    *pace
	turn    quote   // of the queue
	due     float64 // the late end of its forecast, which heaps are ordered by
	ranked  float64 // when due was made
	at      [2]int  // in its batch's, and in that of all: the heaps or, while waiting, the lines
	shown   [3]shown
}

// New returns a model that has learnt nothing.
func New() *Model {
	return &Model{
		tracks:  map[job.ID]*track{},
		batches: map[store.BatchID]*batch{},
		all:     newBatch(1),
		random:  rand.New(rand.NewPCG(3, 14)),
		work:    newTimes(),
		wait:    newTimes(),
		slips:   [2]*dist{newSlips(0.4), newSlips(0.6)},
		turns:   newSlips(1.5),
		gaps:    [2]*dist{newTimes(), newTimes()},
		first:   newTimes(),
	}
}

// newSlips is a dist of standardised errors that begins with a belief: as many
// normal ones as make a range until a server has shown its own.
func newSlips(sd float64) *dist {
	d := newDist(-8, 8, 0.1)
	for _, z := range [...]float64{-1.64, -1.04, -0.67, -0.39, -0.13, 0.13, 0.39, 0.67, 1.04, 1.64} {
		d.add(z * sd)
	}
	return d
}

// See takes all that is known of a job: at the start each job of the state file,
// later each one that was reported or added. The same again changes nothing. It
// reports whether the job has stalled, as [Model.Stalled] does.
func (m *Model) See(j *store.Job) (stalled bool) {
	return m.see(m.track(j), j)
}

// track returns what is kept of a job; of one that is new, nothing yet.
func (m *Model) track(j *store.Job) *track {
	t := m.tracks[j.ID]
	if t == nil {
		t = &track{batch: m.batch(j.Batch)}
		t.batch.jobs++
		m.tracks[j.ID] = t
	}
	return t
}

func (m *Model) see(t *track, j *store.Job) (stalled bool) {
	m.reports++
	if m.zero.IsZero() {
		m.zero = j.Added
		if j.Added.IsZero() {
			m.zero = j.Answered
		}
	}
	if j.End.Finished() {
		m.finish(t, j)
		return false
	}
	l := t.live
	if l == nil {
		l = m.begin(t, j)
	}
	if !j.Answered.IsZero() {
		m.hear(t, l, j)
	}
	t.batch.news++
	m.all.news++
	_, stalled = m.stalled(l)
	return stalled
}

// Forget drops a job; what was learnt of it stays, but for what says something only of
// its batch, when that has no jobs any more.
func (m *Model) Forget(id job.ID) {
	if t := m.tracks[id]; t != nil {
		if t.live != nil {
			m.drop(t)
		}
		t.batch.news++
		m.all.news++
		delete(m.tracks, id)
		if t.batch.jobs--; t.batch.jobs == 0 {
			delete(m.batches, t.batch.id)
		}
	}
}

func (m *Model) sec(t time.Time) float64 { return t.Sub(m.zero).Seconds() }

func (m *Model) batch(id store.BatchID) *batch {
	b := m.batches[id]
	if b == nil {
		b = newBatch(0)
		b.id = id
		m.batches[id] = b
	}
	return b
}

// begin takes up a job that is not finished: it waits until it is heard to run.
func (m *Model) begin(t *track, j *store.Job) *live {
	l := &live{batch: t.batch}
	t.live = l
	now := m.heard
	if !j.Answered.IsZero() {
		now = m.sec(j.Answered)
	}
	l.added = now
	if !j.Added.IsZero() {
		l.added = m.sec(j.Added)
	}
	if m.queue.waiting == 0 && len(m.all.running.jobs) == 0 {
		m.rate.reset(now)
	}
	m.enqueue(l)
	return l
}

func (m *Model) enqueue(l *live) {
	l.waiting = true
	m.wait.changes++
	m.queue.add(l)
	l.batch.waiting.add(l)
	m.all.waiting.add(l)
}

// dequeue ends a wait, without a word about why.
func (m *Model) dequeue(l *live) {
	l.waiting = false
	m.wait.changes++
	m.queue.remove(l)
	l.batch.waiting.remove(l)
	m.all.waiting.remove(l)
}

// drop takes a live job out of all that counts it.
func (m *Model) drop(t *track) {
	l := t.live
	if l.waiting {
		m.dequeue(l)
	} else {
		m.work.changes++
		l.batch.running.remove(l)
		m.all.running.remove(l)
	}
	t.live = nil
}
