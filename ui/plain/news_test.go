package plain

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/notify"
)

// told is a user's command that notes what it is told.
type told struct {
	mu     sync.Mutex
	events []notify.Event
	takes  time.Duration
	fails  error
}

func (c *told) run(ctx context.Context, e notify.Event) error {
	select {
	case <-time.After(c.takes):
	case <-ctx.Done():
		return ctx.Err()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.events = append(c.events, e)
	return c.fails
}

func (c *told) texts() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var b strings.Builder
	for _, e := range c.events {
		fmt.Fprintf(&b, "%s: %s\n", e.Kind, e.Text)
	}
	return b.String()
}

func TestTheUsersCommandIsToldWithoutAScreenToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		old := jobID(0x11111111)
		s := newStage(t,
			store.SetBatch{Batch: store.Batch{ID: "1", Name: "april", Added: time.Now()}},
			tracked(store.Job{ID: old, Batch: "1", Answer: job.Answer{Status: job.Error}, End: job.EndedError, Ended: time.Now()}))
		a, b := jobID(0x01890a5d), jobID(0x0d9c1f4e)
		command := &told{takes: 10 * time.Second} // the end waits for it
		s.cfg.Batch, s.cfg.Session.Command = "may", command.run
		s.start(old, a, b) // the old one's end is no news
		s.heard(says(a, job.Processing, 0.5, ""))
		s.heard(says(a, job.Error, 0.6, "no such font"))
		time.Sleep(time.Minute) //nolint:forbidigo // the fake clock of synctest
		s.heard(says(b, job.Done, 1, ""))
		s.wait()

		want(t, "the command was told", command.texts(), `job-failed: Invoice 01890a5d failed: no such font
batch-finished: batch may finished: 1 done, 1 failed
`)
		first, last := command.events[0], command.events[1]
		if first.ID != a.String() || first.Batch != "may" || first.Description != "Invoice 01890a5d" || first.Cause != "no such font" {
			t.Errorf("of the failed job: %+v", first)
		}
		if last.Batch != "may" || last.Done != 1 || last.Failed != 1 || !last.Time.Equal(first.Time.Add(time.Minute)) {
			t.Errorf("of the batch: %+v", last)
		}
	})
}

// In another jobwatch somebody forgets a job, and takes that back.
func TestAJobThatWasForgottenForAMomentCountsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		a, b := jobID(0x01890a5d), jobID(0x0d9c1f4e)
		command := &told{}
		s.cfg.Batch, s.cfg.Session.Command = "may", command.run
		s.start(a, b)
		s.heard(says(a, job.Error, 0.6, "no such font"))
		<-time.After(2 * time.Second) // that is saved
		other, opened := open(t, s.path)
		if err := other.Append(t.Context(), store.Forget{ID: a}, store.Track{Job: opened.Contents.Jobs[0]}); err != nil {
			t.Fatal(err)
		}
		<-time.After(2 * time.Second) // that is seen
		s.heard(says(b, job.Done, 1, ""))
		s.wait()
		if got := command.texts(); !strings.Contains(got, "batch may finished: 1 done, 1 failed\n") {
			t.Errorf("told:\n%s", got)
		}
	})
}

func TestTheAPIsAbsenceIsNewsWithoutAScreenToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		a := jobID(0x01890a5d)
		command := &told{}
		s.cfg.Session.Command = command.run
		s.start(a)
		away := func(d time.Duration) {
			gone := poller.Host{State: poller.BackingOff, Since: time.Now(), RetryAt: time.Now().Add(time.Hour)}
			for range int(d / (10 * time.Second)) {
				s.sent(poller.Update{Host: gone})
				time.Sleep(10 * time.Second) //nolint:forbidigo // the fake clock of synctest
			}
			s.sent(poller.Update{Host: poller.Host{State: poller.Live, Since: time.Now()}})
		}
		away(50 * time.Second)
		away(90 * time.Second)
		// It answers for a moment again and again, and is asked ever more: it is not away.
		for range 5 {
			gone := poller.Host{State: poller.BackingOff, Since: time.Now().Add(-time.Hour), RetryAt: time.Now()}
			s.sent(poller.Update{Host: gone})
			time.Sleep(50 * time.Second) //nolint:forbidigo // the fake clock of synctest
			gone.RetryAt = time.Time{}
			s.sent(poller.Update{Host: gone})
			time.Sleep(20 * time.Second) //nolint:forbidigo // the fake clock of synctest
		}
		s.heard(says(a, job.Done, 1, ""))
		s.wait()
		if got := command.texts(); !strings.HasPrefix(got, `api-away: the API has not answered for 1 min
api-back: the API answers again, after 1 min
batch-finished: batch `) {
			t.Errorf("told:\n%s", got)
		}
	})
}

