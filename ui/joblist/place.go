package joblist

// batchKey is where a batch stands: what lives first, then what changed last, then
// what came last, each only where the order asks for it.
func (l *List) batchKey(b *batch) uint64 {
	const seqBits = 31
	seq := uint64(b.seq) & (1<<seqBits - 1)
	newest := 1<<seqBits - 1 - seq
	switch l.sort {
	case Attention:
		return uint64(b2i(b.Counts.Live() == 0))<<63 | newest //nolint:gosec // 0 or 1
	case ByAdded:
		return seq
	case ByRecent:
		return uint64(^b.recent)<<seqBits | newest
	default:
		return newest
	}
}

// changed tells a row's batch that the row did.
func (l *List) changed(i int32) {
	batch := l.slots[i].batch
	if l.sort == ByRecent {
		l.batches[batch].noteChange(&l.rows[i])
	}
	l.placeBatch(batch)
}

// noteChange keeps when the batch's jobs changed last. It is not taken back when
// that job is forgotten.
func (b *batch) noteChange(r *Row) { b.recent = max(b.recent, seconds(r.Changed())) }

// placeBatch puts a batch where it belongs, unless the cursor is in it: what
// somebody looks at stays where it is until they look elsewhere.
func (l *List) placeBatch(i int32) {
	if i == l.cursor.batch {
		return
	}
	b := &l.batches[i]
	if key := l.batchKey(b); key != b.key {
		before := b.key
		b.key = key
		l.order.remove(before)
		l.order.insert(entry{key, i})
		l.layout.old = true
	}
}

// replaceBatches puts all batches where they belong, that of the cursor too.
func (l *List) replaceBatches() {
	entries := make([]entry, 0, len(l.batches))
	for i := range l.batches {
		if b := &l.batches[i]; b.used {
			b.key = l.batchKey(b)
			entries = append(entries, entry{b.key, int32(i)})
		}
	}
	l.order.fill(entries)
	l.layout.old = true
}
