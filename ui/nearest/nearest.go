// Package nearest finds the word that somebody most likely meant.
package nearest

import "strings"

// longest is the length in bytes from which a word is no typo of ours; the
// comparison is quadratic.
const longest = 64

// Of returns the one of the words that s is most likely a slip of, or "" when none is
// near: one letter may differ, in long words one in three. A beginning of at
// least three letters is near, too. Case doesn't matter; words are ASCII.
func Of(s string, words []string) string {
	if s == "" || len(s) > longest {
		return ""
	}
	s = strings.ToLower(s)
	best, limit := "", max(1, len(s)/3)+1
	for _, word := range words {
		d := distance(s, strings.ToLower(word))
		// "conc" is not near "concurrency" by letters, but what else would it be?
		if len(s) >= 3 && strings.HasPrefix(word, s) {
			d = min(d, 1)
		}
		if d < limit {
			best, limit = word, d
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
