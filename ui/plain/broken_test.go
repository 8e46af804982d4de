package plain

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/panics"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/notify"
)

// A bug in what runs aside ends the run as one in the middle of it would: with an error
// that says so, and without a stack trace among the lines.
func TestABugAnywhereEndsItInOrder(t *testing.T) {
	for name, breaks := range map[string]func(*stage){
		"saving":                  func(s *stage) { s.cfg.Journal = &brokenJournal{Store: s.store, save: true} },
		"following":               func(s *stage) { s.cfg.Journal = &brokenJournal{Store: s.store} },
		"writing":                 func(s *stage) { s.cfg.Out = broken{} },
		"writing to standard err": func(s *stage) { s.cfg.Err = broken{} },
		"the user's command": func(s *stage) {
			s.cfg.Session.Command = func(context.Context, notify.Event) error { panic("a bug") }
		},
		"the command at the end": func(s *stage) {
			s.cfg.Session.Command = func(_ context.Context, e notify.Event) error {
				if e.Kind == "batch-finished" {
					panic("a bug")
				}
				return nil
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newStage(t)
				breaks(s)
				s.start(jobID(1), jobID(2))
				select {
				case s.feed.updates <- poller.Update{Reports: []job.Report{says(jobID(1), job.Error, job.Unknown, "no bibliography")}}:
				case <-s.done: // by then already
				}
				<-time.After(2 * time.Second) // that is being saved
				select {
				case s.feed.updates <- poller.Update{Reports: []job.Report{says(jobID(2), job.Done, 1, "")}}:
				case <-time.After(time.Minute): // it has broken
				}
				<-s.done
				s.cancel()
				if e, ok := errors.AsType[*panics.Error](s.failed); !ok || e.What != "a bug" {
					t.Errorf("it ended with %v, %+v", s.failed, s.result)
				}
			})
		})
	}
}

// broken is a stream whose writer has a bug.
type broken struct{}

func (broken) Write([]byte) (int, error) { panic("a bug") }

// brokenJournal has one in following others, or in the second save.
type brokenJournal struct {
	*store.Store
	save  bool
	saves int
}

func (j *brokenJournal) Append(ctx context.Context, ops ...store.Op) error {
	if j.saves++; j.save && j.saves == 2 {
		panic("a bug")
	}
	return j.Store.Append(ctx, ops...)
}

func (j *brokenJournal) Next(ctx context.Context) (store.News, error) {
	if !j.save {
		panic("a bug")
	}
	return j.Store.Next(ctx)
}
