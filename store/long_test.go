package store_test

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"example.com/jobwatch/poller/job"
	. "example.com/jobwatch/store"
)

// A line of any length costs no other line, wherever it falls among what is read at once.
func TestLinesOfAnyLength(t *testing.T) {
	for _, before := range []int{0, 10, 3000} { // some of them 1 MB of lines
		for _, c := range []struct {
			name    string
			size    int
			damaged int
		}{
			{"the longest line", MaxLine, 0},
			{"one byte more", MaxLine + 1, 1},
			{"two buffers long", 2 * MaxLine, 1},
			{"far too long", 3*MaxLine + 7, 1},
		} {
			t.Run(fmt.Sprintf("%s after %d", c.name, before), func(t *testing.T) {
				var jobs []Job
				for i := range before {
					jobs = append(jobs, running(i, "a", 0.5))
				}
				long := `{"op":"newer","text":"","x":"` + "\"}\n"
				long = strings.Replace(long, `"x":"`, `"x":"`+strings.Repeat("x", c.size-len(long)), 1)
				end := running(before, "b", 0.5)
				file := fileOf(t, track(jobs...)...) + long + lines(t, Track{end})
				want := slices.Concat(jobs, []Job{end})
				for _, r := range []io.Reader{
					strings.NewReader(file),
					iotest.DataErrReader(strings.NewReader(file)),
					iotest.HalfReader(strings.NewReader(file)),
				} {
					got, damaged, err := Replay(r)
					if err != nil || damaged != c.damaged {
						t.Errorf("%d damaged, %v", damaged, err)
					}
					equal(t, "jobs", got.Jobs, want)
				}
			})
		}
	}
}

// A large file is decoded in parts at once, and says what it says in its order.
func TestALargeFileIsReadInItsOrder(t *testing.T) {
	const jobs = 6000
	var ops []Op
	for i := range jobs {
		ops = append(ops, Track{pasted(i, "a")})
	}
	for i := range 3 * jobs {
		ops = append(ops, Observe{running(i%jobs, "", job.Progress(i)/(3*jobs))})
		if i%7 == 0 {
			ops = append(ops, Forget{id((i + jobs/2) % jobs)}, Track{pasted((i+jobs/2)%jobs, "b")})
		}
	}
	want := newModel(Contents{})
	want.apply(ops...)
	c, damaged, err := Replay(strings.NewReader(fileOf(t, ops...)))
	if got := newModel(c); err != nil || damaged > 0 || !got.same(want, true) || len(c.Jobs) != jobs {
		t.Errorf("%d jobs are not what was written: %d damaged, %v", len(c.Jobs), damaged, err)
	}
}

func TestAnErrorOfTheReaderIsToldAndNotTakenForTheEnd(t *testing.T) {
	broken := errors.New("broken")
	file := fileOf(t, track(pasted(1, ""))...)
	if c, _, err := Replay(io.MultiReader(strings.NewReader(file), iotest.ErrReader(broken))); !errors.Is(err, broken) {
		t.Errorf("%+v, %v", c, err)
	}
}
