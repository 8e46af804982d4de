package jobs

import (
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/filter"
)

// List is all jobs and how they stand on the screen. Make one with [New].
type List struct {
	since time.Time // the start: what ended before is history
	now   time.Time // as last told

	rows  []Row  // by slot; a slot keeps its job until the job is forgotten
	slots []slot // what sorting and counting need of the same slots
	free  []int32
	byID  map[job.ID]int32
	short shortIDs
	seq   uint32 // of the job added last

	batches     []batch // by index, likewise
	freeBatches []int32
	byBatch     map[store.BatchID]int32
	batchSeq    uint32
	empty       int // batches without jobs
	order       ordered
	layout      layout

	filter   filter.Filter
	sort     Sort
	counts   Counts
	matched  int
	selected int

	viewport
}

// slot is the part of a row that is looked at far more often than the rest, kept
// apart so that looking at all of them reads 3 MB and not 40.
type slot struct {
	key   uint64 // where the row stands in its batch; see rowKey
	batch int32  // -1 for a free slot
	tally tally
	shown bool // the filter lets it pass, and it is in its batch's order
}

// New returns an empty list. What ends before now is history, not news.
func New(now time.Time) *List {
	l := &List{since: now, now: now}
	l.clear(0)
	l.viewport = newViewport()
	return l
}

// clear forgets everything but the start, and what never is used twice: places.
func (l *List) clear(room int) {
	l.rows = make([]Row, 0, room)
	l.slots = make([]slot, 0, room)
	l.free = nil
	l.byID = make(map[job.ID]int32, room)
	l.short = newShortIDs(room)
	l.batches, l.freeBatches = nil, nil
	l.byBatch = make(map[store.BatchID]int32)
	l.empty = 0
	l.order = ordered{}
	l.layout = layout{old: true}
	l.counts, l.matched, l.selected = Counts{}, 0, 0
}

// Load fills an empty list with what the state file held at the start, all of it
// history.
func (l *List) Load(c store.Contents) {
	l.load(c)
	l.settle()
}

// Reset replaces everything by the contents of a state file that was replaced
// under us. The cursor, selection, folds and news stay with their jobs and
// batches, and so does what only this process knows.
func (l *List) Reset(c store.Contents) {
	old := *l
	l.clear(len(c.Jobs))
	l.cursor, l.wish, l.looking, l.anchor = nowhere(), nowhere(), -1, anchor{batch: gone}
	l.load(c)
	for i := range old.batches {
		b := &old.batches[i]
		if j, ok := l.byBatch[b.ID]; ok && b.used {
			l.batches[j].folded, l.batches[j].foldedFiltered = b.folded, b.foldedFiltered
			l.batches[j].Folded = b.Folded
		}
	}
	for id, i := range l.byID {
		if j, ok := old.byID[id]; ok {
			l.inherit(i, &old.rows[j])
		}
	}
	l.layout.old = true
	l.cursor = old.translate(old.cursor, l)
	l.wish = old.translate(old.wish, l)
	l.settle()
}

// inherit takes over from old what the state file doesn't know.
func (l *List) inherit(i int32, old *Row) {
	r := &l.rows[i]
	r.Problem, r.Next, r.Latency, r.Polls = old.Problem, old.Next, old.Latency, old.Polls
	r.Heard, r.Moved, r.Stalled = old.Heard, old.Moved, old.Stalled
	r.Selected = old.Selected
	r.News = old.News || r.State().Finished() && !old.State().Finished()
	if r.Selected {
		l.selected++
	}
	l.refresh(i)
}

// translate says where c of this list is in other.
func (l *List) translate(c cursor, other *List) cursor {
	if c.batch < 0 {
		return c
	}
	out := cursor{batch: gone, row: header, key: c.key, batchKey: c.batchKey}
	if b, ok := other.byBatch[l.batches[c.batch].ID]; ok {
		out.batch = b
	}
	if c.row >= 0 {
		out.row = gone
		if r, ok := other.byID[l.rows[c.row].ID]; ok {
			out.row, out.batch = r, other.slots[r].batch
		}
	}
	return out
}

func (l *List) load(c store.Contents) {
	if len(l.rows) == 0 {
		l.clear(len(c.Jobs))
	}
	for _, b := range byAdded(c.Batches) {
		l.addBatch(b)
	}
	for i := range c.Jobs {
		l.put(Row{Job: c.Jobs[i]}, 0)
	}
	l.resort()
}

// put adds a row in the place seq, or last if that is 0, without giving it a
// place in the order yet.
func (l *List) put(r Row, seq uint32) int32 {
	if seq == 0 {
		l.seq++
		seq = l.seq
	}
	batch := l.addBatch(store.Batch{ID: r.Batch, Added: r.Added})
	var i int32
	if n := len(l.free); n > 0 {
		i = l.free[n-1]
		l.free = l.free[:n-1]
		l.rows[i], l.slots[i] = r, slot{}
	} else {
		i = int32(len(l.rows)) //nolint:gosec // 2^31 rows don't fit in memory
		l.rows = append(l.rows, r)
		l.slots = append(l.slots, slot{})
	}
	s := &l.slots[i]
	s.batch, s.key, s.tally = batch, uint64(seq), tallyOf(&l.rows[i])
	b := &l.batches[batch]
	if b.Counts.Total == 0 {
		l.empty--
	}
	b.Counts.add(s.tally, 1)
	l.counts.add(s.tally, 1)
	if r.Selected {
		l.selected++
	}
	l.byID[r.ID] = i
	l.short.add(r.ID, i, l.rows)
	return i
}

// take removes a row. The batch may be swept away with it.
func (l *List) take(i int32) {
	s, r := &l.slots[i], &l.rows[i]
	b := &l.batches[s.batch]
	if s.shown {
		b.shown.remove(s.key)
		b.Matched--
		l.matched--
		l.layout.old = true
	}
	b.Counts.add(s.tally, -1)
	l.counts.add(s.tally, -1)
	if r.Selected {
		l.selected--
	}
	if b.Counts.Total == 0 {
		l.empty++
	}
	l.short.remove(r.ID, i, l.rows)
	delete(l.byID, r.ID)
	l.leave(i)
	l.placeBatch(s.batch)
	*r, *s = Row{}, slot{batch: -1}
	l.free = append(l.free, i)
}

// Row returns the row of a job.
func (l *List) Row(id job.ID) (*Row, bool) {
	i, ok := l.byID[id]
	if !ok {
		return nil, false
	}
	return &l.rows[i], true
}

// Batch returns what there is to draw of a batch.
func (l *List) Batch(id store.BatchID) (*Batch, bool) {
	i, ok := l.byBatch[id]
	if !ok {
		return nil, false
	}
	return &l.batches[i].Batch, true
}

// Counts returns the counts of all jobs, whatever the filter shows. Its Progress
// is that of the whole.
func (l *List) Counts() Counts { return l.counts }

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
