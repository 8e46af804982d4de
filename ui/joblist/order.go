package joblist

import (
	"cmp"
	"math/bits"
	"slices"
)

// entry is a row (or batch) in its place: key sorts, slot says which it is.
// Keys are unique, since their low half is the place in the order of adding.
type entry struct {
	key  uint64
	slot int32
}

// blockMax is the most entries of one block: 4 KiB.
const blockMax = 256

// ordered is a sorted sequence of entries that costs about the same to change at
// any length. It is cut into blocks, each for a range of keys. Removing only
// counts down and inserting only appends; a block is sorted, and rid of what was
// removed, when it is next looked at or full. Most rows that move are not in view:
// putting each in its place at once, in memory that is in no cache, was two thirds
// of the cost of a report at 100,000 jobs.
//
// What was removed is told from what was not by current, so a slot's key must be
// changed before remove and insert are called.
type ordered struct {
	current func(entry) bool // whether the slot still has that key and is in the sequence
	firsts  []uint64         // the least key that each block may hold; 0 for the first
	counts  []int32          // how many entries of each block are current
	blocks  []block
	n       int // how many entries are current
}

type block struct {
	entries []entry // in order, and all of them current, if tidy
	tidy    bool
}

// block is the block for key.
func (o *ordered) block(key uint64) int {
	base, n := 0, len(o.firsts)
	for n > 1 { // without branches, which would be mispredicted half of the time
		half := n / 2
		_, beyond := bits.Sub64(key, o.firsts[base+half], 0)
		base += half & (int(beyond) - 1) //nolint:gosec // 0 or 1
		n -= half
	}
	return base
}

// insert adds e, which is current from now on.
func (o *ordered) insert(e entry) {
	if len(o.blocks) == 0 {
		o.firsts, o.counts, o.blocks = append(o.firsts, 0), append(o.counts, 0), append(o.blocks, block{tidy: true})
	}
	i := o.block(e.key)
	b := &o.blocks[i]
	b.tidy = b.tidy && (len(b.entries) == 0 || b.entries[len(b.entries)-1].key < e.key)
	b.entries = append(b.entries, e)
	o.counts[i]++
	o.n++
	if n := len(b.entries); n >= blockMax || n > 2*int(o.counts[i])+16 {
		o.tidy(i)
		if len(b.entries) > blockMax*3/4 {
			o.split(i)
		}
	}
}

// remove takes out the entry with that key, which was in and is not current any more.
func (o *ordered) remove(key uint64) {
	i := o.block(key)
	o.blocks[i].tidy = false
	o.counts[i]--
	o.n--
	if o.counts[i] == 0 {
		o.drop(i)
		return
	}
	o.merge(i)
	o.merge(i - 1)
}

// tidy sorts a block and drops what was removed from it.
func (o *ordered) tidy(i int) []entry {
	b := &o.blocks[i]
	if b.tidy {
		return b.entries
	}
	entries := slices.DeleteFunc(b.entries, func(e entry) bool { return !o.current(e) })
	slices.SortFunc(entries, byKey)
	// What was removed and inserted again is there twice.
	b.entries, b.tidy = slices.Compact(entries), true
	return b.entries
}

func byKey(a, b entry) int { return cmp.Compare(a.key, b.key) }

// split cuts a tidy block in two.
func (o *ordered) split(i int) {
	left := o.blocks[i].entries
	half := len(left) / 2
	right := append(make([]entry, 0, blockMax), left[half:]...)
	o.blocks[i].entries = left[:half]
	o.counts[i] = int32(half) //nolint:gosec // at most blockMax
	o.blocks = slices.Insert(o.blocks, i+1, block{right, true})
	o.counts = slices.Insert(o.counts, i+1, int32(len(right))) //nolint:gosec // at most blockMax
	o.firsts = slices.Insert(o.firsts, i+1, right[0].key)
}

// drop takes out a block without current entries. Its range goes to the block before.
func (o *ordered) drop(i int) {
	o.blocks = slices.Delete(o.blocks, i, i+1)
	o.counts = slices.Delete(o.counts, i, i+1)
	o.firsts = slices.Delete(o.firsts, i, i+1)
	if i == 0 && len(o.firsts) > 0 {
		o.firsts[0] = 0
	}
}

// merge makes one block of the i-th and the next where both are small.
func (o *ordered) merge(i int) {
	if i < 0 || i+1 >= len(o.counts) || o.counts[i]+o.counts[i+1] > blockMax/4 {
		return
	}
	o.blocks[i].entries = append(o.tidy(i), o.tidy(i+1)...)
	o.counts[i] += o.counts[i+1]
	o.drop(i + 1)
}

// rank is how many entries are before key.
func (o *ordered) rank(key uint64) int {
	if o.n == 0 {
		return 0
	}
	b := o.block(key)
	before := 0
	for _, n := range o.counts[:b] {
		before += int(n)
	}
	i, _ := slices.BinarySearchFunc(o.tidy(b), key, func(e entry, key uint64) int { return cmp.Compare(e.key, key) })
	return before + i
}

// at returns the i-th entry, 0 <= i < n.
func (o *ordered) at(i int) entry {
	b, i := o.place(i)
	return o.tidy(b)[i]
}

// place turns the i-th entry of all into a block and an index in it.
func (o *ordered) place(i int) (block, index int) {
	for b, n := range o.counts {
		if i < int(n) {
			return b, i
		}
		i -= int(n)
	}
	return len(o.blocks), 0
}

// from calls yield with the entries from the i-th on, until it returns false.
func (o *ordered) from(i int, yield func(entry) bool) {
	b, i := o.place(i)
	for ; b < len(o.blocks); b++ {
		for _, e := range o.tidy(b)[i:] {
			if !yield(e) {
				return
			}
		}
		i = 0
	}
}

// recount drops all entries that are not current any more and were not removed.
func (o *ordered) recount() {
	o.n = 0
	for i := len(o.blocks) - 1; i >= 0; i-- {
		o.blocks[i].tidy = false
		o.counts[i] = int32(len(o.tidy(i))) //nolint:gosec // at most blockMax
		o.n += int(o.counts[i])
		if o.counts[i] == 0 {
			o.drop(i)
		} else {
			o.merge(i)
		}
	}
}

// fill replaces all entries by those given, which are current. It sorts them in place.
func (o *ordered) fill(entries []entry) {
	sortEntries(entries)
	*o = ordered{current: o.current, n: len(entries)}
	for part := range slices.Chunk(entries, blockMax/2) {
		o.firsts = append(o.firsts, part[0].key)
		o.counts = append(o.counts, int32(len(part))) //nolint:gosec // at most blockMax
		o.blocks = append(o.blocks, block{slices.Clone(part), true})
	}
	if len(o.firsts) > 0 {
		o.firsts[0] = 0
	}
}
