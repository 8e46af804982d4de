package poller_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/panics"
	"example.com/jobwatch/poller/sim"
	"example.com/jobwatch/poller/sim/simtest"
)

func TestABatchIsWatchedToItsEnd(t *testing.T) {
	polling(t, func(s *service, r *run) {
		ids := s.Add(sim.Describe(1, simtest.FirstInFirstOut(sim.Lives(1, 100)))...)
		r.Track(asNew(ids)...)
		r.within(time.Hour, func() bool { return r.ends(job.EndedDone)+r.ends(job.EndedError) == 100 }, "not all jobs were seen to end")
		for _, id := range ids {
			rep := r.reports[id]
			want, _, _ := s.Truth(id)
			if rep.Answer.Status != want || rep.Answer.Description == "" || rep.Started.IsZero() || !rep.Next.IsZero() || rep.Polls == 0 {
				s.Errorf("%s: %+v, want %s", id.Short(), rep, want)
			}
		}
		before := s.Stats().Requests
		r.watch(time.Hour)
		if n := s.Stats().Requests - before; n > 0 {
			s.Errorf("%d requests after all had ended", n)
		}
		if r.host.Rate != 0 || r.host.State != poller.Live {
			s.Errorf("the host at the end: %+v", r.host)
		}
	})
}

func TestTenThousandRestoredJobsDoNotStampede(t *testing.T) {
	polling(t, func(s *service, r *run) {
		jobs := s.add(10_000, time.Hour)
		for i := range jobs {
			jobs[i].Answer = job.Answer{Status: job.Processing, Progress: 0.1}
			jobs[i].Answered = time.Now().Add(-9 * time.Hour)
			jobs[i].Started = jobs[i].Answered.Add(-time.Minute)
		}
		r.Track(jobs...)
		r.watch(30 * time.Second)
		got := s.Stats()
		if most := 30*10 + 1; got.Requests > most || got.Requests < most-10 {
			s.Errorf("%d requests in 30 s, want close to %d", got.Requests, most)
		}
		if got.PeakSecond > 10 || got.PeakInFlight > 8 || got.PeakConnections > 8 {
			s.Errorf("%+v: want at most 10 in any second, the first included, and 8 at a time", got)
		}
	})
}

func TestAnUnknownJobIsGivenUpAfterTenMinutes(t *testing.T) {
	polling(t, func(s *service, r *run) {
		begin := time.Now()
		id := job.ID{1, 2, 3}
		r.Track(poller.Tracked{ID: id})
		r.within(time.Hour, func() bool { return r.ends(job.EndedGivenUp) == 1 }, "it was not given up")
		if d := time.Since(begin); d < 10*time.Minute || d > 11*time.Minute {
			s.Errorf("it was given up after %v", d)
		}
		rep := r.reports[id]
		if rep.Polls > 25 || rep.Problem == nil || rep.Problem.Kind != job.NotFound {
			s.Errorf("%+v: want a few polls, ever more rarely", rep)
		}
		r.PollNow(id)
		r.within(time.Second, func() bool { return r.reports[id].End == job.Live }, "it was not asked again when the user wanted")
	})
}

func TestAJobThatIsNotVisibleYetIsFoundSoon(t *testing.T) {
	polling(t, func(s *service, r *run) {
		lives := sim.Lives(1, 1)
		lives[0].Submitted = 3 * time.Second
		ids := s.Add(sim.Describe(1, lives)...)
		r.Track(asNew(ids)...)
		r.within(10*time.Second, func() bool { return r.reports[ids[0]].Answer.Status != "" }, "it was not found within 10 s")
	})
}

func TestARejectedJobIsAskedAgainOnlyWhenTheUserWants(t *testing.T) {
	polling(t, func(s *service, r *run) {
		jobs := s.add(1, time.Minute)
		s.Break(simtest.Answer(422, "application/json", `{"detail":[{"loc":["path","job_id"],"msg":"bad","type":"uuid"}]}`))
		r.Track(jobs...)
		r.watch(time.Hour)
		rep := r.reports[jobs[0].ID]
		if rep.End != job.EndedRejected || rep.Polls != 1 || !strings.HasSuffix(rep.Problem.Reason, "ID: bad") {
			s.Errorf("%+v, want it rejected at the first poll, with the reasons", rep)
		}
		s.Mend()
		r.PollNow(jobs[0].ID)
		r.watch(time.Second)
		if rep := r.reports[jobs[0].ID]; rep.End != job.EndedDone || rep.Problem != nil {
			s.Errorf("after it was asked again: %+v", rep)
		}
	})
}

