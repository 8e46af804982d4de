package config

import (
	"strconv"
	"strings"

	"example.com/jobwatch/ui/nearest"
)

// didYouMean is the end of a message, or "".
func didYouMean(word string, candidates []string) string {
	if near := nearest.Of(word, candidates); near != "" {
		return "; did you mean " + strconv.Quote(near) + "?"
	}
	return ""
}

// list joins words for people: "a, b or c".
func list(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}
