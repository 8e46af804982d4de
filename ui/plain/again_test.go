package plain

import (
	"testing"
	"testing/synctest"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
)

// A job that jobwatch gave up is asked for by name, and another jobwatch writes again that
// it gave it up: this one goes on asking. The API's own word is not asked for again.
func TestAJobThatIsNamedIsAskedForAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b, c := jobID(1), jobID(2), jobID(3)
		givenUp := store.Job{ID: a, End: job.EndedGivenUp, Ended: time.Now(), Cause: "no such job"}
		s := newStage(t, tracked(givenUp), tracked(store.Job{ID: b, End: job.EndedRejected}),
			tracked(store.Job{ID: c, End: job.EndedError, Answer: job.Answer{Status: job.Error, Meta: "no font"}}))
		s.start(a, c)
		s.heard(fails(a, job.NotFound, job.Live, "the API does not know this job (yet)"))
		<-time.After(2 * time.Second)
		if j := s.saved()[a]; j.End != job.Live {
			t.Errorf("while it is asked for, the state file has %v", j.End)
		}
		other, _ := open(t, s.path)
		if err := other.Append(t.Context(), store.Observe{Job: givenUp}); err != nil {
			t.Fatal(err)
		}
		<-time.After(2 * time.Second)
		s.heard(says(a, job.Done, 1, ""))
		s.wait()
		if polled := s.feed.polled(); len(polled) != 1 || s.result.Done != 1 || s.result.Failed != 1 {
			t.Errorf("%v were polled, and the result is %+v", polled, s.result)
		}
		if j := s.saved()[a]; j.End != job.EndedDone {
			t.Errorf("the state file has %v at the end", j.End)
		}
	})
}

// Without names, one look is at all that may still change, and watching goes on with what
// is unfinished.
func TestOneLookIsAtWhatWasGivenUpToo(t *testing.T) {
	for once, want := range map[bool]int{true: 2, false: 1} {
		synctest.Test(t, func(t *testing.T) {
			a, b, c := jobID(1), jobID(2), jobID(3)
			s := newStage(t, tracked(store.Job{ID: a}), tracked(store.Job{ID: b, End: job.EndedRejected}),
				tracked(store.Job{ID: c, End: job.EndedDone, Answer: job.Answer{Status: job.Done}}))
			s.cfg.Once = once
			s.start()
			s.heard(says(a, job.Done, 1, ""))
			if once {
				s.heard(says(b, job.Done, 1, ""))
			}
			s.wait()
			if polled := s.feed.polled(); len(polled) != want || s.result.Done != want {
				t.Errorf("once %v: %v were polled, and the result is %+v", once, polled, s.result)
			}
		})
	}
}
