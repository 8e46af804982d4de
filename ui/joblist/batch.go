package joblist

import (
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/session"
)

// BatchID names a batch for good.
type BatchID = store.BatchID

// Batch is what there is to draw of a batch.
type Batch struct {
	store.Batch
	Counts  Counts // of all its jobs
	Matched int    // how many of them the filter shows
	Folded  bool
}

// batch is a Batch with what the list needs of it.
type batch struct {
	Batch
	shown  ordered // the rows that the filter shows
	seq    uint32  // place among the batches in the order they came; see [session.Batch]
	recent uint32  // see batchKey
	key    uint64  // where it stands among the batches
	at     int32   // its place in layout.batches, -1 when it has no line
	used   bool    // false for a free slot

	// Folding while filtering is apart from folding otherwise: a match hidden in a
	// batch that was folded before would not be found.
	folded, foldedFiltered bool
}

// lines is how many lines the batch has on the screen.
func (b *batch) lines() int {
	switch {
	case b.Matched == 0:
		return 0
	case b.Folded:
		return 1
	default:
		return 1 + b.Matched
	}
}

// addBatch returns the index of the batch with that ID, which it makes if there is none.
func (l *List) addBatch(sb *session.Batch) int32 {
	if i, ok := l.byBatch[sb.ID]; ok {
		return i
	}
	var i int32
	if n := len(l.freeBatches); n > 0 {
		i = l.freeBatches[n-1]
		l.freeBatches = l.freeBatches[:n-1]
	} else {
		i = int32(len(l.batches)) //nolint:gosec // far below 2^31
		l.batches = append(l.batches, batch{})
	}
	b := &l.batches[i]
	*b = batch{Batch: Batch{Batch: sb.Batch}, shown: ordered{current: l.hasRow}, seq: sb.Seq, at: -1, used: true}
	b.recent = seconds(sb.Added)
	b.key = l.batchKey(b)
	l.order.insert(entry{b.key, i})
	l.byBatch[sb.ID] = i
	l.empty++
	l.layout.old = true
	return i
}

// setBatch gives a batch its name.
func (l *List) setBatch(sb *session.Batch) {
	i := l.addBatch(sb)
	b := &l.batches[i]
	renamed := b.Name != sb.Name
	b.Batch.Batch = sb.Batch
	if !renamed || l.filter.IsZero() {
		return
	}
	for r := range l.slots { // its jobs may match by its name
		if l.slots[r].batch == i {
			l.refresh(int32(r))
		}
	}
}

// emptyKept is how many batches without jobs are remembered, beyond as many as
// there are batches with jobs. They keep their name and place for an undo.
const emptyKept = 256

// sweep drops the batches without jobs once there are too many of them, so that a
// dashboard left running for months does not grow with what is gone.
func (l *List) sweep() {
	if l.empty <= emptyKept+len(l.byBatch)-l.empty {
		return
	}
	for i := range l.batches {
		b := &l.batches[i]
		if !b.used || b.Counts.Total > 0 {
			continue
		}
		key := b.key
		delete(l.byBatch, b.ID)
		*b = batch{at: -1}
		l.order.remove(key)
		l.freeBatches = append(l.freeBatches, int32(i))
		if l.cursor.batch == int32(i) {
			l.cursor.batch = gone
		}
		if l.wish.batch == int32(i) {
			l.wish = nowhere()
		}
	}
	l.empty = 0
	l.layout.old = true
}
