package poller

import (
	"testing"

	"pgregory.net/rapid"

	"example.com/jobwatch/poller/job"
)

// TestTheNewestReportOfEachJobIsDelivered compares the mailbox with a plain map.
func TestTheNewestReportOfEachJobIsDelivered(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var m mailbox
		jobs := batchOf(0, 8, 0)
		want := map[job.ID]int{}
		polls := 0
		draw := func(t *rapid.T) *entry { return jobs[rapid.IntRange(0, len(jobs)-1).Draw(t, "job")] }
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) {
				e := draw(t)
				polls++
				m.put(e, job.Report{ID: e.id, Polls: polls})
				want[e.id] = polls
			},
			"drop": func(t *rapid.T) {
				e := draw(t)
				m.drop(e)
				delete(want, e.id)
			},
			"send": func(t *rapid.T) {
				u := m.update()
				m.delivered(1)
				if len(u.Reports) != len(want) {
					t.Fatalf("%d reports, want %d", len(u.Reports), len(want))
				}
				for _, r := range u.Reports {
					if want[r.ID] != r.Polls {
						t.Fatalf("a report of poll %d, want %d", r.Polls, want[r.ID])
					}
				}
				clear(want)
				if m.readyAt() < never {
					t.Fatal("there is something to send right after sending")
				}
			},
		})
	})
}
