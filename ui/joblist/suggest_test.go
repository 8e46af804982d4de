package joblist_test

import (
	"strings"
	"testing"

	"example.com/jobwatch/ui/joblist"
)

func TestASlipIsUnderstood(t *testing.T) {
	words := []string{"batch", "rate", "concurrency", "no-mouse", "notify", "status", "age", "is"}
	for typed, want := range map[string]string{
		"bach":        "batch",
		"ratee":       "rate",
		"raet":        "rate",
		"Batch":       "batch",
		"concurency":  "concurrency",
		"conc":        "concurrency",
		"nomouse":     "no-mouse",
		"notfiy":      "notify",
		"staus":       "status",
		"agee":        "age",
		"to":          "",
		"quux":        "",
		"":            "",
		"naïve":       "",
		"http":        "",
		"12":          "",
		"concurrence": "concurrency",

		"arxy": "", // a swap and two other letters

		strings.Repeat("rate", 100): "",
	} {
		if got := joblist.Suggest(typed, words); got != want {
			t.Errorf("%q: %q, want %q", typed, got, want)
		}
	}
}
