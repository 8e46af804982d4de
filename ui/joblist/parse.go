package joblist

import (
	"cmp"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxFilter limits the bytes of a filter.
const maxFilter = 1024

// FilterError is a word of a filter that could not be understood.
type FilterError struct {
	Word       string // as it was written
	Reason     string // what is wrong with it, and what would be right
	Incomplete bool   // only half typed: no reason to complain yet
}

// Error returns the word and the reason in one line.
func (e *FilterError) Error() string { return fmt.Sprintf("%q in the filter: %s", e.Word, e.Reason) }

// ParseFilter reads a filter. The Filter is always usable: it ignores a word that is
// wrong, or only half typed as "status:" is, so that a list filtered live does not go
// blank while somebody types. The error, a [*FilterError], is about the first such word;
// for --filter it is final.
func ParseFilter(s string) (Filter, error) {
	if len(s) > maxFilter {
		head := strings.ToValidUTF8(s[:32], "")
		return Filter{}, &FilterError{Word: head + "…", Reason: fmt.Sprintf("a filter has at most %d bytes", maxFilter)}
	}
	var f Filter
	var first error
	for _, m := range wordParts.FindAllStringSubmatch(s, -1) {
		w := word{
			raw: m[0], not: len(m[1])%2 == 1, key: strings.ToLower(m[2]), op: m[3],
			value: strings.ReplaceAll(m[4], `"`, ""), open: strings.Count(m[4], `"`)%2 == 1,
		}
		t, err := w.term()
		switch {
		case w.raw == "": // between two spaces
		case err == nil:
			f.terms = append(f.terms, t)
		case first == nil:
			first = err
		}
	}
	return f, first
}

// wordParts matches a word, and its parts: [!][key op]value. Spaces between quotes belong to
// it.
var wordParts = regexp.MustCompile(`(!*)(?:([A-Za-z]+)(:|=|<=?|>=?))?((?:"[^"]*(?:"|$)|[^" \t\r\n])*)`)

// word is one word of a filter, cut into its parts.
type word struct {
	raw   string
	not   bool
	key   string // lower case; "" for a bare word
	op    string // "=", ">", ">=", "<" or "<="; "" for a bare word
	value string // without its quotes
	open  bool   // a quote is not closed
}

// term returns what the word asks.
func (w word) term() (term, error) {
	t, err := w.meaning()
	if err == nil && w.open {
		err = w.incomplete("its quote is not closed")
	}
	if holds := t.holds; w.not && err == nil {
		t.holds = func(r *Row, now time.Time) bool { return !holds(r, now) }
	}
	return t, err
}

func (w word) meaning() (term, error) {
	equals := w.op == ":" || w.op == "="
	switch {
	case w.key == "":
		return w.text()
	case w.key == "progress":
		return w.progress()
	case w.key == "age":
		return w.age()
	case w.key == "status" && equals:
		return w.choice("status", statuses())
	case w.key == "is" && equals:
		return w.choice("condition", conditions())
	case w.key == "batch" && equals:
		return w.contains(term{lasts: true}, func(r *Row, n needle) bool { return n.in(r.In().Name) })
	case w.key == "id" && equals:
		return w.contains(term{lasts: true}, func(r *Row, n needle) bool { return n.inID(r.ID) })
	}
	if near := Suggest(w.key, []string{"status", "batch", "progress", "age", "is", "id"}); near != "" {
		return term{}, w.wrong(fmt.Sprintf("jobs have no %s; did you mean %s? (in quotes it is looked for as text)", w.key, near))
	}
	w.value = w.key + w.op + w.value // such as 12:30 or a URL
	return w.text()
}

func (w word) incomplete(reason string) error {
	return &FilterError{Word: w.raw, Reason: reason, Incomplete: true}
}

func (w word) wrong(reason string) error { return &FilterError{Word: w.raw, Reason: reason} }

// text looks for the word's value in all texts of a job.
func (w word) text() (term, error) {
	return w.contains(term{asText: true}, func(r *Row, n needle) bool {
		return n.in(r.Answer.Description) || n.in(r.Answer.Meta) || n.in(r.In().Name) || n.inID(r.ID)
	})
}

// contains looks for the word's value.
func (w word) contains(t term, in func(*Row, needle) bool) (term, error) {
	if w.value == "" {
		return term{}, w.incomplete("says nothing to look for")
	}
	n := needle(appendFolded(nil, w.value))
	t.holds = func(r *Row, now time.Time) bool { return in(r, n) }
	return t, nil
}

// named is a word that users may write after a key, and what it asks.
type named struct {
	name string
	term
}

func in(states ...State) term {
	return term{holds: func(r *Row, _ time.Time) bool { return slices.Contains(states, r.State()) }}
}

// statuses returns the words after "status:".
func statuses() []named {
	return []named{
		{"queued", in(Queued)},
		{"notstarted", in(Queued)},
		{"running", in(Running, Other)}, // as the top line counts them
		{"processing", in(Running)},
		{"done", in(Done)},
		{"error", in(Error)},
		{"failed", in(Error, Rejected, GivenUp)},
		{"rejected", in(Rejected)},
		{"givenup", in(GivenUp)},
		{"unknown", in(GivenUp)},
		{"checking", in(Unheard)},
		{"unsaid", in(Unheard)},
		{"other", in(Other)},
	}
}

// conditions returns the words after "is:".
func conditions() []named {
	return []named{
		{"new", term{holds: func(r *Row, _ time.Time) bool { return r.News || r.viewed }}},
		{"stale", term{holds: (*Row).Stale, timed: true}},
		{"selected", term{holds: func(r *Row, _ time.Time) bool { return r.Selected }}},
		{"live", in(Unheard, Queued, Running, Other)},
		{"finished", in(Done, Error, Rejected, GivenUp)},
	}
}

// choice reads the names after a key, or how they begin. Any of them may hold.
func (w word) choice(noun string, of []named) (term, error) {
	var chosen []named
	for name := range strings.SplitSeq(strings.ToLower(w.value), ",") {
		found := slices.DeleteFunc(slices.Clone(of), func(n named) bool { return !strings.HasPrefix(n.name, name) })
		switch near := Suggest(name, names(of)); {
		case name == "": // nothing is typed after a comma yet
		case len(found) > 1 && w.key == "is":
			return term{}, w.incomplete("may be more than one: " + strings.Join(names(found), ", "))
		case len(found) > 0:
			chosen = append(chosen, found...)
		case near != "":
			return term{}, w.wrong(fmt.Sprintf("no such %s; did you mean %s?", noun, near))
		default:
			return term{}, w.wrong(fmt.Sprintf("no such %s; there are: %s", noun, strings.Join(names(of), ", ")))
		}
	}
	if len(chosen) == 0 {
		return term{}, w.incomplete(fmt.Sprintf("needs a %s: %s", noun, strings.Join(names(of), ", ")))
	}
	return term{
		holds: func(r *Row, now time.Time) bool {
			return slices.ContainsFunc(chosen, func(n named) bool { return n.holds(r, now) })
		},
		timed: slices.ContainsFunc(chosen, func(n named) bool { return n.timed }),
	}, nil
}

func names(of []named) []string {
	out := make([]string, len(of))
	for i, n := range of {
		out[i] = n.name
	}
	return out
}

// progress reads progress OP FIGURE: 0.5 and 50% are the same, and so is 50,
// since no share is above 1 (and somebody typing 50% gets there through 50).
func (w word) progress() (term, error) {
	const shape = "needs a figure, such as 0.5 or 50%"
	value, isPercent := strings.CutSuffix(w.value, "%")
	if value == "" || value == "." {
		return term{}, w.incomplete(shape)
	}
	share, err := strconv.ParseFloat(value, 64)
	if err != nil || math.IsNaN(share) {
		return term{}, w.wrong(shape)
	}
	if isPercent || share > 1 {
		share /= 100
	}
	if share < 0 || share > 1 {
		return term{}, w.wrong("progress is 0 to 1, or 0% to 100%")
	}
	return term{holds: func(r *Row, now time.Time) bool {
		p := float64(r.Progress())
		return p >= 0 && compares(w.op, p, share, percent) // unknown is neither less nor more
	}}, nil
}

// percent returns the whole percents of p, as the screen shows them; the small term
// corrects 0.29*100 = 28.999….
func percent(p float64) float64 { return math.Floor(p*100 + 1e-9) }

// age reads age OP DURATION. An equal age is one that is the same in the finest unit
// written.
func (w word) age() (term, error) {
	const shape = "needs a time with its unit, such as 30s, 10m, 2h, 1h30m, 3d or 1w"
	const day = 24 * time.Hour
	units := map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': day, 'w': 7 * day}
	var age, unit time.Duration
	for s := strings.ToLower(w.value); s != ""; {
		digits := len(s) - len(strings.TrimLeft(s, "0123456789"))
		if digits == len(s) {
			return term{}, w.incomplete(shape) // the unit is still to come
		}
		n, err := strconv.ParseInt(s[:digits], 10, 64)
		unit = units[s[digits]]
		if err != nil || unit == 0 || n > int64((math.MaxInt64-age)/unit) {
			return term{}, w.wrong(shape)
		}
		age += time.Duration(n) * unit
		s = s[digits+1:]
	}
	if unit == 0 {
		return term{}, w.incomplete(shape)
	}
	return term{holds: func(r *Row, now time.Time) bool {
		return compares(w.op, now.Sub(r.Added), age, func(d time.Duration) time.Duration { return d.Truncate(unit) })
	}, timed: true, lasts: true}, nil
}

// compares reports whether an operator holds. Equal is what rounds to the same.
func compares[T cmp.Ordered](op string, a, b T, round func(T) T) bool {
	if op == "=" || op == ":" {
		a, b, op = round(a), round(b), "="
	}
	return strings.Contains(op, [...]string{"<", "=", ">"}[1+cmp.Compare(a, b)])
}

// Suggest returns the word that s is most likely a slip of, or "" if none is near. One
// letter may differ, in long words one in three; a beginning of at least three letters
// is near, too. Case does not matter, and words are ASCII.
func Suggest(s string, words []string) string {
	s = strings.ToLower(s)
	for slips := range max(1, min(len(s), 32)/3) + 1 {
		for _, word := range words {
			prefix := slips > 0 && len(s) >= 3 && strings.HasPrefix(word, s) // "conc" for "concurrency"
			if prefix || s != "" && near(s, strings.ToLower(word), slips) {
				return word
			}
		}
	}
	return ""
}

// near reports whether a becomes b with so many slips: a letter inserted, dropped or changed,
// or two neighbours swapped.
func near(a, b string, slips int) bool {
	for a != "" && b != "" && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	switch longer := len(a) - len(b); {
	case max(longer, -longer) > slips:
		return false
	case a == "" || b == "":
		return true
	case slips == 0:
		return false
	}
	swapped := len(a) > 1 && len(b) > 1 && a[0] == b[1] && a[1] == b[0]
	return near(a[1:], b, slips-1) || near(a, b[1:], slips-1) || near(a[1:], b[1:], slips-1) ||
		swapped && near(a[2:], b[2:], slips-1)
}
