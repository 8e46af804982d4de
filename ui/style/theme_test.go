package style

import (
	"testing"

	"github.com/muesli/termenv"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/ui/sanitize"
)

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

func TestUnreachableAndUnknownJobsNeverLookAlike(t *testing.T) {
	th := New(Calm(), termenv.Ascii, true, Unicode())
	gone := th.Look("", job.Live, &job.Problem{Kind: job.NotFound})
	mute := th.Look("", job.Live, &job.Problem{Kind: job.Unreachable})
	if gone.Word != "Not found" || mute.Word != "No answer" {
		t.Errorf("got %q and %q", gone.Word, mute.Word)
	}
}
