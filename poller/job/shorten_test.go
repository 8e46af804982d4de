package job_test

import (
	"regexp"
	"strings"
	"testing"

	"example.com/jobwatch/poller/job"
)

const whole = "01890a5d-ac96-774b-bcce-b302099a8057"

func TestIDsAreCutWhereverTheyStand(t *testing.T) {
	for text, want := range map[string]string{
		"":                                   "",
		whole:                                "01890a5d…",
		strings.ToUpper(whole):               "01890A5D…",
		strings.ReplaceAll(whole, "-", ""):   "01890a5d…", // which the API takes, too
		"/job/" + whole + "/output":          "/job/01890a5d…/output",
		whole + whole:                        "01890a5d…01890a5d…",
		"0-" + whole + "-0":                  "0-01890a5d…-0",
		"a1b2c3d4-" + whole:                  "a1b2c3d4-01890a5d…",
		whole[:35]:                           whole[:35],
		"well-known and re-used words - all": "well-known and re-used words - all",
	} {
		if got := job.Shorten(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func FuzzShorten(f *testing.F) {
	id := regexp.MustCompile(`(?i)([0-9a-f]{8})-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}`)
	f.Add("x-" + whole + whole + "-")
	f.Add("a1b2c3d4" + strings.ReplaceAll(whole, "-", "") + whole)
	f.Fuzz(func(t *testing.T, text string) {
		if got, want := job.Shorten(text), id.ReplaceAllString(text, "$1…"); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	})
}
