package plain

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/poller/job"
)

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
		s.heard(fails(a, job.NotFound, job.Live, "no such job"))
		trouble(499, "odd")
		s.heard(says(a, job.Processing, 0.6, ""))
		trouble(500, "once") // soon over: no news
		trouble(502, "twice")
		s.heard(says(a, job.Done, 1, ""))
		s.ends(0, "…", `jobwatch: 01890a5d can't be checked: 500 Internal Server Error: no luck with … for 2 s; jobwatch goes on trying
jobwatch: 01890a5d can't be checked: 403 Forbidden: no access; jobwatch goes on trying
jobwatch: 01890a5d can't be checked: 404 Not Found: no such job; jobwatch gives it up after 10 minutes of this
jobwatch: 01890a5d can't be checked: 499: odd; jobwatch goes on trying
jobwatch: 01890a5d can be checked again
`)
		var got []string
		for _, o := range s.objects() {
			got = append(got, text(o.Status)+" "+text(o.Problem))
		}
		want(t, "objects", strings.Join(got, "\n"), `Processing null
Processing 500 Internal Server Error: no luck with … for 2 s
Processing 403 Forbidden: no access
Processing 404 Not Found: no such job
Processing 499: odd
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
	play(t, func(t *testing.T, s *stage) {
		s.cfg.Once, s.cfg.JSON = true, true
		a, b := jobID(1), jobID(2)
		s.start(a, b)
		forbidden := fails(a, job.Trouble, job.Live, "the API gave an unexpected answer: Forbidden")
		forbidden.Problem.Code = 403
		s.heard(forbidden)
		s.sent(poller.Update{Host: poller.Host{
			State: poller.BackingOff, RetryAt: time.Now(), Problem: &job.Problem{Kind: job.Trouble, Code: 502, Reason: "it has trouble"},
		}})
		s.ends(8, "…", "jobwatch: the API is away: it has trouble; what follows is what was known before\n")
		all := s.objects()
		if len(all) != 2 || text(all[0].Problem) != "403 Forbidden: the API gave an unexpected answer" ||
			text(all[1].Problem) != "502 Bad Gateway: it has trouble" {
			t.Errorf("%s", s.out.String())
		}
	})
}
