package plain

import (
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
)

// What vanishes from the state file while it is watched has not become Done.
func TestWhatVanishesIsNoSuccess(t *testing.T) {
	a, b := jobID(1), jobID(2)
	forget := func(ids ...job.ID) func(*stage) {
		return func(s *stage) {
			var ops []store.Op
			for _, id := range ids {
				ops = append(ops, store.Forget{ID: id})
			}
			other, _ := open(s.t, s.path)
			if err := other.Append(s.t.Context(), ops...); err != nil {
				s.t.Fatal(err)
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
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newStage(t)
				s.cfg.JSON, s.cfg.Once = true, tt.once
				s.start(a, b)
				s.heard(says(a, tt.status, 0.5, ""))
				time.Sleep(2 * time.Second) //nolint:forbidigo // the fake clock of synctest
				tt.vanish(s)
				time.Sleep(2 * time.Second) //nolint:forbidigo // the fake clock of synctest
				for _, id := range []job.ID{a, b} {
					select {
					case <-s.done: // it has ended
					case s.feed.updates <- poller.Update{Reports: []job.Report{says(id, job.Done, 1, "")}}:
					}
				}
				s.wait()
				var removed []string
				for _, o := range s.objects() {
					if text(o.Status) == "removed" {
						removed = append(removed, o.ID[:8])
						if o.Error == nil {
							t.Errorf("no error in %+v", o)
						}
					}
				}
				if got := strings.Join(removed, " "); got != tt.removed || s.result.Exit() != tt.exit {
					t.Errorf("removed: %q, exit status %d\n%s%s", got, s.result.Exit(), s.out.String(), s.err.String())
				}
			})
		})
	}
}
