package cli

import (
	"strconv"
	"strings"
)

// nearest returns the candidate that word was most likely meant to be, or "" when
// none is near: more than a third of its letters differ (but one always may).
func nearest(word string, candidates []string) string {
	const longest = 64 // what is longer is no typo of ours, and the comparison is quadratic
	if word == "" || len(word) > longest {
		return ""
	}
	word = strings.ToLower(word)
	best, limit := "", max(1, len(word)/3)+1
	for _, c := range candidates {
		d := distance(word, strings.ToLower(c))
		// "--conc" is not near "--concurrency" by letters, but what else would it be?
		if len(word) >= 3 && strings.HasPrefix(c, word) {
			d = min(d, 1)
		}
		if d < limit {
			best, limit = c, d
		}
	}
	return best
}

// distance is the optimal string alignment distance in bytes: inserted, dropped,
// changed and swapped neighbouring letters count one each.
func distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, last, row = last, row, before
		row[0] = i
		for j := 1; j <= len(b); j++ {
			same := 1
			if a[i-1] == b[j-1] {
				same = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+same)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
	}
	return row[len(b)]
}

// didYouMean is the end of a message, or "".
func didYouMean(word string, candidates []string) string {
	if near := nearest(word, candidates); near != "" {
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
