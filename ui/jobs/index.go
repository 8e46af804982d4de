package jobs

import "example.com/jobwatch/poller/job"

// index finds a row by its ID, and how much of each ID tells it apart from all
// others. Both are one question: it is a tree over the IDs' beginnings that grows
// deeper only where IDs begin alike, as those of UUID version 7 made in the same
// minute do. The tree is kept in maps, so that finding a job is one look into a
// small map where nothing collides, at any number of jobs.
type index struct {
	first map[[indexFirst]byte]node
	deep  map[prefix]node
}

// The tree's levels are by the first 4, 6, 8 … 16 bytes: 8 digits are the least
// that is shown of an ID, and then whole groups of a UUID's text.
const (
	indexFirst = 4
	indexStep  = 2
)

// prefix is the beginning of an ID, deeper than the first level.
type prefix struct {
	id  job.ID // the rest is zero
	len uint8
}

// node is the rows whose IDs begin so: how many, and the exclusive or of their
// slots, which is the slot itself where there is only one.
type node struct {
	n   int32
	xor int32
}

func newIndex(room int) index {
	return index{first: make(map[[indexFirst]byte]node, room), deep: make(map[prefix]node)}
}

func cutID(id job.ID, bytes int) prefix {
	p := prefix{len: uint8(bytes)} //nolint:gosec // at most 16
	copy(p.id[:bytes], id[:])
	return p
}

func (x *index) node(id job.ID, bytes int) node {
	if bytes == indexFirst {
		return x.first[[indexFirst]byte(id[:])]
	}
	return x.deep[cutID(id, bytes)]
}

// change adds n rows (1 or -1) to a node and returns what is there then.
func (x *index) change(id job.ID, bytes int, slot, n int32) node {
	nd := x.node(id, bytes)
	nd = node{nd.n + n, nd.xor ^ slot}
	switch {
	case bytes > indexFirst && nd.n == 0:
		delete(x.deep, cutID(id, bytes))
	case bytes > indexFirst:
		x.deep[cutID(id, bytes)] = nd
	case nd.n == 0:
		delete(x.first, [indexFirst]byte(id[:]))
	default:
		x.first[[indexFirst]byte(id[:])] = nd
	}
	return nd
}

// find returns the slot of a job.
func (x *index) find(id job.ID, rows []Row) (int32, bool) {
	slot := x.candidate(id)
	return slot, slot >= 0 && rows[slot].ID == id
}

// candidate returns the only slot where the job may be, -1 if there is none.
func (x *index) candidate(id job.ID) int32 {
	for bytes := indexFirst; ; bytes += indexStep {
		switch nd := x.node(id, bytes); nd.n {
		case 0:
			return -1
		case 1:
			return nd.xor
		}
	}
}

// add takes in a row, whose ID must not be there yet, and sets how much is shown
// of its ID and of the one it collides with.
func (x *index) add(id job.ID, slot int32, rows []Row) {
	for bytes := indexFirst; ; bytes += indexStep {
		nd := x.change(id, bytes, slot, 1)
		if nd.n == 1 {
			rows[slot].idBytes = uint8(bytes)
			return
		}
		if nd.n == 2 { // the one that was alone here goes deeper too
			other := nd.xor ^ slot
			x.change(rows[other].ID, bytes+indexStep, other, 1)
			rows[other].idBytes = uint8(bytes + indexStep)
		}
	}
}

// remove takes a row out again.
func (x *index) remove(slot int32, rows []Row) {
	r := &rows[slot]
	for bytes := indexFirst; bytes <= int(r.idBytes); bytes += indexStep {
		nd := x.change(r.ID, bytes, slot, -1)
		if nd.n != 1 {
			continue
		}
		// One is left, which needs no more than this to be told apart.
		other := nd.xor
		for deeper := bytes + indexStep; deeper <= int(rows[other].idBytes); deeper += indexStep {
			x.change(rows[other].ID, deeper, other, -1)
		}
		for deeper := bytes + indexStep; deeper <= int(r.idBytes); deeper += indexStep {
			x.change(r.ID, deeper, slot, -1)
		}
		rows[other].idBytes = uint8(bytes)
		return
	}
}

// textLen is how many bytes of an ID's text show its first bytes.
func textLen(bytes int) int {
	dashes := 0
	for _, before := range [...]int{4, 6, 8, 10} { // 8-4-4-4-12
		if bytes > before {
			dashes++
		}
	}
	return 2*bytes + dashes
}
