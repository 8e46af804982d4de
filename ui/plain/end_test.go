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

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/panics"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/notify"
)

// told is a user's command that notes what it is told.
type told struct {
	mu     sync.Mutex
	events []notify.Event
	takes  time.Duration
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
	return nil
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

		once := newStage(t) // is over before anybody looks elsewhere
		once.cfg.Once, once.cfg.Session.Command = true, command.run
		once.cfg.Notify = func(string) string { return "\a" }
		once.start(a)
		once.heard(says(a, job.Error, 0.5, "no such font"))
		once.wait()
		if strings.Contains(once.err.String(), "\a") {
			t.Error("one look rings the bell")
		}

		want(t, "the command was told", command.texts(), `job-failed: Invoice 01890a5d failed: no such font
batch-finished: batch may finished: 1 done, 1 failed
`)
		if first, last := command.events[0], command.events[1]; first.ID != a.String() || first.Batch != "may" || !last.Time.Equal(first.Time.Add(time.Minute)) {
			t.Errorf("of the failed job: %+v, of the batch: %+v", first, last)
		}
	})
}

func TestATerminalIsNotifiedWithoutAScreenToo(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
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

// A command that hangs is ended with jobwatch, and ctrl+c waits for none.
func TestACommandThatHangsHoldsNothingUp(t *testing.T) {
	for _, interrupted := range []bool{true, false} {
		play(t, func(t *testing.T, s *stage) {
			s.cfg.Session.Command = (&told{takes: time.Hour}).run
			begin, most, exit, says := time.Now(), 70*time.Second, 1, "the notify command takes too long: 3 events not told"
			s.start(jobID(1), jobID(2))
			s.heard(fails(jobID(1), job.Rejected, job.EndedRejected, "no such job"))
			if interrupted {
				most, exit, says = 3*time.Second, 130, "interrupted; 1 unfinished job still tracked"
				s.cancel()
			} else {
				s.heard(fails(jobID(2), job.Rejected, job.EndedRejected, "no such job"))
			}
			s.ends(exit, "…", "…")
			if took := time.Since(begin); took > most || !strings.Contains(s.err.String(), says) {
				t.Errorf("it took %v\n%s", took, s.err.String())
			}
		})
	}
}

// Twenty mails are sent one after the other, each in its own time; who reads standard
// error need not wait for them to know why the jobs failed.
func TestTheEndWaitsForEachCommandThatWorks(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
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

// A bug in what runs aside ends the run as one in the middle of it would: with an error
// that says so, and without a stack trace among the lines.
func TestABugAnywhereEndsItInOrder(t *testing.T) {
	bug := func() error { panic("a bug") }
	write := writer(func([]byte) { _ = bug() })
	for name, breaks := range map[string]func(*stage){
		"saving": func(s *stage) {
			saves := 0
			s.cfg.Journal = &faulty{Store: s.store, append: func() error {
				if saves++; saves == 2 {
					return bug()
				}
				return nil
			}}
		},
		"following":               func(s *stage) { s.cfg.Journal = &faulty{Store: s.store, next: bug} },
		"writing":                 func(s *stage) { s.cfg.Out = write },
		"writing to standard err": func(s *stage) { s.cfg.Err = write },
		"the user's command": func(s *stage) {
			s.cfg.Session.Command = func(context.Context, notify.Event) error { return bug() }
		},
		"the command at the end": func(s *stage) {
			s.cfg.Session.Command = func(_ context.Context, e notify.Event) error {
				if e.Kind == "batch-finished" {
					return bug()
				}
				return nil
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			play(t, func(t *testing.T, s *stage) {
				breaks(s)
				s.cfg.Summary = true
				s.start(jobID(1), jobID(2))
				s.offers(says(jobID(1), job.Error, job.Unknown, "no bibliography"))
				<-time.After(2 * time.Second) // that is being saved
				s.offers(says(jobID(2), job.Done, 1, ""))
				select {
				case <-s.done:
				case <-time.After(10 * time.Second):
					t.Error("it waits for what is broken")
				}
				<-s.done
				s.cancel()
				if s.exit != 70 || name != "writing" && !strings.HasSuffix(s.out.String(), `,"exit_status":70}`+"\n") {
					t.Errorf("exit status %d in %s", s.exit, s.out.String())
				}
				if e, ok := errors.AsType[*panics.Error](s.failed); !ok || e.What != "a bug" {
					t.Errorf("it ended with %v", s.failed)
				}
			})
		})
	}
}
