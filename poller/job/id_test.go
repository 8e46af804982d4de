package job_test

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"example.com/jobwatch/poller/job"
)

func TestAnIDIsACanonicalUUID(t *testing.T) {
	id, err := job.Parse(strings.ToUpper(whole))
	if err != nil || id.String() != whole || id.Short() != whole[:8] {
		t.Fatalf("got %v, %v", id, err)
	}
	for _, text := range []string{"", whole[1:], whole + "0", strings.ReplaceAll(whole, "-", ""), strings.Replace(whole, "-", "0", 1), "g" + whole[1:]} {
		if id, err := job.Parse(text); !errors.Is(err, job.ErrID) || id != (job.ID{}) {
			t.Errorf("%q: %v, %v", text, id, err)
		}
	}
	if other := (job.ID{1, 0x89}); id.Compare(other) <= 0 || other.Compare(id) >= 0 || id.Compare(job.ID(bytes.Clone(id[:]))) != 0 {
		t.Error("IDs are not in the order of their bytes")
	}
}

func TestIDsAreShownAsFarAsTheyDiffer(t *testing.T) {
	id, _ := job.Parse(whole)
	others := []job.ID{id}
	for _, c := range []struct {
		place int // of the digits that the next ID does not share
		want  string
	}{{0, "01890a5d"}, {3, "01890a5d"}, {5, "01890a5d-ac96"}, {7, "01890a5d-ac96-774b"}, {9, "01890a5d-ac96-774b-bcce"}, {15, whole}} {
		other := id
		other[c.place] ^= 1
		if others = append(others, other); id.Apart(others...) != c.want {
			t.Errorf("it is called %s, want %s", id.Apart(others...), c.want)
		}
	}
}

// Logs are shared, and an ID is all that is needed to read the job.
func TestALogDoesNotHoldAnID(t *testing.T) {
	id, err := job.Parse(whole)
	if err != nil {
		t.Fatal(err)
	}
	for name, handler := range map[string]func(*bytes.Buffer) slog.Handler{
		"text": func(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, nil) },
		"JSON": func(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) },
	} {
		var log bytes.Buffer
		slog.New(handler(&log)).Info("poll", "job", id, slog.Group("a", "job", id))
		if strings.Contains(log.String(), whole) || strings.Count(log.String(), "01890a5d…") != 2 {
			t.Errorf("%s: %s", name, &log)
		}
	}
}

func TestScrubAlsoCutsURLs(t *testing.T) {
	for text, want := range map[string]string{
		"GET https://x.test/" + whole + "?a=b failed": "GET https://… failed",
		"about " + whole:       "about 01890a5d…",
		`"HTTP://X/y", a/b:c`:  `"HTTP://…", a/b:c`,
		"no URL :// and no ID": "no URL :// and no ID",
	} {
		if got := job.Scrub(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

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
