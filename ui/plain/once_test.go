package plain

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/sanitize"
)

func TestOneLookPrintsATable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b, c, d := jobID(0x01890a5d), jobID(0x0d9c1f4e), jobID(0x01890a5e), jobID(0xfeedbeef)
		s := newStage(t,
			store.SetBatch{Batch: store.Batch{ID: "m", Name: "März 日本"}},
			tracked(store.Job{ID: a, Batch: "m"}), tracked(store.Job{ID: b, Batch: "m"}),
			tracked(store.Job{ID: c, Batch: "m"}), tracked(store.Job{ID: d}),
		)
		s.cfg.Once = true
		s.start()
		s.heard(says(a, job.Done, 1, ""), says(b, job.Processing, 0.45, "page 3"))
		s.heard(fails(c, job.NotFound, job.Live, "the API does not know this job (yet)"))
		s.heard(says(b, job.Done, 1, "")) // was polled once: not looked at any more
		s.heard(says(d, "Resting", job.Unknown, ""))
		s.ends(8, strings.TrimPrefix(`
JOB       STATUS      DONE  BATCH      DESCRIPTION
01890a5d  Done        100%  März 日本  Invoice 01890a5d
0d9c1f4e  Processing   45%  März 日本  Invoice 0d9c1f4e: page 3
01890a5e  Not found      -  März 日本  last check failed: 404 Not Found: the API does not know this job (yet)
feedbeef  Resting        -             Invoice feedbeef: jobwatch does not know this status
`, "\n"), "")
		if len(s.feed.forgotten) != 4 || s.saved()[b].Answer.Progress != 0.45 {
			t.Errorf("%v %+v", s.feed.forgotten, s.saved()[b])
		}
	})
}

func TestTheReceiptIsShort(t *testing.T) {
	var jobs []store.Job
	add := func(n int, status job.Status, end job.End, meta string) {
		for range n {
			i := len(jobs)
			jobs = append(jobs, store.Job{
				ID: jobID(uint32(i)), End: end, Ended: time.Unix(int64(i), 0), //nolint:gosec // a few
				Answer: job.Answer{Status: status, Meta: meta, Description: "Invoice"},
			})
		}
	}
	receipt := func(width int) string { return Receipt(jobs, true, false, sanitize.Unicode, width) }
	want(t, "nothing tracked", receipt(80), "no jobs are tracked\n")
	add(2, job.Done, job.EndedDone, "")
	want(t, "all done", receipt(80), "2 jobs: 2 done\n")
	add(1, job.Error, job.EndedError, "no such \x1b[31mfont")
	add(1, job.Processing, job.Live, "")
	const each = "4 jobs: 2 done, 1 error, 1 running\n  00000002 Error: no such font (Invoice)\n"
	want(t, "one of each", receipt(80), each+"1 is unfinished and still tracked: jobwatch goes on with it\n")
	want(t, "of a demo", Receipt(jobs, true, true, sanitize.Unicode, 80), each+"these were the demo's: nothing of it is kept\n")
	want(t, "that is not saved", Receipt(jobs, false, false, sanitize.Unicode, 80), each)
	add(20, job.Error, job.EndedError, "too large for the page that it was meant to stand on, whatever is done about it")
	add(3, job.NotStarted, job.Live, "")
	got := receipt(40)
	if n := strings.Count(got, "\n"); n != 10 {
		t.Errorf("%d lines:\n%s", n, got)
	}
	for _, part := range []string{
		"27 jobs: 2 done, 21 error, 1 running, 3…\n", "\n  00000017 Error: too large for the pag…\n",
		"\n  and 14 more\n", "\n4 are unfinished and still tracked: job…\n",
	} {
		if !strings.Contains(got, part) {
			t.Errorf("%q is missing in\n%s", part, got)
		}
	}
}
