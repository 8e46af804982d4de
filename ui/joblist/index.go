package joblist

import (
	"encoding/binary"

	"example.com/jobwatch/poller/job"
)

// index finds a row by its ID, and how much of each ID tells it apart from all
// others. Both are one question: it is a tree over the IDs' beginnings that grows
// deeper only where IDs begin alike, as those of UUID version 7 made in the same
// minute do. Where nothing collides, finding a job is one look into one small map,
// at any number of jobs.
//
// The tree's levels are by the first 4, 6, 8 … 16 bytes: 8 digits are the least
// that is shown of an ID, and then whole groups of a UUID's text. A map a level
// says which node belongs to a beginning; the common levels have keys that maps
// are fast with.
type index struct {
	by4      map[uint32]int32
	by6, by8 map[uint64]int32
	longer   map[prefix]int32
	nodes    []node
	free     []int32
}

// node is the rows whose IDs begin alike: how many, and the exclusive or of their
// slots, which is the slot itself where there is only one.
type node struct {
	n   int32
	xor int32
}

// prefix is the beginning of an ID.
type prefix struct {
	id  job.ID // the rest is zero
	len uint8
}

const (
	leastBytes = 4
	stepBytes  = 2
)

func newIndex(room int) index {
	return index{
		by4:    make(map[uint32]int32, room),
		by6:    make(map[uint64]int32),
		by8:    make(map[uint64]int32),
		longer: make(map[prefix]int32),
		nodes:  make([]node, 0, room),
	}
}

func first4(id *job.ID) uint32 { return binary.BigEndian.Uint32(id[:]) }
func first8(id *job.ID) uint64 { return binary.BigEndian.Uint64(id[:]) }
func first6(id *job.ID) uint64 { return first8(id) >> 16 }

func firstOf(id *job.ID, bytes int) prefix {
	p := prefix{len: uint8(bytes)} //nolint:gosec // at most 16
	copy(p.id[:bytes], id[:])
	return p
}

// node returns the node of an ID's first bytes, -1 if there is none.
func (x *index) node(id *job.ID, bytes int) int32 {
	var at int32
	var ok bool
	switch bytes {
	case 4:
		at, ok = x.by4[first4(id)]
	case 6:
		at, ok = x.by6[first6(id)]
	case 8:
		at, ok = x.by8[first8(id)]
	default:
		at, ok = x.longer[firstOf(id, bytes)]
	}
	if !ok {
		return -1
	}
	return at
}

// put makes a node of one row.
func (x *index) put(id *job.ID, bytes int, slot int32) {
	var at int32
	if n := len(x.free); n > 0 {
		at = x.free[n-1]
		x.free = x.free[:n-1]
		x.nodes[at] = node{1, slot}
	} else {
		at = int32(len(x.nodes)) //nolint:gosec // far below 2^31
		x.nodes = append(x.nodes, node{1, slot})
	}
	switch bytes {
	case 4:
		x.by4[first4(id)] = at
	case 6:
		x.by6[first6(id)] = at
	case 8:
		x.by8[first8(id)] = at
	default:
		x.longer[firstOf(id, bytes)] = at
	}
}

// leave takes a row off its node there, and returns what is left of that.
func (x *index) leave(id *job.ID, bytes int, slot int32) node {
	at := x.node(id, bytes)
	nd := &x.nodes[at]
	nd.n, nd.xor = nd.n-1, nd.xor^slot
	if nd.n > 0 {
		return *nd
	}
	x.free = append(x.free, at)
	switch bytes {
	case 4:
		delete(x.by4, first4(id))
	case 6:
		delete(x.by6, first6(id))
	case 8:
		delete(x.by8, first8(id))
	default:
		delete(x.longer, firstOf(id, bytes))
	}
	return node{}
}

// find returns the slot of a job.
func (x *index) find(id *job.ID, rows []Row) (int32, bool) {
	slot := x.candidate(id)
	return slot, slot >= 0 && rows[slot].ID == *id
}

// candidate returns the only slot where the job may be, -1 if there is none.
func (x *index) candidate(id *job.ID) int32 {
	for bytes := leastBytes; ; bytes += stepBytes {
		at := x.node(id, bytes)
		if at < 0 {
			return -1
		}
		if nd := x.nodes[at]; nd.n == 1 {
			return nd.xor
		}
	}
}

// add takes in a row and sets how much is shown of its ID and of the one it
// collides with. It reports false, and does nothing, if the ID is there already.
func (x *index) add(slot int32, rows []Row) bool {
	id := &rows[slot].ID
	for bytes := leastBytes; ; bytes += stepBytes {
		at := x.node(id, bytes)
		if at < 0 {
			x.put(id, bytes, slot)
			rows[slot].idBytes = uint8(bytes)
			return true
		}
		nd := &x.nodes[at]
		if nd.n == 1 { // the one that was alone here goes deeper too
			other := nd.xor
			if rows[other].ID == *id {
				for above := leastBytes; above < bytes; above += stepBytes {
					x.leave(id, above, slot)
				}
				return false
			}
			x.put(&rows[other].ID, bytes+stepBytes, other)
			rows[other].idBytes = uint8(bytes + stepBytes)
			nd = &x.nodes[at]
		}
		nd.n, nd.xor = nd.n+1, nd.xor^slot
	}
}

// remove takes a row out again.
func (x *index) remove(slot int32, rows []Row) {
	r := &rows[slot]
	for bytes := leastBytes; bytes <= int(r.idBytes); bytes += stepBytes {
		left := x.leave(&r.ID, bytes, slot)
		if left.n != 1 {
			continue
		}
		// One is left, which needs no more than this to be told apart.
		other := &rows[left.xor]
		for deeper := bytes + stepBytes; deeper <= int(other.idBytes); deeper += stepBytes {
			x.leave(&other.ID, deeper, left.xor)
		}
		for deeper := bytes + stepBytes; deeper <= int(r.idBytes); deeper += stepBytes {
			x.leave(&r.ID, deeper, slot)
		}
		other.idBytes = uint8(bytes)
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
