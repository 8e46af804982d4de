package store_test

import (
	"errors"
	"math/rand/v2"
	"os"
	"runtime"
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
	s, _ := open(tb, path, noSync{})
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
	kept := contents(tb, path, noSync{}).Jobs
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

// Of a large file, what matters is found at the cost of time but not of memory, and the next
// start finds a small one.
func TestALargeFileIsReadAndMadeSmall(t *testing.T) {
	var ops []Op
	for i := range 2000 {
		ops = append(ops, Observe{running(1, "", job.Progress(i%100)/100)})
	}
	changes := lines(t, ops...)
	for name, c := range map[string]struct{ changes, hole, damaged int }{
		"all changes of one job": {60, 0, 0},
		"a hole":                 {0, 64 << 20, 1},
	} {
		t.Run(name, func(t *testing.T) {
			path := stateFile(t)
			write(t, path, fileOf(t, track(pasted(1, ""))...))
			f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
			for range c.changes {
				_, failed := f.WriteString(changes)
				err = errors.Join(err, failed)
			}
			large := size(t, path) + int64(c.hole)
			err = errors.Join(err, f.Truncate(large))
			_, failed := f.WriteString("\n"[:c.damaged] + lines(t, Track{pasted(2, "")}, Observe{running(1, "", 0.75)}))
			if err := errors.Join(err, failed, f.Close()); err != nil {
				t.Fatal(err)
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			s, opened := open(t, path, noSync{})
			runtime.ReadMemStats(&after)
			if more := int64(after.Sys) - int64(before.Sys); more > 16<<20 { //nolint:gosec // G115: far from it
				t.Errorf("reading %d MB took %d MB of memory", large>>20, more>>20)
			}
			equal(t, "jobs", opened.Contents.Jobs, []Job{running(1, "", 0.75), pasted(2, "")})
			equal(t, "damaged", opened.Damaged, c.damaged)
			equal(t, "compactions", s.Compactions(), 1)
			if c.damaged > 0 && size(t, opened.Backup) < large {
				t.Errorf("copied were only %d bytes", size(t, opened.Backup))
			}
			if n := size(t, path); n > 4<<10 {
				t.Errorf("it has %d bytes afterwards", n)
			}
			equal(t, "jobs of the next start", len(contents(t, path).Jobs), 2)
		})
	}
}
