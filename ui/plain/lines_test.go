package plain

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gofrs/flock"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
)

// lines are wanted lines, with the time after the start, in seconds, at their
// beginning.
func lines(start time.Time, texts ...string) string {
	var b strings.Builder
	for _, text := range texts {
		after, rest, _ := strings.Cut(text, "s ")
		d, _ := time.ParseDuration(after + "s")
		b.WriteString(start.Add(d).Local().Format(time.DateTime) + "  " + rest + "\n")
	}
	return b.String()
}

func want(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s:\n%s\nwant:\n%s", what, got, want)
	}
}

func TestABatchIsToldLineByLine(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		a, b, c := jobID(0x01890a5d), jobID(0x0d9c1f4e), jobID(0xfeedbeef)
		s.cfg.Batch = "may"
		begin := time.Now()
		s.start(a, b, c)
		s.heard(says(a, job.NotStarted, job.Unknown, ""), says(b, job.Processing, 0.29, "rendering \x1b[2Jpage 3"))
		time.Sleep(2 * time.Second)                     //nolint:forbidigo // the fake clock of synctest
		s.heard(says(b, job.Processing, 0.6, "page 4")) // no news of its status
		s.heard(says(a, job.Done, 1, ""))
		time.Sleep(time.Second) //nolint:forbidigo // the fake clock of synctest
		s.heard(says(b, job.Error, 0.6, "no such font: Com\u202eic"))
		s.heard(fails(c, job.Rejected, job.EndedRejected, "the API does not take this ID"))
		s.ends(1, lines(begin,
			"0s 01890a5d  Not Started     -  Invoice 01890a5d",
			"0s 0d9c1f4e  Processing    29%  Invoice 0d9c1f4e: rendering page 3",
			"2s 01890a5d  Done         100%  Invoice 01890a5d",
			"3s 0d9c1f4e  Error         60%  Invoice 0d9c1f4e: no such font: Comic",
			"3s feedbeef  Rejected        -  the API does not take this ID",
		), `jobwatch: 2 of 3 jobs are not Done:
  0d9c1f4e Error: no such font: Comic (Invoice 0d9c1f4e)
  feedbeef Rejected: the API does not take this ID
`)
		jobs := s.saved()
		if jobs[a].End != job.EndedDone || jobs[b].End != job.EndedError || jobs[c].Cause != "the API does not take this ID" {
			t.Errorf("saved: %+v", jobs)
		}
		if _, opened := open(t, s.path); len(opened.Contents.Batches) != 1 || opened.Contents.Batches[0].Name != "may" {
			t.Errorf("batches: %+v", opened.Contents.Batches)
		}
	})
}

func TestAProgramReadsJSON(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		a, b := jobID(0x01890a5d), jobID(0x0d9c1f4e)
		s.cfg.JSON, s.cfg.Batch = true, "may & june"
		s.start(a, b)
		hostile := "\x1b]0;x\x07 \u009b2J \u202e <b> \U000e0001 ü"
		s.heard(says(a, job.Processing, 0.25, hostile))
		s.heard(says(a, job.Done, 1, ""))
		s.heard(fails(b, job.NotFound, job.EndedGivenUp, "no such job"))
		s.ends(1, ``+
			`{"time":"2000-01-01T00:00:00.000Z","id":"01890a5d-ac96-474b-8cce-b302099a8057","batch":"may & june","status":"Processing","progress":0.25,`+
			`"status_meta":"\u001b]0;x\u0007 \u009b2J \u202e <b> \udb40\udc01 ü","path":null,"error":null,"problem":null,"file":null,"file_error":null,"ready_from":null,"ready_by":null}`+"\n"+
			`{"time":"2000-01-01T00:00:00.000Z","id":"01890a5d-ac96-474b-8cce-b302099a8057","batch":"may & june","status":"Done","progress":1,`+
			`"status_meta":null,"path":"/job/01890a5d-ac96-474b-8cce-b302099a8057/output","error":null,"problem":null,"file":null,"file_error":null,"ready_from":null,"ready_by":null}`+"\n"+
			`{"time":"2000-01-01T00:00:00.000Z","id":"0d9c1f4e-ac96-474b-8cce-b302099a8057","batch":"may & june","status":null,"progress":null,`+
			`"status_meta":null,"path":null,"error":"no such job","problem":"404 Not Found: no such job","file":null,"file_error":null,"ready_from":null,"ready_by":null}`+"\n", "")
		var first struct {
			Meta string `json:"status_meta"`
		}
		if err := json.NewDecoder(&s.out).Decode(&first); err != nil || first.Meta != hostile {
			t.Errorf("read back: %q, %v", first.Meta, err)
		}
	})
}

