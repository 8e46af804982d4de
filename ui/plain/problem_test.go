package plain

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/sim/simtest"
)

// One of three jobs is answered with an error for minutes, while the others go on.
func TestAJobWhosePollsKeepFailing(t *testing.T) {
	for code, why := range map[int]string{
		403: "403 Forbidden: the API ",
		410: "410 Gone: the API ",
		500: "500 Internal Server Error: the API ",
		499: "499: the API ",
		404: "404 Not Found: the API ",
		200: "200 OK: answered with a web page instead of JSON",
	} {
		for _, asJSON := range []bool{false, true} {
			t.Run(fmt.Sprint(code, asJSON), func(t *testing.T) {
				play(t, func(t *testing.T, s *stage) {
					server := s.withAPI()
					s.cfg.JSON = asJSON
					ids := server.Add(document("A", 4*time.Minute), document("B", 4*time.Minute), document("C", 4*time.Minute))
					begin := time.Now()
					server.Break(server.During(begin.Add(10*time.Second), begin.Add(3*time.Minute), only(ids[1], simtest.Trouble(code))))
					s.start(ids...)
					s.ends(0, "…", "…")

					short, goesOn := ids[1].Short(), "; jobwatch goes on trying"
					if code == 404 {
						goesOn = "; jobwatch gives it up after 10 minutes of this"
					}
					errs := strings.Split(s.err.String(), "\n")
					if len(errs) != 3 || !strings.HasPrefix(errs[0], "jobwatch: "+short+" can't be checked: "+why) || !strings.HasSuffix(errs[0], goesOn) ||
						errs[1] != "jobwatch: "+short+" can be checked again" {
						t.Errorf("standard error:\n%s", s.err.String())
					}
					if !asJSON {
						return
					}
					var problems []string
					for _, o := range s.objects() {
						if o.ID == ids[1].String() {
							problems = append(problems, text(o.Problem))
						} else if o.Problem != nil {
							t.Errorf("%s: problem %s", o.ID, *o.Problem)
						}
					}
					// First heard, failing, not failing any more, Done.
					if len(problems) != 4 || problems[0] != "null" || !strings.HasPrefix(problems[1], why) ||
						problems[2] != "null" || problems[3] != "null" {
						t.Errorf("problems: %q", problems)
					}
				})
			})
		}
	}
}

func TestAProblemThatTurnsIntoAnother(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		s.cfg.JSON, s.cfg.Session.Redact = true, true
		a := jobID(0x01890a5d)
		s.start(a)
		trouble := func(code int, reason string) {
			r := fails(a, job.Trouble, job.Live, reason)
			r.Problem.Code = code
			s.heard(r)
		}
		s.heard(says(a, job.Processing, 0.5, ""))
		for n := range 8 { // the text differs each time, the problem does not
			trouble(500, fmt.Sprintf("no luck with Invoice 01890a5d for %d s", n))
		}
		trouble(403, "no access")
		trouble(403, "no access")
		s.heard(says(a, job.Processing, 0.6, ""))
		trouble(500, "once") // soon over: no news
		trouble(502, "twice")
		s.heard(says(a, job.Done, 1, ""))
		s.ends(0, "…", `jobwatch: 01890a5d can't be checked: 500 Internal Server Error: no luck with … for 2 s; jobwatch goes on trying
jobwatch: 01890a5d can't be checked: 403 Forbidden: no access; jobwatch goes on trying
jobwatch: 01890a5d can be checked again
`)
		var got []string
		for _, o := range s.objects() {
			got = append(got, text(o.Status)+" "+text(o.Problem))
		}
		want(t, "objects", strings.Join(got, "\n"), `Processing null
Processing 500 Internal Server Error: no luck with … for 2 s
Processing 403 Forbidden: no access
Processing null
Done null`)
	})
}

// What is said of the API is not said of each job, too, until it is back.
func TestWhileTheAPIIsAwayNoJobIsToldOn(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		a, b := jobID(1), jobID(2)
		s.start(a, b)
		s.heard(says(a, job.Processing, 0.5, ""), says(b, job.Processing, 0.5, ""))
		s.sent(poller.Update{Host: poller.Host{State: poller.BackingOff, RetryAt: time.Now(), Problem: &job.Problem{Reason: "no answer"}}})
		time.Sleep(time.Minute) //nolint:forbidigo // the fake clock of synctest
		away := poller.Host{State: poller.BackingOff, RetryAt: time.Now(), Problem: &job.Problem{Reason: "no answer"}}
		for n := range 4 {
			failed := []job.Report{fails(a, job.Unreachable, job.Live, "no answer"), fails(b, job.Unreachable, job.Live, "no answer")}
			failed[0].Failed, failed[1].Failed = n+1, n+1
			s.sent(poller.Update{Host: away, Reports: failed})
		}
		s.heard(says(a, job.Processing, 0.5, ""))
		still := fails(b, job.Unreachable, job.Live, "no answer")
		still.Failed = 5
		s.sent(poller.Update{Reports: []job.Report{still}})
		s.heard(says(a, job.Done, 1, ""), says(b, job.Done, 1, ""))
		s.ends(0, "…", `jobwatch: the API is away: no answer; jobwatch goes on trying
jobwatch: the API answers again
jobwatch: 00000002 can't be checked: no answer; jobwatch goes on trying
`)
	})
}

