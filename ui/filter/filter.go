// Package filter is the small language in which people say which jobs they want
// to see, on the screen and in --filter.
//
//	invoice              text, in the ID, description, batch or status_meta, in any case
//	"two words"          text with a space in it
//	status:error         where the job stands: queued, running, done, error, failed,
//	                     rejected, givenup, checking, other; several as status:done,error
//	batch:june           text in the batch's name
//	id:0189              text in the ID
//	progress>0.5         also >=, <, <=, =, and 50%; unknown progress compares with nothing
//	age>10m              time since the job was added: s, m, h, d, w, also 1h30m
//	is:new               also stale, selected, live, finished
//	!done                not that
//
// Words are ANDed. A word may be cut short where its beginning says enough
// (status:run). A Filter is a plain value: it holds nothing of any job.
package filter

import "slices"

// Filter says of a job whether to show it. The zero Filter shows every job.
type Filter struct {
	terms []term
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

// IsZero reports whether f shows every job.
func (f Filter) IsZero() bool { return len(f.terms) == 0 }

// Timed reports whether the answer for a job may change as time goes by alone.
func (f Filter) Timed() bool {
	return slices.ContainsFunc(f.terms, func(t term) bool { return t.kind == byAge || t.kind == byStale })
}

// Lasting returns the words of f whose answer for a job stays, whatever the API says of the
// job: its batch, its ID, its age when somebody began to watch it and, once the API has
// described it, its texts.
func (f Filter) Lasting(described bool) Filter {
	lasting := slices.Clone(f.terms)
	return Filter{terms: slices.DeleteFunc(lasting, func(t term) bool {
		return t.kind > byID && t.kind != byAge || t.kind == byText && !described
	})}
}

// Equal reports whether f and g are the same words in the same order.
func (f Filter) Equal(g Filter) bool { return slices.Equal(f.terms, g.terms) }

// Without returns f without the words that prev has too: all that is left to ask
// of a job that prev shows, where f narrows prev.
func (f Filter) Without(prev Filter) Filter {
	rest := slices.Clone(f.terms)
	return Filter{terms: slices.DeleteFunc(rest, func(t term) bool { return slices.Contains(prev.terms, t) })}
}

// Narrows reports whether f shows only jobs that prev shows too, as far as can be
// told from the words alone. Then only those need to be looked at again, which is
// the usual case while somebody types. False is always a safe answer.
func (f Filter) Narrows(prev Filter) bool {
	for _, p := range prev.terms {
		if !slices.ContainsFunc(f.terms, func(t term) bool { return t.implies(p) }) {
			return false
		}
	}
	return true
}
