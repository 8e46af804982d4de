package joblist

import (
	"time"

	"example.com/jobwatch/poller/job"
)

// List is all jobs and how they stand on the screen. Make one with [New].
type List struct {
	since time.Time // the start: what ended before is history
	now   time.Time // as last told

	rows  []Row   // by slot; a slot keeps its job until the job is forgotten
	slots []slot  // what sorting and counting need of the same slots
	frees []int32 // slots without a job
	index index

	batches     []batch // by index, likewise
	freeBatches []int32
	byBatch     map[BatchID]int32
	empty       int // batches without jobs
	order       ordered
	layout      layout

	filter   Filter
	sort     Sort
	counts   Counts
	failures int // see FailureChanges
	matched  int

	strays   []int32   // the slots of rows that have come away from their places
	arranged time.Time // when they were last put where they belong

	viewport

	heard []int32 // the slots that the last Apply told of
}

// slot is the part of a row that is looked at far more often than the rest, kept
// apart so that looking at all of them reads 3 MB and not 40.
type slot struct {
	key   uint64 // where the row stands in its batch; see rowKey
	batch int32  // -1 for a free slot
	tally tally
	shown bool  // the filter lets it pass, and it is in its batch's order
	at    uint8 // the hundredths of progress that the row's place is for; see arrange
	stray bool  // it has other ones by now
}

// New returns an empty list. What ends before now is history, not news.
func New(now time.Time) *List {
	l := &List{since: now, now: now}
	l.clear(0)
	l.viewport = newViewport()
	return l
}

// clear forgets everything but the start.
func (l *List) clear(room int) {
	l.rows = make([]Row, 0, room)
	l.slots = make([]slot, 0, room)
	l.frees, l.strays = nil, nil
	l.index = newIndex(room)
	l.batches, l.freeBatches = nil, nil
	l.byBatch = make(map[BatchID]int32)
	l.empty = 0
	l.order = ordered{current: l.hasBatch}
	l.layout = layout{old: true}
	l.counts, l.matched = Counts{}, 0
}

// free returns a slot for another row.
func (l *List) free() int32 {
	if n := len(l.frees); n > 0 {
		i := l.frees[n-1]
		l.frees = l.frees[:n-1]
		return i
	}
	l.rows = append(l.rows, Row{})
	l.slots = append(l.slots, slot{})
	return int32(len(l.rows) - 1) //nolint:gosec // 2^31 rows don't fit in memory
}

// release makes a slot free again.
func (l *List) release(i int32) {
	l.rows[i], l.slots[i] = Row{}, slot{batch: -1}
	l.frees = append(l.frees, i)
}

// put takes the row that was written into a free slot, without giving it a place in its
// batch's order yet. It reports false if the job is tracked already.
func (l *List) put(i int32) bool {
	if !l.index.add(i, l.rows) {
		return false
	}
	r, s := &l.rows[i], &l.slots[i]
	batch := l.addBatch(r.In())
	*s = slot{batch: batch, key: uint64(r.Seq), tally: tallyOf(r)}
	s.at = hundredths(r, s.tally)
	b := &l.batches[batch]
	if b.Counts.Total == 0 {
		l.empty--
	}
	b.Counts.add(s.tally, 1)
	l.counts.add(s.tally, 1)
	l.noteFailure(s.tally.state)
	return true
}

// take removes a row.
func (l *List) take(i int32) {
	s := &l.slots[i]
	b := &l.batches[s.batch]
	if s.shown {
		s.shown = false
		b.shown.remove(s.key)
		b.Matched--
		l.matched--
		l.layout.old = true
	}
	b.Counts.add(s.tally, -1)
	l.counts.add(s.tally, -1)
	l.noteFailure(s.tally.state)
	if b.Counts.Total == 0 {
		l.empty++
	}
	l.index.remove(i, l.rows)
	l.leave(i)
	l.placeBatch(s.batch)
	l.release(i)
}

// hasRow reports whether e is true of a row: see [ordered].
func (l *List) hasRow(e entry) bool { return l.slots[e.slot].key == e.key && l.slots[e.slot].shown }

// hasBatch is hasRow for batches.
func (l *List) hasBatch(e entry) bool {
	return l.batches[e.slot].key == e.key && l.batches[e.slot].used
}

// Row returns the row of a job.
func (l *List) Row(id job.ID) (*Row, bool) {
	i, ok := l.slot(id)
	if !ok {
		return nil, false
	}
	return &l.rows[i], true
}

// slot returns where the row of a job is.
func (l *List) slot(id job.ID) (int32, bool) { return l.index.find(&id, l.rows) }

// Batch returns what there is to draw of a batch.
func (l *List) Batch(id BatchID) (*Batch, bool) {
	i, ok := l.byBatch[id]
	if !ok {
		return nil, false
	}
	return &l.batches[i].Batch, true
}

// Counts returns the counts of all jobs, whatever the filter shows. Its Progress
// is that of the whole.
func (l *List) Counts() Counts { return l.counts }

// FailureChanges counts up whenever the failed jobs, or their causes, become others:
// what was made of them before is out of date then. Their number alone doesn't tell,
// as one may go while another comes.
func (l *List) FailureChanges() int { return l.failures }

// noteFailure counts a row in that state that comes, goes or is heard of.
func (l *List) noteFailure(s State) {
	if s.Failed() {
		l.failures++
	}
}

// Matched is how many jobs the filter shows, those in folded batches included.
func (l *List) Matched() int { return l.matched }

// Emptiness says why there is nothing to see.
type Emptiness uint8

// The kinds of emptiness.
const (
	NotEmpty       Emptiness = iota
	NothingTracked           // there are no jobs at all
	NothingMatches           // there are jobs, and the filter shows none
)

// Empty says whether there is nothing to see, and why.
func (l *List) Empty() Emptiness {
	switch {
	case l.matched > 0:
		return NotEmpty
	case l.counts.Total == 0:
		return NothingTracked
	default:
		return NothingMatches
	}
}
