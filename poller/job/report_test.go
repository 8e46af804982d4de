package job

import (
	"testing"
	"time"
)

// A bar goes on from the last answer, a little slower than its job seems to be, and
// gets anywhere when it says that it will.
func TestABarIsCarriedOn(t *testing.T) {
	answered := time.Date(2025, 6, 10, 12, 0, 0, 0, time.UTC)
	r := Report{Answer: Answer{Status: Processing, Progress: 0.5}, Answered: answered, Speed: 0.01}
	for _, c := range []struct {
		after time.Duration
		want  Progress
	}{{-time.Second, 0.5}, {0, 0.5}, {10 * time.Second, 0.59}, {time.Hour, 0.99}} {
		if got := r.ProgressAt(answered.Add(c.after)); max(got-c.want, c.want-got) > 1e-9 {
			t.Errorf("%v after the answer it is at %v, want %v", c.after, got, c.want)
		}
	}
	for p := Progress(0.51); p < 0.985; p += 0.01 {
		at, ok := r.ReachesAt(p)
		before, then := r.ProgressAt(at.Add(-time.Millisecond)), r.ProgressAt(at.Add(time.Millisecond))
		if !ok || before >= p || then < p {
			t.Errorf("it is to reach %v %v after the answer, and goes from %v to %v then", p, at.Sub(answered), before, then)
		}
	}
	slow := r
	slow.Speed = 1e-30
	if at, ok := slow.ReachesAt(0.6); !ok || at.Sub(answered) < time.Hour {
		t.Errorf("a bar that hardly moves reaches 0.6 %v after the answer, %v", at.Sub(answered), ok)
	}
}

// Nothing carries a bar to its end, nor one of which no pace is known, nor one of a
// job that is not at work.
func TestABarIsNotCarriedOnForNothing(t *testing.T) {
	now := time.Date(2025, 6, 10, 12, 0, 0, 0, time.UTC)
	for name, r := range map[string]Report{
		"no pace":     {Answer: Answer{Status: Processing, Progress: 0.5}},
		"no progress": {Answer: Answer{Status: Processing, Progress: Unknown}, Speed: 0.01},
		"waiting":     {Answer: Answer{Status: NotStarted, Progress: 0.5}, Speed: 0.01},
		"failed":      {Answer: Answer{Status: Error, Progress: 0.5}, Speed: 0.01},
		"nearly done": {Answer: Answer{Status: Processing, Progress: 0.995}, Speed: 0.01},
	} {
		r.Answered = now
		if got := r.ProgressAt(now.Add(time.Minute)); got != r.Answer.Progress {
			t.Errorf("%s: it goes from %v to %v", name, r.Answer.Progress, got)
		}
		if at, ok := r.ReachesAt(0.999); ok {
			t.Errorf("%s: it is to be full at %v", name, at)
		}
	}
}
