package joblist

import (
	"math"
	"time"
)

// Sort is an order of the list.
type Sort uint8

// The sort orders. Equals stay in the order they were added, and batches are
// newest first unless said otherwise.
const (
	Attention  Sort   = iota // failed, running by nearness to done, queued, Done; batches with nothing live last
	ByAdded                  // as they were added, batches too
	ByStatus                 // failed, running, queued, Done
	ByProgress               // most first, unknown last
	ByRecent                 // status changed last first, batches too
	Sorts      = iota        // how many there are
)

// String names the order for the screen.
func (s Sort) String() string {
	switch s {
	case ByAdded:
		return "added"
	case ByStatus:
		return "status"
	case ByProgress:
		return "progress"
	case ByRecent:
		return "recent change"
	default:
		return "attention"
	}
}

// Next is the order after s, around.
func (s Sort) Next() Sort { return (s + 1) % Sorts }

// Sort returns the order of the list.
func (l *List) Sort() Sort { return l.sort }

// SetSort orders the list anew.
func (l *List) SetSort(s Sort) {
	l.sort = s
	l.rekey()
	l.rebuild()
	l.replaceBatches()
	l.settle()
}

// rekey works out where every row stands. What is built on that is to be built anew.
func (l *List) rekey() {
	l.strays = l.strays[:0]
	for i := range l.slots {
		s := &l.slots[i]
		if s.batch < 0 {
			continue
		}
		s.at, s.stray = hundredths(&l.rows[i], s.tally), false
		s.key = rowKey(l.sort, &l.rows[i], s)
		if l.sort == ByRecent {
			l.batches[s.batch].noteChange(&l.rows[i])
		}
	}
}

// A row's key is its rank in the order above its place in the order of adding.
func seqOf(key uint64) uint32 { return uint32(key & math.MaxUint32) }

func rowKey(by Sort, r *Row, s *slot) uint64 {
	return uint64(rank(by, r, s))<<32 | uint64(seqOf(s.key))
}

// rank is small for what comes first.
func rank(by Sort, r *Row, s *slot) uint32 {
	switch state := s.tally.state; by {
	case Attention:
		return urgency(state)<<8 | remoteness(s)
	case ByStatus:
		return urgency(state)
	case ByProgress:
		if state.Failed() || s.at == unknown {
			return math.MaxUint32
		}
		return 100 - uint32(s.at)
	case ByRecent:
		return ^seconds(r.Changed())
	default:
		return 0
	}
}

// urgency ranks states by how much they want to be seen. A job that was never
// heard of counts as queued, so that first answers don't shuffle a new batch.
func urgency(s State) uint32 {
	switch s {
	case Error, Rejected, GivenUp:
		return 0
	case Running:
		return 1
	case Other:
		return 2
	case Done:
		return 4
	default:
		return 3
	}
}

// remoteness is how far a running job is from done, in tenths, so that a row moves
// ten times in its life and not at each report. Unknown is furthest.
func remoteness(s *slot) uint32 {
	switch {
	case s.tally.state != Running:
		return 0
	case s.at == unknown:
		return 11
	default:
		return 10 - uint32(s.at/10)
	}
}

// hundredths is a row's progress as far as its place depends on it.
func hundredths(r *Row, t tally) uint8 {
	if t.state != Done && !r.Answer.Progress.Known() {
		return unknown
	}
	return uint8(t.done / (whole / 100)) //nolint:gosec // 0 to 100
}

// unknown is the hundredths of a row whose progress is not known.
const unknown = 255

// calm is how long rows keep their places while only their progress changes. Then
// all that have come away move at once: with each on its own, half of the rows in view
// would move every second, which nobody can read, or pay for on a slow line.
const calm = 10 * time.Second

// watch notes a row that has come away from its place.
func (l *List) watch(i int32) {
	s, r := &l.slots[i], &l.rows[i]
	there := *s
	if there.at = hundredths(r, s.tally); there.at == s.at || s.stray {
		return
	}
	if rank(l.sort, r, &there) != rank(l.sort, r, s) {
		s.stray = true
		l.strays = append(l.strays, i)
	}
}

// arrange puts the rows where they belong that have come away from their places, if
// the last time was long enough ago.
func (l *List) arrange() {
	if len(l.strays) == 0 || l.now.Sub(l.arranged) < calm {
		return
	}
	for _, i := range l.strays {
		s := &l.slots[i]
		if !s.stray {
			continue
		}
		before := s.key
		s.at, s.stray = hundredths(&l.rows[i], s.tally), false
		if l.refresh(i); s.key != before {
			l.arranged = l.now
		}
	}
	l.strays = l.strays[:0]
}

// seconds is t as an unsigned number that sorts like it, 1970 to 2106.
func seconds(t time.Time) uint32 {
	return uint32(max(0, min(t.Unix(), math.MaxUint32)))
}

// rebuild fills each batch's order with the rows that are shown.
func (l *List) rebuild() {
	ends := make([]int, len(l.batches)) // counted first, so that one slice holds all
	total := 0
	for i := range l.slots {
		if s := &l.slots[i]; s.shown {
			ends[s.batch]++
			total++
		}
	}
	sum := 0
	for b, n := range ends {
		ends[b] = sum
		sum += n
	}
	entries := make([]entry, total)
	for i := range l.slots {
		if s := &l.slots[i]; s.shown {
			entries[ends[s.batch]] = entry{s.key, int32(i)}
			ends[s.batch]++
		}
	}
	from := 0
	for i := range l.batches {
		b := &l.batches[i]
		b.shown.fill(entries[from:ends[i]])
		b.Matched = b.shown.n
		from = ends[i]
	}
	l.matched = total
	l.layout.old = true
}
