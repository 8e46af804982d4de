package job_test

import (
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
	f.Add("x-" + whole + whole + "-")
	f.Add("a1b2c3d4" + strings.ReplaceAll(whole, "-", "") + whole)
	f.Fuzz(func(t *testing.T, text string) {
		got := job.Shorten(text)
		for i := range got {
			if beginsWithID(got[i:]) {
				t.Errorf("%q: %q still holds an ID", text, got)
			}
		}
		for i := range text {
			if beginsWithID(text[i:]) {
				return
			}
		}
		if got != text {
			t.Errorf("%q: %q, though there is no ID", text, got)
		}
	})
}

func beginsWithID(s string) bool {
	for group, digits := range [...]int{8, 4, 4, 4, 12} {
		if group > 0 {
			s = strings.TrimPrefix(s, "-")
		}
		if len(s) < digits || strings.Trim(s[:digits], "0123456789abcdefABCDEF") != "" {
			return false
		}
		s = s[digits:]
	}
	return true
}
