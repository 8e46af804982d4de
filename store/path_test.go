//go:build unix && !darwin && !ios

package store_test

import (
	"path/filepath"
	"strings"
	"testing"

	. "example.com/jobwatch/store"
)

func TestTheDefaultPlace(t *testing.T) {
	home := t.TempDir()
	standard := filepath.Join(home, ".local", "state", "jobwatch", "jobs.jsonl")
	for _, c := range []struct{ name, home, state, want, err string }{
		{"as the standard has it", home, "", standard, ""},
		{"moved", home, "/var/state", "/var/state/jobwatch/jobs.jsonl", ""},
		{"a relative one is ignored", home, "state", standard, ""},
		{"moved, without a home", "", "/var/state", "/var/state/jobwatch/jobs.jsonl", ""},
		{"nowhere", "", "", "", "HOME"},
		{"nowhere but relative", "", "state", "", "HOME"},
		{"a relative home", "home", "", "", "HOME"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("HOME", c.home)
			t.Setenv("XDG_STATE_HOME", c.state)
			got, err := DefaultPath()
			equal(t, "place", got, c.want)
			if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
				t.Errorf("error: %v", err)
			}
		})
	}
}