// Of one job the API asks for patience each time, of the other it never does.
func TestAJobThatIsPutOffAloneIsTold(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		a, b := jobID(1), jobID(2)
		s.start(a, b)
		for n := range 5 {
			p := &job.Problem{Kind: job.RateLimited, Code: 429, Reason: "the API wants fewer requests"}
			late := says(a, job.Processing, 0.5, "")
			late.Problem, late.Failed = p, n+1
			s.sent(poller.Update{Host: poller.Host{State: poller.BackingOff, RetryAt: time.Now(), Problem: p}, Reports: []job.Report{late}})
			time.Sleep(5 * time.Second) //nolint:forbidigo // the fake clock of synctest
			s.heard(says(b, job.Processing, 0.5, ""))
			time.Sleep(5 * time.Second) //nolint:forbidigo // the fake clock of synctest
		}
		s.heard(says(a, job.Done, 1, ""), says(b, job.Done, 1, ""))
		s.ends(0, "…", "jobwatch: 00000001 can't be checked: 429 Too Many Requests: the API wants fewer requests; jobwatch goes on trying\n")
	})
}

func TestOneLookSaysWhyAJobCouldNotBeChecked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, asJSON := range []bool{false, true} {
			s := newStage(t)
			s.cfg.Once, s.cfg.JSON = true, asJSON
			a, b := jobID(1), jobID(2)
			s.start(a, b)
			forbidden := fails(a, job.Trouble, job.Live, "the API gave an unexpected answer: Forbidden")
			forbidden.Problem.Code = 403
			s.heard(forbidden)
			s.sent(poller.Update{Host: poller.Host{
				State: poller.BackingOff, RetryAt: time.Now(), Problem: &job.Problem{Kind: job.Trouble, Code: 502, Reason: "it has trouble"},
			}})
			s.ends(8, "…", "…")
			if !asJSON {
				for _, row := range []string{"00000001  No answer     -", "last check failed: 403 Forbidden: the API gave an unexpected answer\n"} {
					if !strings.Contains(s.out.String(), row) {
						t.Errorf("%q is missing in\n%s", row, s.out.String())
					}
				}
				continue
			}
			all := s.objects()
			if len(all) != 2 || text(all[0].Problem) != "403 Forbidden: the API gave an unexpected answer" ||
				text(all[1].Problem) != "502 Bad Gateway: it has trouble" {
				t.Errorf("%s", s.out.String())
			}
		}
	})
}

// The API has learned new words, of which nobody knows what they mean.
func TestAStatusThatNobodyKnows(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		a, b, c := jobID(0x01890a5d), jobID(2), jobID(3)
		begin := time.Now()
		s.start(a, b, c)
		s.heard(says(a, "Cancelled", 0.45, "by its owner"), says(b, "Cancelled", job.Unknown, ""))
		s.heard(says(a, "Cancelled", 0.45, "by its owner")) // as before
		s.heard(says(c, "done", job.Unknown, ""))           // is not Done
		for n := range 20 {
			s.heard(says(c, job.Status(fmt.Sprintf("Page \x1b[2J%d", n)), job.Unknown, ""))
		}
		for _, id := range []job.ID{a, b, c} {
			s.heard(says(id, job.Done, 1, ""))
		}
		s.ends(0, "…", "…")
		out := s.out.String()
		if first := lines(begin,
			"0s 01890a5d  Cancelled     45%  Invoice 01890a5d: by its owner; jobwatch does not know this status",
			"0s 00000002  Cancelled       -  Invoice 00000002: jobwatch does not know this status",
			"0s 00000003  done            -  Invoice 00000003: jobwatch does not know this status",
			"0s 00000003  Page 0          -  Invoice 00000003: jobwatch does not know this status",
		); !strings.HasPrefix(out, first) {
			t.Errorf("standard output:\n%s\nwant first:\n%s", out, first)
		}
		const asked = ", which jobwatch does not know; it waits until such jobs are Done or Error, and checks them ever more rarely\n"
		errs := s.err.String()
		if first := `jobwatch: the API gives 01890a5d the status "Cancelled"` + asked +
			`jobwatch: the API gives 00000003 the status "done"` + asked; !strings.HasPrefix(errs, first) {
			t.Errorf("standard error:\n%s\nwant first:\n%s", errs, first)
		}
		if n := strings.Count(errs, "\n"); n != 10 {
			t.Errorf("%d lines on standard error", n)
		}
	})
}
