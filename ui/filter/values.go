package filter

import (
	"math"
	"strconv"
	"strings"
	"time"
)

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

// named is a word that people may write, and what it stands for.
type named struct {
	word   string
	kind   kind
	states stateSet
}

// statuses are the words after "status:". The first of several for one state is
// the one told in errors.
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

// conditions are the words after "is:".
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
		n := beginning(part, statuses())
		if len(n) == 0 {
			return term{}, w.unknownValue("no such status", part, statuses())
		}
		for _, n := range n {
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
	n := beginning(strings.ToLower(w.value), conditions())
	if len(n) == 0 {
		return term{}, w.unknownValue("no such condition", w.value, conditions())
	}
	if len(n) > 1 {
		return term{}, w.incomplete("may be more than one: " + list(n))
	}
	return term{kind: n[0].kind, states: n[0].states}, nil
}

// beginning returns the word s, or else all words that begin so.
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
	return term{kind: byProgress, rel: w.relation(), share: share}, nil
}

// ageTerm reads age OP DURATION.
func ageTerm(w word) (term, error) {
	const shape = "needs a time with its unit, such as 30s, 10m, 2h, 1h30m, 3d or 1w"
	age, unit, whole, ok := duration(strings.ToLower(w.value))
	switch {
	case !ok:
		return term{}, w.wrong(shape)
	case !whole:
		return term{}, w.incomplete(shape)
	}
	return term{kind: byAge, rel: w.relation(), age: age, unit: unit}, nil
}

// duration reads figures with units, and says which unit came last. A text that
// only lacks its end is ok but not whole.
func duration(s string) (sum, unit time.Duration, whole, ok bool) {
	for s != "" {
		digits := 0
		for digits < len(s) && s[digits] >= '0' && s[digits] <= '9' {
			digits++
		}
		if digits == 0 {
			return 0, 0, false, false
		}
		if digits == len(s) {
			return 0, 0, false, true
		}
		n, err := strconv.ParseInt(s[:digits], 10, 64)
		unit = unitOf(s[digits])
		if err != nil || unit == 0 || n > int64((math.MaxInt64-sum)/unit) {
			return 0, 0, false, false
		}
		sum += time.Duration(n) * unit
		whole = true
		s = s[digits+1:]
	}
	return sum, unit, whole, true
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

func (w word) relation() relation {
	switch w.op {
	case ">":
		return greater
	case ">=":
		return greaterEqual
	case "<":
		return less
	case "<=":
		return lessEqual
	default:
		return equal
	}
}
