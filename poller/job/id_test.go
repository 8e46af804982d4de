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
