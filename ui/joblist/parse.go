package joblist

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// maxFilter limits the bytes of a filter: looking for a text takes, at worst, its
// length times that of the text it is looked for in.
const maxFilter = 1024

// FilterError is a word of a filter that could not be understood.
type FilterError struct {
	Word       string // as it was written
	Reason     string // what is wrong with it, and what would be right
	Nearest    string // the right word that it resembles; "" if none does
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
	for s = strings.TrimLeft(s, space); s != ""; s = strings.TrimLeft(s, space) {
		var w word
		w, s = cutWord(s)
		t, err := w.term()
		switch {
		case err == nil:
			f.terms = append(f.terms, t)
		case first == nil:
			first = err
		}
	}
	return f, first
}

// space is what separates words.
const space = " \t\r\n"

// word is one word of a filter, cut into its parts: [!][key op]value.
type word struct {
	raw   string
	not   bool
	key   string // lower case; "" for a bare word
	op    string // ":", "=", ">", ">=", "<" or "<="; "" for a bare word
	value string // without its quotes
	open  bool   // a quote is not closed
}

// cutWord cuts the first word off s, which doesn't begin with a space. Spaces between
// quotes belong to the word.
func cutWord(s string) (w word, rest string) {
	var value strings.Builder
	i := 0
	for ; i < len(s) && s[i] == '!'; i++ {
		w.not = !w.not
	}
	quoted := false // a key has no quote before its operator
scan:
	for ; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '"':
			w.open, quoted = !w.open, true
		case w.open:
			value.WriteByte(c)
		case strings.IndexByte(space, c) >= 0:
			break scan
		case w.op == "" && !quoted && strings.IndexByte(":<>=", c) >= 0 && isKey(value.String()):
			w.key = strings.ToLower(value.String())
			value.Reset()
			w.op = s[i : i+1]
			if (c == '<' || c == '>') && i+1 < len(s) && s[i+1] == '=' {
				i++
				w.op += "="
			}
		default:
			value.WriteByte(c)
		}
	}
	w.raw, w.value = s[:i], value.String()
	return w, s[i:]
}

// isKey reports whether s could be a key: ASCII letters only.
func isKey(s string) bool {
	return s != "" && strings.Trim(strings.ToLower(s), "abcdefghijklmnopqrstuvwxyz") == ""
}

// term returns what the word asks.
func (w word) term() (term, error) {
	t, err := w.meaning()
	t.not = w.not
	if err == nil && w.open {
		return t, w.incomplete("its quote is not closed")
	}
	return t, err
}

func (w word) meaning() (term, error) {
	textual := w.op == ":" || w.op == "="
	switch {
	case w.key == "":
		return textTerm(byText, w, w.value)
	case w.key == "status" && textual:
		return statusTerm(w)
	case w.key == "is" && textual:
		return isTerm(w)
	case w.key == "batch" && textual:
		return textTerm(byBatch, w, w.value)
	case w.key == "id" && textual:
		return textTerm(byID, w, w.value)
	case w.key == "progress":
		return progressTerm(w)
	case w.key == "age":
		return ageTerm(w)
	}
	if near := Suggest(w.key, []string{"status", "batch", "progress", "age", "is", "id"}); near != "" {
		return term{}, &FilterError{
			Word:    w.raw,
			Reason:  fmt.Sprintf("jobs have no %s; did you mean %s? (in quotes it is looked for as text)", w.key, near),
			Nearest: near,
		}
	}
	return textTerm(byText, w, w.key+w.op+w.value) // such as 12:30 or a URL
}

func (w word) incomplete(reason string) error {
	return &FilterError{Word: w.raw, Reason: reason, Incomplete: true}
}

func (w word) wrong(reason string) error { return &FilterError{Word: w.raw, Reason: reason} }

func (w word) unknownValue(what, value string, words []named) error {
	near := Suggest(value, names(words))
	if near == "" {
		return w.wrong(what + "; there are: " + list(words))
	}
	return &FilterError{Word: w.raw, Reason: fmt.Sprintf("%s; did you mean %s?", what, near), Nearest: near}
}

func textTerm(k kind, w word, text string) (term, error) {
	if text == "" {
		return term{}, w.incomplete("says nothing to look for")
	}
	return term{kind: k, text: newNeedle(text)}, nil
}

// named is a word that users may write, and what it stands for.
type named struct {
	word   string
	kind   kind
	states stateSet
}

func names(words []named) []string {
	out := make([]string, len(words))
	for i, n := range words {
		out[i] = n.word
	}
	return out
}

func list(words []named) string { return strings.Join(names(words), ", ") }