func TestATerminalIsNotifiedWithoutAScreenToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		a, b, c := jobID(0x01890a5d), jobID(0x0d9c1f4e), jobID(0xfeedbeef)
		begin := time.Now()
		var notified []string
		s.cfg.Batch, s.cfg.Session.Redact = "may", true
		s.cfg.Notify = func(text string) string {
			notified = append(notified, fmt.Sprintf("%v: %s", time.Since(begin), text))
			return "\a"
		}
		s.start(a, b, c)
		s.heard(says(a, job.Error, 0.5, "no such font in Invoice 01890a5d"))
		time.Sleep(time.Second) //nolint:forbidigo // the fake clock of synctest
		s.heard(says(b, job.Error, 0.5, "no such font"), says(c, job.Done, 1, ""))
		s.wait() // until the rest may be told
		want(t, "notified", strings.Join(notified, "\n"), `0s: 01890a5d failed: no such font in …
5s: batch may finished: 1 done, 2 failed; 0d9c1f4e failed: no such font`)
		if !strings.Contains(s.err.String(), "\a") || strings.Contains(s.out.String(), "\a") {
			t.Error("the bell belongs to standard error")
		}
	})
}

func TestACommandThatFailsIsToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		a, b := jobID(0x01890a5d), jobID(0x0d9c1f4e)
		s.cfg.Session.Command = (&told{fails: errors.New("exit status 1: no such mailbox")}).run
		s.start(a, b)
		s.heard(says(a, job.Error, 0.5, "no such font"), says(b, job.Error, 0.5, "no such font"))
		s.wait()
		if got := strings.Count(s.err.String(), "jobwatch: the notify command failed: exit status 1: no such mailbox\n"); got != 1 {
			t.Errorf("told %d times:\n%s", got, s.err.String())
		}
		if s.result.Exit() != 1 || s.result.Failed != 2 {
			t.Errorf("%+v", s.result)
		}
	})
}

// A command that hangs is ended with jobwatch, and ctrl+c waits for none.
func TestACommandThatHangsHoldsNothingUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		a, b := jobID(0x01890a5d), jobID(0x0d9c1f4e)
		s.cfg.Session.Command = (&told{takes: time.Hour}).run
		s.start(a, b)
		s.heard(says(a, job.Error, 0.5, "no such font"))
		begin := time.Now()
		s.cancel()
		s.wait()
		if took := time.Since(begin); took > 3*time.Second || !s.result.Interrupted {
			t.Errorf("it took %v: %+v", took, s.result)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		a := jobID(0x01890a5d)
		s.cfg.Session.Command = (&told{takes: time.Hour}).run
		s.start(a)
		begin := time.Now()
		s.heard(says(a, job.Done, 1, ""))
		s.wait()
		if took := time.Since(begin); took > 70*time.Second || s.result.Exit() != 0 {
			t.Errorf("it took %v: %+v", took, s.result)
		}
		if got := s.err.String(); !strings.Contains(got, "the notify command takes too long: 1 event not told") {
			t.Errorf("standard error:\n%s", got)
		}
	})
}

// Twenty mails are sent one after the other, each in its own time; who reads standard
// error need not wait for them to know why the jobs failed.
func TestTheEndWaitsForEachCommandThatWorks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		command, one := &told{takes: 30 * time.Second}, make(chan struct{}, 1)
		s.cfg.Session.Command = func(ctx context.Context, e notify.Event) error {
			one <- struct{}{}
			defer func() { <-one }()
			return command.run(ctx, e)
		}
		var told atomic.Bool
		s.cfg.Err = writer(func(text []byte) {
			told.Store(told.Load() || bytes.Contains(text, []byte("no such font")))
		})
		var ids []job.ID
		var reports []job.Report
		for i := range uint32(20) {
			ids = append(ids, jobID(i+1))
			reports = append(reports, says(ids[i], job.Error, 0.5, "no such font"))
		}
		s.start(ids...)
		s.heard(reports...)
		<-time.After(time.Second)
		if !told.Load() {
			t.Error("the causes are not told yet")
		}
		s.wait()
		if n := len(command.events); n != 20+1 {
			t.Errorf("%d events were told", n)
		}
	})
}

// writer is a stream that is looked at as it is written.
type writer func([]byte)

func (w writer) Write(text []byte) (int, error) {
	w(text)
	return len(text), nil
}

// One look is over before anybody looks elsewhere.
func TestOneLookTellsNoNews(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		a := jobID(0x01890a5d)
		command := &told{}
		s.cfg.Once, s.cfg.Session.Command = true, command.run
		s.cfg.Notify = func(string) string { return "\a" }
		s.start(a)
		s.heard(says(a, job.Error, 0.5, "no such font"))
		s.wait()
		if command.texts() != "" || strings.Contains(s.err.String(), "\a") {
			t.Errorf("told: %q, %q", command.texts(), s.err.String())
		}
	})
}
