package joblist

import (
	"encoding/hex"
	"math"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"example.com/jobwatch/poller/job"
)

// Filter selects jobs. The zero Filter selects every job. [ParseFilter] reads one from
// the small language that users write, on the screen and in --filter:
//
//	invoice              text, in the ID, description, batch or status_meta, in any case
//	"two words"          text with a space in it
//	status:error         the job's state: queued, running, done, error, failed,
//	                     rejected, givenup, checking, other; several as status:done,error
//	batch:june           text in the batch's name
//	id:0189              text in the ID
//	progress>0.5         also >=, <, <=, =, and 50%; unknown progress compares with nothing
//	age>10m              time since the job was added: s, m, h, d, w, also 1h30m
//	is:new               also stale, selected, live, finished
//	!done                not that
//
// Words are ANDed. A word may be abbreviated (status:run). A Filter is a plain value
// that refers to no job.
type Filter struct {
	terms []term
}

// Subject is what a filter may ask of one job.
type Subject struct {
	ID          job.ID
	Description string
	Batch       string // its name, as shown
	Meta        string // status_meta
	Progress    job.Progress
	Age         time.Duration // since the job was added
	State       State
	New         bool // it ended and the user has not looked at it yet
	Stale       bool // what is shown of it is old
	Selected    bool
}

// Match reports whether every word of the filter holds for s. It allocates nothing.
func (f Filter) Match(s *Subject) bool {
	for i := range f.terms {
		if f.terms[i].match(s) == f.terms[i].not {
			return false
		}
	}
	return true
}

// IsZero reports whether f selects every job.
func (f Filter) IsZero() bool { return len(f.terms) == 0 }

// Timed reports whether the answer for a job may change merely because time passes.
func (f Filter) Timed() bool {
	return slices.ContainsFunc(f.terms, func(t term) bool { return t.kind == byAge || t.kind == byStale })
}

// Lasting returns the words of f whose answer for a job does not depend on later answers
// of the API: its batch, its ID, its age when watching began and, once the API has
// described it, its texts.
func (f Filter) Lasting(described bool) Filter {
	lasting := slices.Clone(f.terms)
	return Filter{terms: slices.DeleteFunc(lasting, func(t term) bool {
		return t.kind > byID && t.kind != byAge || t.kind == byText && !described
	})}
}

// Equal reports whether f and g are the same words in the same order.
func (f Filter) Equal(g Filter) bool { return slices.Equal(f.terms, g.terms) }

// narrows reports whether f selects only jobs that prev selects too, as far as the words
// alone tell. Then few jobs need to be looked at, which is the usual case while somebody
// types. False is always a safe answer.
func (f Filter) narrows(prev Filter) bool {
	for _, p := range prev.terms {
		if !slices.ContainsFunc(f.terms, func(t term) bool { return t.implies(p) }) {
			return false
		}
	}
	return true
}

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

// term is one word of a filter. Terms that are == ask the same.
type term struct {
	kind   kind
	not    bool
	op     string        // byProgress, byAge: ">", ">=", "<", "<=" or "="
	states stateSet      // byState
	text   needle        // byText, byBatch, byID
	share  float64       // byProgress: 0 to 1
	age    time.Duration // byAge
	unit   time.Duration // byAge: the finest unit written, to which = rounds
}

// match reports whether the term holds, ignoring its negation.
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
			return false // unknown
		}
		if t.op == "=" {
			return percent(p) == percent(t.share) // as the screen shows it
		}
		return compare(t.op, p, t.share)
	case byAge:
		if t.op == "=" {
			return s.Age.Truncate(t.unit) == t.age
		}
		return compare(t.op, s.Age, t.age)
	case byNew:
		return s.New
	case byStale:
		return s.Stale
	default:
		return s.Selected
	}
}

// percent returns the whole percents of p; the small term corrects 0.29*100 = 28.999….
func percent(p float64) int { return int(math.Floor(p*100 + 1e-9)) }

func compare[T float64 | time.Duration](op string, a, b T) bool {
	switch op {
	case ">":
		return a > b
	case ">=":
		return a >= b
	case "<":
		return a < b
	default:
		return a <= b
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
		return wide.text.in(narrow.text.folded) && wide.text.bare == narrow.text.bare
	case byState:
		return narrow.states&^wide.states == 0
	default:
		return false
	}
}

// needle is a text to look for, ignoring case. It does not fold the texts that it is
// looked for in: with 100,000 rows, copying them would be most of the cost of a key.
type needle struct {
	folded string
	ascii  bool
	hexy   bool // consists of hexadecimal digits and hyphens, so it may occur in an ID
	bare   bool // may be a whole ID without its hyphens
}

func newNeedle(s string) needle {
	n := needle{folded: strings.Map(fold, s), ascii: true, hexy: true}
	for _, r := range n.folded {
		n.ascii = n.ascii && r < utf8.RuneSelf
		n.hexy = n.hexy && (r >= '0' && r <= '9' || r >= 'a' && r <= 'f' || r == '-')
	}
	n.bare = n.hexy && len(n.folded) == 2*len(job.ID{}) && !strings.Contains(n.folded, "-")
	return n
}

// fold returns the same rune for both cases of a letter. Letters outside ASCII never
// fold into it (as the Kelvin sign would), so that ASCII may be compared by bytes.
func fold(r rune) rune {
	if r < utf8.RuneSelf {
		if r >= 'A' && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}
	if l := unicode.ToLower(r); l >= utf8.RuneSelf {
		return l
	}
	return r
}

// in reports whether n occurs in s.
func (n *needle) in(s string) bool {
	if n.ascii {
		return n.inASCII(s)
	}
	for i := range s {
		if n.startsRunes(s[i:]) {
			return true
		}
	}
	return false
}

func (n *needle) inASCII(s string) bool {
	low := n.folded[0]
	up := low
	if low >= 'a' && low <= 'z' {
		up -= 'a' - 'A'
	}
	for i := 0; i <= len(s)-len(n.folded); i++ {
		if c := s[i]; (c == low || c == up) && n.startsASCII(s[i:]) {
			return true
		}
	}
	return false
}

func (n *needle) startsASCII(s string) bool {
	for j := range len(n.folded) {
		c := s[j]
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != n.folded[j] {
			return false
		}
	}
	return true
}

func (n *needle) startsRunes(s string) bool {
	for _, want := range n.folded {
		r, size := utf8.DecodeRuneInString(s)
		if size == 0 || fold(r) != want {
			return false
		}
		s = s[size:]
	}
	return true
}

// inID reports whether n occurs in the canonical text of id, or is id without hyphens.
func (n *needle) inID(id *job.ID) bool {
	if !n.hexy {
		return false
	}
	var text [36]byte
	if n.bare {
		hex.Encode(text[:], id[:])
		return string(text[:len(n.folded)]) == n.folded
	}
	hex.Encode(text[:8], id[:4])
	hex.Encode(text[9:13], id[4:6])
	hex.Encode(text[14:18], id[6:8])
	hex.Encode(text[19:23], id[8:10])
	hex.Encode(text[24:], id[10:])
	text[8], text[13], text[18], text[23] = '-', '-', '-', '-'
	for i := 0; i <= len(text)-len(n.folded); i++ {
		if string(text[i:i+len(n.folded)]) == n.folded {
			return true
		}
	}
	return false
}
