package store_test

import (
	"fmt"
	"testing"
	"time"

	. "example.com/jobwatch/store"

	"example.com/jobwatch/poller/job"
)

// answer is a report of a poll that succeeded that many seconds after nine.
func answer(seconds int, status job.Status, progress job.Progress) job.Report {
	r := job.Report{ID: id(1), At: at(seconds), Answered: at(seconds)}
	r.Answer = job.Answer{Status: status, Progress: progress, Description: "Report"}
	if status != job.NotStarted {
		r.Started = at(10)
	}
	if status.Final() {
		r.End = map[job.Status]job.End{job.Done: job.EndedDone, job.Error: job.EndedError}[status]
	}
	return r
}

// failure is a report of a poll that failed: its answer is the last good one.
func failure(seconds int, last job.Report, kind job.Kind) job.Report {
	last.At, last.Problem = at(seconds), &job.Problem{Kind: kind, Code: 404, Reason: "no such job"}
	return last
}

func TestAJobIsToldFromItsReports(t *testing.T) {
	j := pasted(1, "a")
	var saves []int
	for _, r := range []job.Report{
		answer(5, job.NotStarted, job.Unknown),
		answer(8, job.NotStarted, job.Unknown),
		answer(12, job.Processing, 0),
		answer(15, job.Processing, 0.04),
		failure(18, answer(15, job.Processing, 0.04), job.Trouble),
		answer(21, job.Processing, 0.05),
		answer(24, job.Processing, 0.5),
		answer(27, job.Processing, 0.45),
		answer(30, job.Done, 1),
		answer(33, job.Done, 1),
	} {
		var save bool
		if j, save = j.Observe(r); save {
			saves = append(saves, r.At.Second())
		}
	}
	equal(t, "saved at", saves, []int{5, 12, 21, 24, 27, 30})
	want := pasted(1, "a")
	want.Answer, want.Answered = answer(33, job.Done, 1).Answer, at(33)
	want.Started, want.Ended, want.End = at(10), at(30), job.EndedDone
	want.History = []Change{{at(5), job.NotStarted}, {at(12), job.Processing}, {at(30), job.Done}}
	equal(t, "in the end", j, want)
}

func TestWhatEndsAJobAndWhatRevivesIt(t *testing.T) {
	done, _ := pasted(1, "").Observe(answer(30, job.Done, 1))
	gone, _ := pasted(1, "").Observe(func() job.Report {
		r := failure(30, job.Report{ID: id(1)}, job.NotFound)
		r.End = job.EndedGivenUp
		return r
	}())
	rejected, _ := pasted(1, "").Observe(func() job.Report {
		r := failure(30, job.Report{ID: id(1)}, job.Rejected)
		r.End = job.EndedRejected
		return r
	}())
	equal(t, "cause", gone.Cause, "no such job")
	fresh := job.Report{ID: id(1), At: at(40)} // of a poller that knows nothing yet
	for _, c := range []struct {
		name   string
		before Job
		report job.Report
		end    job.End
		ended  time.Time
		cause  string
		save   bool
	}{
		{"Done stays Done", done, answer(40, job.Done, 1), job.EndedDone, at(30), "", false},
		{"Done, asked again and not answered", done, failure(40, fresh, job.Unreachable), job.EndedDone, at(30), "", false},
		{"Done, asked again", done, fresh, job.EndedDone, at(30), "", false},
		{"Done goes back to Processing", done, answer(40, job.Processing, 0.1), job.Live, time.Time{}, "", true},
		{"Done turns out to be an Error", done, answer(40, job.Error, 1), job.EndedError, at(40), "", true},
		{"given up, polled again", gone, failure(40, fresh, job.NotFound), job.Live, time.Time{}, "", true},
		{"given up, and there after all", gone, answer(40, job.Done, 1), job.EndedDone, at(40), "", true},
		{"rejected, polled again", rejected, fresh, job.Live, time.Time{}, "", true},
		{"rejected, told again", rejected, failure(40, fresh, job.Rejected), job.Live, time.Time{}, "", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			after, save := c.before.Observe(c.report)
			equal(t, "end", after.End, c.end)
			equal(t, "ended", after.Ended, c.ended)
			equal(t, "cause", after.Cause, c.cause)
			equal(t, "save", save, c.save)
		})
	}
	revived, _ := done.Observe(answer(40, job.Processing, 0.1))
	equal(t, "history", revived.History, []Change{{at(30), job.Done}, {at(40), job.Processing}})
}

func TestAnOldAnswerOfAFailedPollIsNoNews(t *testing.T) {
	last := answer(20, job.Processing, 0.2)
	j, _ := pasted(1, "").Observe(answer(60, job.Processing, 0.6)) // by another dashboard
	after, save := j.Observe(failure(70, last, job.Unreachable))
	equal(t, "progress", after.Answer.Progress, 0.6)
	equal(t, "save", save, false)

	after, save = j.Observe(answer(30, job.Processing, 0.8)) // the clock was put back
	equal(t, "progress", after.Answer.Progress, 0.8)
	equal(t, "save", save, true)
}

func TestAStatusThatFlapsForeverStaysBounded(t *testing.T) {
	j := pasted(1, "")
	var versions []Job
	for i := range 3 * MaxHistory {
		j, _ = j.Observe(answer(i, []job.Status{job.Processing, job.NotStarted}[i%2], job.Unknown))
		versions = append(versions, j)
	}
	equal(t, "history", len(j.History), MaxHistory)
	for i, v := range versions { // none wrote into another's history
		equal(t, "last change", v.History[len(v.History)-1].At, at(i))
	}
}

func TestAWholeJobCostsAboutTwentyLines(t *testing.T) {
	j := pasted(1, "")
	lines := 1
	for i := range 1001 {
		r := answer(i, job.Processing, job.Progress(i)/1000)
		r.Answer.Meta = fmt.Sprintf("page %d of 1000", i)
		var save bool
		if j, save = j.Observe(r); save {
			lines++
		}
	}
	if lines > 22 {
		t.Errorf("%d lines", lines)
	}
}
