package jobs

import "example.com/jobwatch/poller/job"

// shortIDs finds how much of each ID tells it apart from all others. It is a tree
// over the IDs' bytes that grows only where IDs collide, kept in maps: IDs of
// UUID version 7 made in the same minute all begin alike.
type shortIDs struct {
	first map[[minBytes]byte]node
	deep  map[prefix]node
}

// minBytes is the least that is shown of an ID: 8 digits.
const minBytes = 4

type prefix struct {
	id  job.ID // the rest is zero
	len uint8
}

// node is the rows whose IDs begin alike: how many, and the exclusive or of their
// slots, which is the slot itself when only one is left.
type node struct {
	n   int32
	xor int32
}

func newShortIDs(room int) shortIDs {
	return shortIDs{first: make(map[[minBytes]byte]node, room), deep: make(map[prefix]node)}
}

func cutID(id job.ID, n int) prefix {
	p := prefix{len: uint8(n)} //nolint:gosec // at most 16
	copy(p.id[:n], id[:])
	return p
}

// change adds n rows (1 or -1) to the node of the first bytes of id.
func (t *shortIDs) change(id job.ID, bytes int, slot, n int32) node {
	if bytes == minBytes {
		key := [minBytes]byte(id[:minBytes])
		nd := t.first[key]
		nd = node{nd.n + n, nd.xor ^ slot}
		if nd.n == 0 {
			delete(t.first, key)
		} else {
			t.first[key] = nd
		}
		return nd
	}
	key := cutID(id, bytes)
	nd := t.deep[key]
	nd = node{nd.n + n, nd.xor ^ slot}
	if nd.n == 0 {
		delete(t.deep, key)
	} else {
		t.deep[key] = nd
	}
	return nd
}

// add takes in the ID of a row, and sets how much is shown of it and of those it
// collides with.
func (t *shortIDs) add(id job.ID, slot int32, rows []Row) {
	for n := minBytes; ; n++ {
		nd := t.change(id, n, slot, 1)
		if nd.n == 2 && n < len(id) { // the one that was alone here goes deeper too
			other := nd.xor ^ slot
			t.change(rows[other].ID, n+1, other, 1)
			rows[other].digits = uint8(2 * (n + 1))
		}
		if nd.n == 1 || n == len(id) {
			rows[slot].digits = uint8(2 * n)
			return
		}
	}
}

// remove takes the ID of a row out again.
func (t *shortIDs) remove(id job.ID, slot int32, rows []Row) {
	for n := minBytes; n <= int(rows[slot].digits)/2; n++ {
		nd := t.change(id, n, slot, -1)
		if nd.n != 1 {
			continue
		}
		// One is left, which needs no more than this to be told apart.
		other := nd.xor
		for m := n + 1; m <= int(rows[other].digits)/2; m++ {
			t.change(rows[other].ID, m, other, -1)
		}
		for m := n + 1; m <= int(rows[slot].digits)/2; m++ {
			t.change(id, m, slot, -1)
		}
		rows[other].digits = uint8(2 * n)
		return
	}
}

// idLen is how many bytes of an ID's text hold its first digits.
func idLen(digits int) int {
	dashes := 0
	for _, before := range [...]int{8, 12, 16, 20} { // 8-4-4-4-12
		if digits > before {
			dashes++
		}
	}
	return digits + dashes
}