func TestPausedPollingAsksOnlyWhatTheUserWants(t *testing.T) {
	polling(t, func(s *service, r *run) {
		ready, jobs := s.done(1), r.track(s, 20, time.Hour)
		r.watch(time.Minute)
		r.Pause(true)
		r.watch(time.Second)
		if r.host.State != poller.Paused {
			s.Errorf("state %v, want paused", r.host.State)
		}
		before := s.Stats().Requests
		r.watch(time.Hour / 2)
		r.PollNow(jobs[7].ID)
		r.watch(time.Minute)
		if err := s.link(s.Context(), r, ready[0]); err != nil {
			s.Error(err)
		}
		if n := s.Stats().Requests - before; n != 2 {
			s.Errorf("%d requests while paused, want the poll and the download that were asked for", n)
		}
		r.Pause(false)
		r.watch(time.Second)
		if n := s.Stats().Requests - before; n < 10 || r.host.State != poller.Live {
			s.Errorf("%d requests since, state %v: want it to go on", n, r.host.State)
		}
	})
}

func TestAForgottenJobIsNotHeardOfAgain(t *testing.T) {
	polling(t, func(s *service, r *run) {
		jobs := s.add(5, time.Hour)
		s.Break(simtest.Delay(2 * time.Second))
		r.Track(jobs...)
		r.watch(time.Second) // all of them are under way now
		r.Remove(jobs[0].ID, job.ID{9})
		r.watch(time.Minute)
		if _, ok := r.reports[jobs[0].ID]; ok {
			s.Error("the answer of a forgotten job was reported")
		}
		if len(r.reports) != 4 {
			s.Errorf("%d jobs reported, want the 4 others", len(r.reports))
		}
		r.Track(jobs[0]) // undone
		r.within(time.Minute, func() bool { return len(r.reports) == 5 }, "a job that was tracked again was not polled")
	})
}

func TestAConsumerThatNeverReadsHoldsNothingUp(t *testing.T) {
	polling(t, func(s *service, r *run) {
		r.track(s, 50, time.Minute)
		time.Sleep(time.Hour) //nolint:forbidigo // the bubble's clock
		u := <-r.Updates()
		r.take(u)
		if len(u.Reports) != 50 || r.ends(job.EndedDone) != 50 {
			s.Errorf("%d reports, %d of them the newest, want one of each job", len(u.Reports), r.ends(job.EndedDone))
		}
	})
}

func TestUpdatesComeAtMostTwentyTimesASecond(t *testing.T) {
	polling(t, func(s *service, r *run) {
		r.track(s, 2000, time.Hour)
		r.watch(10 * time.Second)
		if r.updates > 201 || s.Stats().Requests < 2000 {
			s.Errorf("%d updates in 10 s of %d requests", r.updates, s.Stats().Requests)
		}
	}, poller.Options{Rate: 1000, Concurrency: 64})
}

func TestAQuietHourTellsLittleOfTheHost(t *testing.T) {
	polling(t, func(s *service, r *run) {
		r.track(s, 3, 3*time.Hour)
		r.watch(time.Minute)
		r.updates, r.calls = 0, 0
		r.watch(time.Hour)
		if r.calls > 60 {
			s.Errorf("%d updates in an hour told of the rate only, more than one a minute", r.calls)
		}
	})
}

func TestVisibleRowsAreKeptFresh(t *testing.T) {
	polling(t, func(s *service, r *run) {
		jobs := s.add(1000, 3*time.Hour)
		r.Visible(idsOf(jobs[500:510])) // as the screen does, which draws rows before they are tracked
		r.Track(jobs...)
		r.watch(time.Second)
		for _, j := range jobs[500:510] {
			if r.reports[j.ID].Polls == 0 {
				s.Error("a new row on the screen was not looked at within a second")
			}
		}
		r.watch(3 * time.Minute)
		for _, j := range jobs[500:510] {
			if age := time.Since(r.reports[j.ID].Answered); age > 6*time.Second {
				s.Errorf("a row on the screen is %v old", age)
			}
		}
	})
}

