package store_test

import (
	"math/rand/v2"
	"os"
	"testing"

	. "example.com/jobwatch/store"

	"example.com/jobwatch/poller/job"
)

// week is how a state file fared.
type week struct {
	lines             int   // written
	most, left, fresh int64 // bytes: at most, in the end, and of a compaction of that
}

// run takes jobs through one store, 200 at a time, each seen through fifty polls that
// make some eighteen lines. Then they are forgotten, or not.
func run(tb testing.TB, jobs int, forget bool) (w week) {
	tb.Helper()
	const together, polls = 200, 50
	path := stateFile(tb)
	s, _ := open(tb, path, OnDisk(noSync{}))
	rng := rand.New(rand.NewPCG(1, 2))
	flush := func(ops []Op) {
		if len(ops) > 0 {
			save(tb, s, ops...)
			w.lines += len(ops)
			w.most = max(w.most, size(tb, path))
		}
	}
	for first := 0; first < jobs; first += together {
		running := make([]Job, together)
		for i := range running {
			running[i] = pasted(first+i, "batch")
		}
		flush(track(running...))
		for poll := 1; poll <= polls; poll++ {
			var ops []Op
			for i, j := range running {
				progress := min(1, float64(poll)/polls+rng.Float64()/10)
				r := job.Report{ID: j.ID, At: at(first + poll), Answered: at(first + poll)}
				r.Answer = job.Answer{Status: job.Processing, Progress: job.Progress(progress), Description: "Quarterly report"}
				if poll == polls {
					r.Answer.Status, r.End, r.Answer.Path = job.Done, job.EndedDone, "/job/"+j.ID.String()+"/output"
				}
				var keep bool
				if running[i], keep = j.Observe(r); keep {
					ops = append(ops, Observe{running[i]})
				}
				if forget && poll == polls {
					ops = append(ops, Forget{j.ID})
				}
			}
			flush(ops)
		}
	}
	w.left = size(tb, path)
	kept := contents(tb, path, OnDisk(noSync{})).Jobs
	if left := map[bool]int{false: jobs, true: 0}[forget]; len(kept) != left {
		tb.Errorf("%d jobs are left, not %d", len(kept), left)
	}
	for _, j := range kept {
		w.fresh += int64(len(lines(tb, Track{Job{ID: j.ID, Batch: j.Batch, Added: j.Added}}, Observe{j})))
	}
	return w
}

func size(tb testing.TB, path string) int64 {
	tb.Helper()
	info, err := os.Stat(path)
	if err != nil {
		tb.Fatal(err)
	}
	return info.Size()
}

func TestAFileThatIsWrittenAllWeekStaysSmall(t *testing.T) {
	if w := run(t, 600, false); w.left > 3*w.fresh {
		t.Errorf("more than three times what it says: %+v", w)
	}
	if w := run(t, 600, true); w.most > 2*MinCompactSize {
		t.Errorf("too much for 200 jobs at a time: %+v", w)
	}
}

// BenchmarkWeek runs a week of 5,000 jobs. Goal: a file at most 3 times as large as a
// compaction of the same content.
func BenchmarkWeek(b *testing.B) {
	for b.Loop() {
		w := run(b, 5000, false)
		b.ReportMetric(float64(w.left)/float64(w.fresh), "times-fresh")
		b.ReportMetric(float64(w.lines), "lines")
		b.ReportMetric(float64(w.left), "file-B")
	}
}
