package joblist

import (
	"bytes"
	"encoding/hex"
	"slices"
	"strings"
	"time"
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
// Words are ANDed. A word may be abbreviated (status:run).
type Filter struct {
	terms []term
}

// term is one word of a filter.
type term struct {
	holds  func(*Row, time.Time) bool
	timed  bool // it may change its mind merely because time passes
	lasts  bool // no answer of the API changes its mind
	asText bool // none does once the API has described the job
}

// Match reports whether every word of the filter holds for a row at a time.
func (f Filter) Match(r *Row, now time.Time) bool {
	return !slices.ContainsFunc(f.terms, func(t term) bool { return !t.holds(r, now) })
}

// IsZero reports whether f selects every job.
func (f Filter) IsZero() bool { return len(f.terms) == 0 }

// Timed reports whether the answer for a job may change merely because time passes.
func (f Filter) Timed() bool {
	return slices.ContainsFunc(f.terms, func(t term) bool { return t.timed })
}

// Lasting returns the words of f whose answer for a job does not depend on later answers
// of the API: its batch, its ID, its age when watching began and, once the API has
// described it, its texts.
func (f Filter) Lasting(described bool) Filter {
	return Filter{terms: slices.DeleteFunc(slices.Clone(f.terms), func(t term) bool {
		return !t.lasts && (!t.asText || !described)
	})}
}

// needle is a text to look for, folded.
type needle []byte

// in reports whether n occurs in s, in any case.
func (n needle) in(s string) bool {
	var room [128]byte // most texts are short: 100,000 rows should not allocate
	return bytes.Contains(appendFolded(room[:0], s), n)
}

// inID reports whether n occurs in the canonical text of id, or is id without hyphens.
func (n needle) inID(id job.ID) bool {
	var room [36]byte
	text, _ := id.AppendText(room[:0]) // never fails
	return bytes.Contains(text, n) || len(n) == 2*len(id) && hex.EncodeToString(id[:]) == string(n)
}

// appendFolded appends s with the same letter for both cases of each.
func appendFolded(b []byte, s string) []byte {
	for i := range len(s) {
		c := s[i]
		if c >= utf8.RuneSelf {
			return append(b, strings.ToLower(s[i:])...)
		}
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		b = append(b, c)
	}
	return b
}
