package filter

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// WordError is a word of a filter that says nothing we understand.
type WordError struct {
	Word       string // as it was written
	Reason     string // what is wrong with it, and what would be right
	Nearest    string // the right word that it resembles; "" if none does
	Incomplete bool   // only half typed: no reason to complain yet
}

// Error tells it in one line.
func (e *WordError) Error() string { return fmt.Sprintf("%q in the filter: %s", e.Word, e.Reason) }

func (w word) incomplete(reason string) error {
	return &WordError{Word: w.raw, Reason: reason, Incomplete: true}
}

func (w word) wrong(reason string) error { return &WordError{Word: w.raw, Reason: reason} }

func (w word) unknownKey(near string) error {
	return &WordError{
		Word:    w.raw,
		Reason:  fmt.Sprintf("jobs have no %s; did you mean %s? (in quotes it is looked for as text)", w.key, near),
		Nearest: near,
	}
}

func (w word) unknownValue(what, value string, words []named) error {
	names := make([]string, len(words))
	for i, n := range words {
		names[i] = n.word
	}
	near := nearest(value, names)
	reason := fmt.Sprintf("%s; there are: %s", what, list(words))
	if near != "" {
		reason = fmt.Sprintf("%s; did you mean %s?", what, near)
	}
	return &WordError{Word: w.raw, Reason: reason, Nearest: near}
}

func list(words []named) string {
	names := make([]string, len(words))
	for i, n := range words {
		names[i] = n.word
	}
	return strings.Join(names, ", ")
}

// nearest returns the word that s is most likely a slip of: one wrong, missing or
// surplus letter in short ones, two in longer ones; "" if there is none.
func nearest(s string, words []string) string {
	if utf8.RuneCountInString(s) > 20 {
		return "" // no word of ours is so long
	}
	best, least := "", 3
	for _, word := range words {
		limit := 2
		if len(word) < 5 {
			limit = 1
		}
		if d := distance([]rune(strings.ToLower(s)), []rune(word)); d <= limit && d < least {
			best, least = word, d
		}
	}
	return best
}

// distance is the least number of letters to insert, drop, replace or swap with
// their neighbour (the optimal string alignment distance).
func distance(a, b []rune) int {
	d := make([][]int, len(a)+1)
	for i := range d {
		d[i] = make([]int, len(b)+1)
		d[i][0] = i
	}
	for j := range d[0] {
		d[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			same := 1
			if a[i-1] == b[j-1] {
				same = 0
			}
			d[i][j] = min(d[i-1][j]+1, d[i][j-1]+1, d[i-1][j-1]+same)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(a)][len(b)]
}
