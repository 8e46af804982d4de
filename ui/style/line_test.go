package style

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"
	"pgregory.net/rapid"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/ui/sanitize"
)

func colours(p termenv.Profile) *Theme {
	return New(Calm(), p, true, Unicode())
}

// Neither end of a bar is shown before the job reaches it.
func TestABarIsFullOnlyWhenTheJobIs(t *testing.T) {
	for _, c := range []struct {
		p       job.Progress
		eighths int
		percent string
	}{{0, 0, "0%"}, {0.0001, 1, "0%"}, {0.29, 23, "29%"}, {0.5, 40, "50%"}, {0.999, 79, "99%"}, {1, 80, "100%"}, {7, 80, "100%"}} {
		if eighths, percent := Eighths(c.p, 10), Percent(c.p); eighths != c.eighths || percent != c.percent {
			t.Errorf("progress %v fills %d eighths of 80 and is %s, want %d and %s", c.p, eighths, percent, c.eighths, c.percent)
		}
	}
}

// A bar and its percentage look the same up to the progress that Next returns, and different
// from there on.
func TestABarSaysWhenItLooksDifferent(t *testing.T) {
	look := func(p job.Progress, width int) string { return Percent(p) + " " + strconv.Itoa(Eighths(p, width)) }
	rapid.Check(t, func(t *rapid.T) {
		p := job.Progress(rapid.Float64Range(1e-6, 0.98).Draw(t, "progress"))
		width := rapid.IntRange(1, 40).Draw(t, "width")
		next := Next(p, width)
		const little = 1e-7
		if next <= p || look(next+little, width) == look(p, width) {
			t.Fatalf("%v looks as at %v", p, next)
		}
		if before := max(p, next-little); look(before, width) != look(p, width) {
			t.Errorf("%v looks different before %v", p, next)
		}
	})
}

// One failure of 11 is seen, and does not look as if all had failed.
func TestTheBarOfAFinishedBatchShowsHowMuchFailed(t *testing.T) {
	for _, c := range []struct{ failed, total, width, red int }{
		{0, 11, 6, 0}, {1, 11, 6, 1}, {1, 20000, 6, 1}, {6, 12, 6, 3}, {10, 11, 6, 5}, {11, 11, 6, 6}, {19999, 20000, 6, 5},
	} {
		line := NewLine(colours(termenv.ANSI), Plain).Ended(c.failed, c.total, c.width)
		done, failed, _ := strings.Cut(line.String(), "31m")
		if red := strings.Count(failed, "█"); red != c.red || red+strings.Count(done, "█") != c.width || line.Width() != c.width {
			t.Errorf("%d of %d failed: %d cells of %d are red, want %d: %q", c.failed, c.total, red, c.width, c.red, line)
		}
	}
}

func TestUnknownProgressIsNotAnEmptyBar(t *testing.T) {
	for _, p := range []termenv.Profile{termenv.Ascii, termenv.ANSI, termenv.TrueColor} {
		empty := ansi.Strip(NewLine(colours(p), Plain).Bar(Accent, 0, 8).String())
		unknown := ansi.Strip(NewLine(colours(p), Plain).Bar(Accent, job.Unknown, 8).String())
		if empty == unknown || Percent(job.Unknown) != "" || Percent(0) != "0%" {
			t.Errorf("profile %v: unknown %q, empty %q", p, unknown, empty)
		}
	}
}

// A line is exactly as wide as it says, whatever was put on it, and its style ends with it.
func TestALineKnowsItsWidth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		profile := rapid.SampledFrom([]termenv.Profile{termenv.Ascii, termenv.ANSI, termenv.ANSI256, termenv.TrueColor}).Draw(t, "profile")
		ground := rapid.SampledFrom([]Ground{Plain, Selected}).Draw(t, "ground")
		l := NewLine(colours(profile), ground)
		for range rapid.IntRange(0, 8).Draw(t, "parts") {
			role := rapid.SampledFrom([]Role{Text, Dim, Error, Strong}).Draw(t, "role")
			switch rapid.IntRange(0, 2).Draw(t, "kind") {
			case 0:
				l.Fit(role, rapid.String().Draw(t, "text"), rapid.IntRange(0, 30).Draw(t, "width"))
			case 1:
				l.Bar(role, job.Progress(rapid.Float64Range(-1, 2).Draw(t, "progress")), rapid.IntRange(0, 20).Draw(t, "width"))
			case 2:
				l.PadTo(rapid.IntRange(0, 60).Draw(t, "column"))
			}
		}
		width, s := l.Width(), l.String()
		if got := ansi.StringWidth(s); got != width {
			t.Fatalf("says %d, is %d: %q", width, got, s)
		}
		if strings.Contains(s, "\x1b") && !strings.HasSuffix(s, "\x1b[0m") && !strings.Contains(s, "\x1b[0m") {
			t.Fatalf("the style leaks out of %q", s)
		}
	})
}

// An age is valid for as long as it says, changes after that, and always fits its column.
func TestAnAgeIsRightForAsLongAsItSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		age := time.Duration(rapid.Int64Range(0, int64(200*24*time.Hour)).Draw(t, "age"))
		text, valid := Age(age)
		if valid <= 0 {
			t.Fatalf("%v is right for %v", age, valid)
		}
		if next, _ := Age(age + valid); next == text {
			t.Errorf("%v reads %q for longer than %v", age, text, valid)
		}
		if len(text) > 6 {
			t.Errorf("%q does not fit its column", text)
		}
	})
}

func TestAges(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "now", 4 * time.Second: "now", 13 * time.Second: "10s", 59 * time.Second: "55s",
		3*time.Minute + 14*time.Second: "3m10s", 12*time.Minute + 59*time.Second: "12m",
		2*time.Hour + 5*time.Minute: "2h05m", 26 * time.Hour: "1d02h",
	} {
		if got, _ := Age(d); got != want {
			t.Errorf("%v reads %q, want %q", d, got, want)
		}
	}
}

// Without colours, every status still differs by glyph and by word.
func TestStatusesDifferWithoutColour(t *testing.T) {
	for name, glyphs := range map[string]Glyphs{"unicode": Unicode(), "ascii": ASCII()} {
		th := New(Calm(), termenv.Ascii, true, glyphs)
		words, signs := map[string]bool{}, map[string]bool{}
		for _, look := range []Look{
			th.Look(job.NotStarted, job.Live, nil), th.Look(job.Processing, job.Live, nil),
			th.Look(job.Done, job.EndedDone, nil), th.Look(job.Error, job.EndedError, nil),
			th.Look("", job.EndedRejected, nil), th.Look("", job.EndedGivenUp, nil), th.Look("", job.Live, nil),
		} {
			if words[look.Word] || signs[look.Glyph] {
				t.Errorf("%s: %q %q is not the only one of its look", name, look.Glyph, look.Word)
			}
			words[look.Word], signs[look.Glyph] = true, true
			if sanitize.Width(look.Glyph) != 1 || len(look.Word) > WordWidth {
				t.Errorf("%s: %q %q does not fit its column", name, look.Glyph, look.Word)
			}
		}
	}
}
