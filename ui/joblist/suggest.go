package joblist

import "strings"

// Suggest returns the word that s is most likely a slip of, or "" if none is near. One
// letter may differ, in long words one in three; a beginning of at least three letters
// is near, too. Case does not matter, and words are ASCII.
func Suggest(s string, words []string) string {
	const longest = 64 // bytes; anything longer is no slip, and the comparison is quadratic
	if s == "" || len(s) > longest {
		return ""
	}
	s = strings.ToLower(s)
	best, limit := "", max(1, len(s)/3)+1
	for _, word := range words {
		d := distance(s, strings.ToLower(word))
		if len(s) >= 3 && strings.HasPrefix(word, s) { // "conc" for "concurrency"
			d = min(d, 1)
		}
		if d < limit {
			best, limit = word, d
		}
	}
	return best
}

// distance returns the optimal string alignment distance in bytes: an inserted, dropped or
// changed letter and two swapped neighbours count one each.
func distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, last, row = last, row, before
		row[0] = i
		for j := 1; j <= len(b); j++ {
			changed := 1
			if a[i-1] == b[j-1] {
				changed = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+changed)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
	}
	return row[len(b)]
}