func TestWithoutJobsAllUnfinishedOnesAreWatched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := jobID(1), jobID(2)
		s := newStage(t,
			tracked(store.Job{ID: a, Ended: time.Now(), End: job.EndedRejected}),
			tracked(store.Job{ID: b, Answer: job.Answer{Status: job.Processing, Progress: 0.5}, Answered: time.Now()}),
		)
		known := time.Now()
		time.Sleep(time.Hour) //nolint:forbidigo // the fake clock of synctest
		s.start()
		begin := time.Now()
		trouble := fails(b, job.Trouble, job.Live, "HTTP 500")
		trouble.Answer, trouble.Answered = job.Answer{Status: job.Processing, Progress: 0.5}, known
		s.heard(trouble) // is no news of the job
		s.heard(says(b, job.Processing, 0.5, ""))
		s.heard(says(b, job.Done, 1, ""))
		s.ends(0, lines(begin,
			"0s 00000002  Processing    50%  Invoice 00000002",
			"0s 00000002  Done         100%  Invoice 00000002",
		), "")
		if got := s.feed.polled(); len(got) != 1 || got[0] != b {
			t.Errorf("polled %v", got)
		}
	})
}

func TestAnInterruptionKeepsWhatWasSeen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := jobID(1), jobID(2)
		s := newStage(t)
		s.start(a, b)
		s.heard(says(a, job.Processing, 0.5, ""))
		s.cancel()
		s.ends(130, "…", "jobwatch: interrupted; 2 unfinished jobs still tracked\n")
		if jobs := s.saved(); jobs[a].Answer.Status != job.Processing || len(jobs) != 2 {
			t.Errorf("%+v", jobs)
		}

		demo := newStage(t)
		demo.cfg.Demo = true
		demo.start(a, b)
		demo.heard(says(a, job.Processing, 0.5, ""))
		demo.cancel()
		demo.ends(130, "…", "jobwatch: interrupted; 2 unfinished jobs, nothing of the demo is kept\n")
	})
}

func TestAnInterruptionBeforeTheFirstSaveLosesNoJob(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		compacting := flock.New(s.path + ".lock") // another jobwatch
		if err := compacting.Lock(); err != nil {
			t.Fatal(err)
		}
		s.start(jobID(1))
		time.Sleep(time.Second) //nolint:forbidigo // the fake clock of synctest
		s.cancel()
		if err := compacting.Unlock(); err != nil {
			t.Fatal(err)
		}
		s.ends(130, "", "…")
		if _, ok := s.saved()[jobID(1)]; !ok {
			t.Error("it is not tracked")
		}
	})
}

func TestNobodyReadsOn(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = w.Close() }()
		s.cfg.Out = w
		a := jobID(1)
		s.start(a)
		s.heard(says(a, job.NotStarted, job.Unknown, ""))
		if _, err := r.Read(make([]byte, 200)); err != nil { // as head -1 does
			t.Fatal(err)
		}
		_ = r.Close()
		s.heard(says(a, job.Processing, 0.5, ""))
		s.ends(1, "", "")
		if s.saved()[a].Answer.Status != job.Processing {
			t.Error("not saved")
		}
	})
}

