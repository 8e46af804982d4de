package filter

import (
	"fmt"
	"strings"

	"example.com/jobwatch/ui/nearest"
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
	near := nearest.Of(value, names)
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
