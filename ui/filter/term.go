package filter

import (
	"math"
	"time"
)

// kind is what a term asks about.
type kind uint8

const (
	byText  kind = iota // anywhere
	byBatch             // in the batch's name
	byID                // in the ID
	byState
	byProgress
	byAge
	byNew
	byStale
	bySelected
)

// relation is how a term compares a figure.
type relation uint8

const (
	equal relation = iota
	greater
	greaterEqual
	less
	lessEqual
)

// term is one word of a filter. It is comparable: two terms that are == ask the same.
type term struct {
	kind   kind
	not    bool
	rel    relation
	states stateSet      // byState
	text   needle        // byText, byBatch, byID
	share  float64       // byProgress: 0 to 1
	age    time.Duration // byAge
	unit   time.Duration // byAge: the finest unit written, to which = rounds
}

// match reports whether the term holds, its negation left aside.
func (t *term) match(s *Subject) bool {
	switch t.kind {
	case byText:
		return t.text.in(s.Description) || t.text.in(s.Meta) || t.text.in(s.Batch) || t.text.inID(&s.ID)
	case byBatch:
		return t.text.in(s.Batch)
	case byID:
		return t.text.inID(&s.ID)
	case byState:
		return t.states.has(s.State)
	case byProgress:
		p := float64(s.Progress)
		if s.State == Done {
			p = 1
		}
		if p < 0 {
			return false // unknown is not a figure
		}
		if t.rel == equal {
			return percent(p) == percent(t.share) // as the screen shows it
		}
		return compare(t.rel, p, t.share)
	case byAge:
		if t.rel == equal {
			return s.Age.Truncate(t.unit) == t.age
		}
		return compare(t.rel, s.Age, t.age)
	case byNew:
		return s.New
	case byStale:
		return s.Stale
	case bySelected:
		return s.Selected
	default:
		return true
	}
}

// percent is the whole percents of p; the small term mends 0.29*100 = 28.999….
func percent(p float64) int { return int(math.Floor(p*100 + 1e-9)) }

func compare[T float64 | time.Duration](rel relation, a, b T) bool {
	switch rel {
	case greater:
		return a > b
	case greaterEqual:
		return a >= b
	case less:
		return a < b
	case lessEqual:
		return a <= b
	default:
		return a == b
	}
}

// implies reports whether p holds wherever t does, as far as the words tell.
func (t term) implies(p term) bool {
	if t == p {
		return true
	}
	if t.kind != p.kind || t.not != p.not {
		return false
	}
	narrow, wide := t, p
	if t.not {
		narrow, wide = p, t // not B implies not A where A implies B
	}
	switch t.kind {
	case byText, byBatch, byID:
		return wide.text.in(narrow.text.folded) && wide.text.bare() == narrow.text.bare()
	case byState:
		return narrow.states&^wide.states == 0
	default:
		return false
	}
}
