package theme

import (
	"math"
	"strconv"
	"testing"

	"github.com/muesli/termenv"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/ui/safe"
)

// luminance is WCAG 2.2's relative luminance of #rrggbb.
func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	var sum float64
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(colour[1+2*i:3+2*i], 16, 8)
		if err != nil {
			t.Fatalf("%q is not a colour: %v", colour, err)
		}
		c := float64(n) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}

func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	x, y := luminance(t, a), luminance(t, b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// A person with weak eyes reads every text, on either background, also on the
// selected row.
func TestTextHasEnoughContrastOnEveryBackground(t *testing.T) {
	const enough = 4.5 // WCAG 2.2, 1.4.3
	p := Calm()
	for role := range roles {
		for _, dark := range []bool{true, false} {
			colour := p.Colours[role].pick(dark)
			if colour == "" || role == Past {
				continue
			}
			for _, ground := range []string{Backgrounds().pick(dark), p.Grounds[Selected].pick(dark)} {
				if c := contrast(t, colour, ground); c < enough {
					t.Errorf("role %d, dark %v: %s on %s has a contrast of %.2f, want %.1f", role, dark, colour, ground, c, enough)
				}
			}
		}
	}
}

// Someone who sees no colours still tells every status by glyph and by word.
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
			if safe.Width(look.Glyph) != 1 || len(look.Word) > WordWidth {
				t.Errorf("%s: %q %q does not fit its column", name, look.Glyph, look.Word)
			}
		}
	}
}

func TestUnreachableAndUnknownJobsNeverLookAlike(t *testing.T) {
	th := New(Calm(), termenv.Ascii, true, Unicode())
	gone := th.Look("", job.Live, &job.Problem{Kind: job.NotFound})
	mute := th.Look("", job.Live, &job.Problem{Kind: job.Unreachable})
	if gone.Word != "Not found" || mute.Word != "No answer" {
		t.Errorf("got %q and %q", gone.Word, mute.Word)
	}
}