// stateSet is a set of States.
type stateSet uint16

func setOf(states ...State) stateSet {
	var set stateSet
	for _, s := range states {
		set |= 1 << s
	}
	return set
}

func (set stateSet) has(s State) bool { return set>>s&1 == 1 }

// statuses returns the words after "status:".
func statuses() []named {
	return []named{
		{word: "queued", states: setOf(Queued)},
		{word: "notstarted", states: setOf(Queued)},
		{word: "running", states: setOf(Running, Other)}, // as the top line counts them
		{word: "processing", states: setOf(Running)},
		{word: "done", states: setOf(Done)},
		{word: "error", states: setOf(Error)},
		{word: "failed", states: setOf(Error, Rejected, GivenUp)},
		{word: "rejected", states: setOf(Rejected)},
		{word: "givenup", states: setOf(GivenUp)},
		{word: "unknown", states: setOf(GivenUp)},
		{word: "checking", states: setOf(Unheard)},
		{word: "unsaid", states: setOf(Unheard)},
		{word: "other", states: setOf(Other)},
	}
}

// conditions returns the words after "is:".
func conditions() []named {
	return []named{
		{word: "new", kind: byNew},
		{word: "stale", kind: byStale},
		{word: "selected", kind: bySelected},
		{word: "live", kind: byState, states: setOf(Unheard, Queued, Running, Other)},
		{word: "finished", kind: byState, states: setOf(Done, Error, Rejected, GivenUp)},
	}
}

// statusTerm reads status:WORD[,WORD]...
func statusTerm(w word) (term, error) {
	t := term{kind: byState}
	for part := range strings.SplitSeq(strings.ToLower(w.value), ",") {
		if part == "" {
			continue
		}
		found := beginning(part, statuses())
		if len(found) == 0 {
			return term{}, w.unknownValue("no such status", part, statuses())
		}
		for _, n := range found {
			t.states |= n.states
		}
	}
	if t.states == 0 {
		return term{}, w.incomplete("needs a status: " + list(statuses()))
	}
	return t, nil
}

// isTerm reads is:WORD.
func isTerm(w word) (term, error) {
	if w.value == "" {
		return term{}, w.incomplete("needs a word: " + list(conditions()))
	}
	found := beginning(strings.ToLower(w.value), conditions())
	switch len(found) {
	case 0:
		return term{}, w.unknownValue("no such condition", w.value, conditions())
	case 1:
		return term{kind: found[0].kind, states: found[0].states}, nil
	default:
		return term{}, w.incomplete("may be more than one: " + list(found))
	}
}

// beginning returns the word s, or else all words that begin with it.
func beginning(s string, words []named) []named {
	var out []named
	for _, n := range words {
		if n.word == s {
			return []named{n}
		}
		if strings.HasPrefix(n.word, s) {
			out = append(out, n)
		}
	}
	return out
}

// progressTerm reads progress OP FIGURE: 0.5 and 50% are the same, and so is 50,
// since no share is above 1 (and somebody typing 50% gets there through 50).
func progressTerm(w word) (term, error) {
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
	return term{kind: byProgress, op: w.comparison(), share: share}, nil
}

// ageTerm reads age OP DURATION.
func ageTerm(w word) (term, error) {
	const shape = "needs a time with its unit, such as 30s, 10m, 2h, 1h30m, 3d or 1w"
	t := term{kind: byAge, op: w.comparison()}
	for s := strings.ToLower(w.value); s != ""; {
		digits := len(s) - len(strings.TrimLeft(s, "0123456789"))
		if digits == len(s) {
			return term{}, w.incomplete(shape) // the unit is still to come
		}
		n, err := strconv.ParseInt(s[:digits], 10, 64)
		unit := unitOf(s[digits])
		if err != nil || unit == 0 || n > int64((math.MaxInt64-t.age)/unit) {
			return term{}, w.wrong(shape)
		}
		t.age += time.Duration(n) * unit
		t.unit = unit
		s = s[digits+1:]
	}
	if t.unit == 0 {
		return term{}, w.incomplete(shape)
	}
	return t, nil
}

func unitOf(c byte) time.Duration {
	switch c {
	case 's':
		return time.Second
	case 'm':
		return time.Minute
	case 'h':
		return time.Hour
	case 'd':
		return 24 * time.Hour
	case 'w':
		return 7 * 24 * time.Hour
	default:
		return 0
	}
}

// comparison returns the word's operator, of which ":" means "=".
func (w word) comparison() string {
	if w.op == ":" {
		return "="
	}
	return w.op
}