// A bar that has hours to go, and moves steadily, needs few looks. But it gets those
// that every job gets, and more on the screen: what is told of its next poll counts
// them in.
func TestTheNextPollIsTold(t *testing.T) {
	for name, shown := range map[string]bool{"on the screen": true, "elsewhere": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begun, jobs := time.Now(), asNew([]job.ID{{1}})
				r := start(t, asked(func(context.Context, job.ID) (job.Answer, error) {
					return job.Answer{Status: job.Processing, Progress: job.Progress(time.Since(begun).Hours() / 10)}, nil
				}))
				if shown {
					r.Visible(idsOf(jobs))
				}
				r.Track(jobs...)
				for range 20 {
					told := r.reports[jobs[0].ID]
					r.within(5*time.Minute, func() bool { return r.reports[jobs[0].ID].Polls > told.Polls }, "no poll came")
					if late := r.reports[jobs[0].ID].At.Sub(told.Next); told.Polls > 0 && late.Abs() > time.Second {
						t.Errorf("poll %d was %v after when it was told to be", told.Polls+1, late)
					}
				}
			})
		})
	}
}

func TestStatusesThatNobodyExpects(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		words := []job.Status{"Warming up", job.Processing, job.Done, job.Processing, job.NotStarted, job.Error}
		n := 0
		client := asked(func(context.Context, job.ID) (job.Answer, error) {
			w := words[min(n, len(words)-1)]
			n++
			return job.Answer{Status: w, Progress: job.Unknown}, nil
		})
		id := job.ID{1}
		r := start(t, client)
		r.Track(poller.Tracked{ID: id})
		r.watch(time.Minute)
		if rep := r.reports[id]; rep.End != job.EndedDone || rep.Polls != 3 {
			t.Errorf("%+v: want an unknown word polled on, and Done to end it", rep)
		}
		r.PollNow(id)
		r.watch(time.Second / 2)
		if rep := r.reports[id]; rep.End != job.Live || rep.Answer.Status != job.Processing {
			t.Errorf("%+v: want a job that runs again to live again", rep)
		}
		r.watch(5 * time.Minute)
		if rep := r.reports[id]; rep.End != job.EndedError {
			t.Errorf("%+v: want it polled on to its new end", rep)
		}
	})
}

func TestCancelStopsEverythingAtOnce(t *testing.T) {
	polling(t, func(s *service, r *run) {
		s.Break(simtest.Hang())
		r.track(s, 100, time.Hour)
		r.watch(5 * time.Second)
		begin := time.Now()
		if err := r.stop(); err != nil || time.Since(begin) > 0 {
			s.Errorf("it took %v: %v", time.Since(begin), err)
		}
		if _, ok := <-r.Updates(); ok {
			s.Error("the updates were not closed")
		}
		r.track(s, 1, time.Hour) // too late, and harmless
	})
}

func TestAPanicEndsPollingWithoutTellingIDs(t *testing.T) {
	for value, want := range map[any]panics.Error{
		"no answer for " + exampleID: {What: "no answer for deadbeef…", Stack: "stories_test.go"},
		// One that was passed on by a library says where the bug is, not who was told of it.
		&panics.Error{What: "no address", Stack: "api.dial"}: {What: "no address", Stack: "api.dial"},
	} {
		synctest.Test(t, func(t *testing.T) {
			r := start(t, asked(func(context.Context, job.ID) (job.Answer, error) { panic(value) }))
			r.Track(poller.Tracked{ID: job.ID{1}})
			failed, ok := errors.AsType[*panics.Error](<-r.ended)
			if !ok || failed.What != want.What || !strings.Contains(failed.Stack, want.Stack) || strings.Contains(failed.Stack, "0x") {
				t.Errorf("got %+v, want %+v and no arguments", failed, want)
			}
		})
	}
}

const exampleID = "deadbeef-ac96-774b-bcce-b302099a8057"

func TestAWaitingJobIsSmall(t *testing.T) {
	const n = 10_000
	synctest.Test(t, func(t *testing.T) {
		r := start(t, says(func(job.ID) job.Status { return job.NotStarted }), poller.Options{Rate: 1e6, Concurrency: 64})
		before, goroutines := heap(), runtime.NumGoroutine()
		for i := range n {
			r.Track(poller.Tracked{ID: job.ID{byte(i >> 16), byte(i >> 8), byte(i)}})
		}
		r.watch(2 * time.Minute)
		if len(r.reports) != n {
			t.Errorf("%d jobs reported", len(r.reports))
		}
		r.reports, r.polls = nil, nil
		if per := (float64(heap()) - float64(before)) / n; per > 1024 || runtime.NumGoroutine() > goroutines {
			t.Errorf("%.0f bytes a job, want at most 1 KiB; %d goroutines, %d before", per, runtime.NumGoroutine(), goroutines)
		}
	})
}
