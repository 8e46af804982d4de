package joblist

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"example.com/jobwatch/poller/job"
)

func asFilterError(err error, target **FilterError) bool { return errors.As(err, target) }

// FuzzParseFilter: whatever is typed, there is a filter that can be asked, an error is
// one line for people, and what narrows promises is kept.
func FuzzParseFilter(f *testing.F) {
	for _, s := range []string{
		"", "invoice", `!"two words" status:error`, "progress>50% age<=1h30m", "batch:june is:new", "status:eror",
		`staus:x "`, "!!!", "K\u212a \u0130i ß", "id:0189 5d-ac", "\xff\x00", "age>9223372036854775807w",
	} {
		f.Add(s, "inv", "Invoice 12 \u212a.md")
	}
	f.Fuzz(func(t *testing.T, text, typed, description string) {
		before, err := ParseFilter(text)
		after, _ := ParseFilter(text + typed)
		var wrong *FilterError
		if err != nil && (!errors.As(err, &wrong) || strings.ContainsAny(err.Error(), "\n\r\x1b")) {
			t.Fatalf("%q: %q", text, err)
		}
		for state := range State(States) {
			s := Subject{ID: job.ID{0x5d, 0xac}, Description: description, Progress: 0.5, State: state, New: true}
			after.Match(&s)
			if err == nil && strings.TrimLeft(text, "! \t\r\n") != "" && before.IsZero() {
				t.Fatalf("%q says nothing and is not wrong", text)
			}
		}
		if strings.ContainsAny(text, "\"!:<>= \t\r\n") || text == "" || !utf8.ValidString(text) {
			return
		}
		s := Subject{Description: description + text}
		if !before.Match(&s) {
			t.Fatalf("%q doesn't find itself in %q", text, s.Description)
		}
		s.Description = description + strings.ToUpper(text)
		if strings.ToLower(s.Description) == s.Description+text && !before.Match(&s) {
			t.Fatalf("%q doesn't find itself in %q", text, s.Description)
		}
	})
}