// A pager that isn't scrolled, or ctrl+s: the line is held up, the rest goes on.
func TestAReaderThatStopsHoldsUpNothing(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		r, w := io.Pipe()
		defer func() { _ = r.Close() }()
		s.cfg.Out = w
		a, b := jobID(1), jobID(2)
		s.start(a, b)
		s.heard(says(a, job.NotStarted, job.Unknown, ""))
		s.heard(says(a, job.Processing, 0.5, ""))
		time.Sleep(2 * time.Second) //nolint:forbidigo // the fake clock of synctest
		synctest.Wait()
		if s.saved()[a].Answer.Status != job.Processing {
			t.Error("what the poller found out is not saved")
		}
		interrupted := time.Now()
		s.cancel()
		s.ends(130, "", "…")
		if took := time.Since(interrupted); took > 2*time.Second {
			t.Errorf("it took %v to end", took)
		}
	})
}

// A pager that nobody scrolls for hours must not fill the memory. Nothing that it was to get is
// lost.
func TestWhatNobodyReadsIsBounded(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		scrolled := make(chan struct{})
		s.cfg.Out = writer(func(text []byte) {
			<-scrolled
			s.out.Write(text)
		})
		a, reports := jobID(1), make([]job.Report, 100)
		for i := range reports {
			status := []job.Status{job.NotStarted, job.Processing}[i%2]
			reports[i] = says(a, status, job.Unknown, strings.Repeat("x", 1<<16))
		}
		s.start(a)
		n := s.offers(reports...)
		if n < 16 || n > 20 {
			t.Errorf("%d lines of 64 KiB wait for a reader", n)
		}
		close(scrolled)
		s.heard(says(a, job.Done, 1, ""))
		s.ends(0, "…", "")
		if got := strings.Count(s.out.String(), "\n"); got != n+1 {
			t.Errorf("%d of %d lines came", got, n+1)
		}
	})
}

// What is said of the jobs at the end must be so: those that never reached the disk are
// known to no later run.
func TestAnInterruptionOnAFullDiskTellsWhatIsNotTracked(t *testing.T) {
	const full = "jobwatch: changes are not being saved: the disk is full; free some space (jobs.jsonl); jobwatch "
	a, b, c := jobID(1), jobID(2), jobID(3)
	for _, s := range []struct {
		given []job.ID
		says  string
	}{
		{[]job.ID{a}, "1 unfinished job still tracked"},
		{[]job.ID{b}, "1 unfinished job not tracked"},
		{[]job.ID{b, c}, "2 unfinished jobs not tracked"},
		{[]job.ID{a, b, c}, "3 unfinished jobs, 2 of them not tracked"},
	} {
		synctest.Test(t, func(t *testing.T) {
			stage := newStage(t, tracked(store.Job{ID: a}))
			stage.cfg.Journal = &faulty{Store: stage.store, append: func() error {
				return &store.NotSavedError{Path: "jobs.jsonl", Err: syscall.ENOSPC}
			}}
			stage.start(s.given...)
			stage.heard(says(s.given[0], job.Processing, 0.5, ""))
			time.Sleep(time.Minute) //nolint:forbidigo // the fake clock of synctest
			stage.cancel()
			stage.ends(130, "…", full+"goes on watching and tries again\n"+full+"ends without them\njobwatch: interrupted; "+s.says+"\n")
		})
	}
}

