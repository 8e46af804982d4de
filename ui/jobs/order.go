package jobs

import (
	"math/bits"
	"slices"
)

// entry is a row (or batch) in its place: key sorts, slot says which it is.
// Keys are unique, since their low half is the place in the order of adding.
type entry struct {
	key  uint64
	slot int32
}

// blockMax is the most entries in one block: 4 KiB, which is moved within in a
// few dozen nanoseconds, while 100,000 rows still make few blocks to scan.
const blockMax = 128

// ordered is a sorted sequence in which an entry finds its place, and a place its
// entry, at any size about equally fast: a list of sorted blocks. A re-sort, or
// one long slice, would make the cost of a report grow with the number of jobs.
// The zero ordered is empty.
type ordered struct {
	blocks [][]entry
	firsts []uint64 // the key that each block starts with
	n      int
}

// block is the block where key is, or would be.
func (o *ordered) block(key uint64) int {
	base, n := 0, len(o.firsts)
	for n > 1 { // without branches to mispredict: half the cost of a report otherwise
		half := n / 2
		_, beyond := bits.Sub64(key, o.firsts[base+half], 0)
		base += half & (int(beyond) - 1) //nolint:gosec // 0 or 1
		n -= half
	}
	return base
}

// find is where key is in its block, or would be.
func find(block []entry, key uint64) (int, bool) {
	base, n := 0, len(block)
	for n > 1 {
		half := n / 2
		_, before := bits.Sub64(block[base+half-1].key, key, 0)
		base += half & -int(before) //nolint:gosec // 0 or 1
		n -= half
	}
	if n == 1 && block[base].key < key {
		base++
	}
	return base, base < len(block) && block[base].key == key
}

// insert adds e, whose key must not be there yet.
func (o *ordered) insert(e entry) {
	o.n++
	if len(o.blocks) == 0 {
		o.blocks = append(o.blocks, []entry{e})
		o.firsts = append(o.firsts, e.key)
		return
	}
	b := o.block(e.key)
	i, _ := find(o.blocks[b], e.key)
	o.blocks[b] = slices.Insert(o.blocks[b], i, e)
	if i == 0 {
		o.firsts[b] = e.key
	}
	if len(o.blocks[b]) >= blockMax {
		o.split(b)
	}
}

func (o *ordered) split(b int) {
	half := len(o.blocks[b]) / 2
	right := append(make([]entry, 0, blockMax), o.blocks[b][half:]...)
	o.blocks[b] = o.blocks[b][:half]
	o.blocks = slices.Insert(o.blocks, b+1, right)
	o.firsts = slices.Insert(o.firsts, b+1, right[0].key)
}

// remove takes out the entry with that key, if there is one.
func (o *ordered) remove(key uint64) {
	if o.n == 0 {
		return
	}
	b := o.block(key)
	i, found := find(o.blocks[b], key)
	if !found {
		return
	}
	o.n--
	o.blocks[b] = slices.Delete(o.blocks[b], i, i+1)
	if len(o.blocks[b]) == 0 {
		o.drop(b)
		return
	}
	o.firsts[b] = o.blocks[b][0].key
	if next := b + 1; next < len(o.blocks) && len(o.blocks[b])+len(o.blocks[next]) < blockMax/2 {
		o.blocks[b] = append(o.blocks[b], o.blocks[next]...)
		o.drop(next)
	}
}

func (o *ordered) drop(b int) {
	o.blocks = slices.Delete(o.blocks, b, b+1)
	o.firsts = slices.Delete(o.firsts, b, b+1)
}

// rank is how many entries are before key.
func (o *ordered) rank(key uint64) int {
	if o.n == 0 {
		return 0
	}
	b := o.block(key)
	n := 0
	for i := range b {
		n += len(o.blocks[i])
	}
	i, _ := find(o.blocks[b], key)
	return n + i
}

// at returns the i-th entry, 0 <= i < n.
func (o *ordered) at(i int) entry {
	b, i := o.place(i)
	return o.blocks[b][i]
}

// place turns the i-th entry of all into a block and an index in it.
func (o *ordered) place(i int) (block, index int) {
	for b := range o.blocks {
		if i < len(o.blocks[b]) {
			return b, i
		}
		i -= len(o.blocks[b])
	}
	return len(o.blocks), 0
}

// from calls yield with the entries from the i-th on, until it returns false.
func (o *ordered) from(i int, yield func(entry) bool) {
	b, i := o.place(i)
	for ; b < len(o.blocks); b++ {
		for _, e := range o.blocks[b][i:] {
			if !yield(e) {
				return
			}
		}
		i = 0
	}
}

// keep drops all entries that want refuses.
func (o *ordered) keep(want func(entry) bool) {
	o.n = 0
	kept := 0
	for _, block := range o.blocks {
		block = slices.DeleteFunc(block, func(e entry) bool { return !want(e) })
		if len(block) == 0 {
			continue
		}
		o.n += len(block)
		o.blocks[kept], o.firsts[kept] = block, block[0].key
		kept++
	}
	clear(o.blocks[kept:])
	o.blocks, o.firsts = o.blocks[:kept], o.firsts[:kept]
}

// fill replaces all entries by those given, which it sorts in place.
func (o *ordered) fill(entries []entry) {
	slices.SortFunc(entries, func(a, b entry) int {
		if a.key < b.key {
			return -1
		}
		return 1
	})
	*o = ordered{n: len(entries)}
	for part := range slices.Chunk(entries, blockMax*3/4) {
		room := blockMax
		if len(entries) < blockMax/4 {
			room = len(entries) // most batches are small, and there may be many
		}
		o.blocks = append(o.blocks, append(make([]entry, 0, room), part...))
		o.firsts = append(o.firsts, part[0].key)
	}
}