// What vanishes from the state file while it is watched has not become Done.
func TestWhatVanishesIsNoSuccess(t *testing.T) {
	a, b := jobID(1), jobID(2)
	forget := func(ids ...job.ID) func(*stage) {
		return func(s *stage) {
			for _, id := range ids {
				s.others(store.Forget{ID: id})
			}
		}
	}
	replace := func(ids ...job.ID) func(*stage) {
		return func(s *stage) {
			s.t.Helper()
			other, _ := open(s.t, s.path+".new")
			for _, id := range ids {
				if err := other.Append(s.t.Context(), tracked(store.Job{ID: id})); err != nil {
					s.t.Fatal(err)
				}
			}
			if err := os.Rename(s.path+".new", s.path); err != nil {
				s.t.Fatal(err)
			}
		}
	}
	empty := func(s *stage) {
		if err := os.Truncate(s.path, 0); err != nil {
			s.t.Fatal(err)
		}
	}
	remove := func(s *stage) {
		if err := os.Remove(s.path); err != nil {
			s.t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		name    string
		vanish  func(*stage)
		once    bool
		status  job.Status // of the first job, before
		removed string     // in JSON, of which jobs
		exit    int
	}{
		{"one is removed", forget(a), false, job.Processing, "00000001", 1},
		{"all are removed", forget(a, b), false, job.Processing, "00000001 00000002", 1},
		{"one look, one is removed", forget(b), true, job.Processing, "00000002", 1},
		{"the finished are removed, one of them Done", forget(a), false, job.Done, "", 0},
		{"the finished are removed, one of them failed", forget(a), false, job.Error, "", 1},
		{"the file is replaced by another's", replace(jobID(3)), false, job.Processing, "00000001 00000002", 1},
		{"the file is replaced by an older one", replace(b), false, job.Processing, "00000001", 1},
		{"the file is replaced by one without jobs", replace(), false, job.Processing, "00000001 00000002", 1},
		{"the file is emptied", empty, false, job.Processing, "", 0},
		{"the file is removed", remove, false, job.Processing, "", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			play(t, func(t *testing.T, s *stage) {
				s.cfg.JSON, s.cfg.Summary, s.cfg.Once = true, true, tt.once
				s.start(a, b)
				s.heard(says(a, tt.status, 0.5, ""))
				time.Sleep(2 * time.Second) //nolint:forbidigo // the fake clock of synctest
				tt.vanish(s)
				time.Sleep(2 * time.Second) //nolint:forbidigo // the fake clock of synctest
				s.offers(says(a, job.Done, 1, ""), says(b, job.Done, 1, ""))
				s.wait()
				var removed []string
				for _, o := range s.objects() {
					if text(o.Status) == "removed" {
						removed = append(removed, o.ID[:8])
						if o.Error == "" {
							t.Errorf("no error in %+v", o)
						}
					}
				}
				if lost := tt.exit == 0 && tt.status == job.Processing; lost && (len(s.saved()) != 2 || s.saved()[a].End != job.EndedDone) {
					t.Errorf("what was lost is not written again: %+v", s.saved())
				}
				counted := strings.Contains(s.out.String(), fmt.Sprintf(`"removed":%d,`, len(removed)))
				if got := strings.Join(removed, " "); got != tt.removed || !counted || s.exit != tt.exit {
					t.Errorf("removed: %q, exit status %d\n%s%s", got, s.exit, s.out.String(), s.err.String())
				}
			})
		})
	}
}

// After enough of its like, a job that runs says when it will be ready, to programs
// as a time before and one after.
func TestARunningJobSaysWhenItWillBeReady(t *testing.T) {
	for _, asJSON := range []bool{true, false} {
		play(t, func(t *testing.T, s *stage) {
			s.cfg.JSON = asJSON
			var like []job.ID
			all := func(status job.Status) (reports []job.Report) {
				for _, id := range like {
					reports = append(reports, says(id, status, job.Unknown, ""))
				}
				return reports
			}
			for i := range uint32(40) {
				like = append(like, jobID(0x1000+i))
			}
			last := jobID(1)
			s.start(append(like, last)...)
			s.heard(all(job.Processing)...)
			<-time.After(30 * time.Second)
			s.heard(all(job.Done)...)
			s.heard(says(last, job.NotStarted, job.Unknown, ""))
			<-time.After(time.Second)
			s.heard(says(last, job.Processing, job.Unknown, ""))
			told := time.Now()
			<-time.After(time.Second)
			s.heard(says(last, job.Done, 1, ""))
			s.wait()
			lines := strings.Split(s.out.String(), "\n")
			line := lines[len(lines)-3] // before it is Done
			if !asJSON {
				if !strings.Contains(line, "Processing") || !strings.Contains(line, "(ready ") {
					t.Errorf("no forecast in %q", line)
				}
				return
			}
			var o struct {
				From time.Time `json:"ready_from"`
				By   time.Time `json:"ready_by"`
			}
			if err := json.Unmarshal([]byte(line), &o); err != nil {
				t.Fatal(err)
			}
			if truth := told.Add(30 * time.Second); o.From.After(truth) || o.By.Before(truth) || o.By.After(told.Add(5*time.Minute)) {
				t.Errorf("ready from %v by %v, told at %v", o.From, o.By, told)
			}
		})
	}
}
