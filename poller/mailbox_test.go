package poller

import (
	"testing"

	"pgregory.net/rapid"

	"example.com/jobwatch/poller/job"
)

// TestTheNewestReportOfEachJobIsDelivered compares the reports with a plain map.
func TestTheNewestReportOfEachJobIsDelivered(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var p Poller
		jobs := batchOf(0, 8, 0)
		want := map[job.ID]int{}
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) {
				e := rapid.SampledFrom(jobs).Draw(t, "job")
				e.polls++
				p.put(e, job.Report{ID: e.ID, Polls: e.polls})
				want[e.ID] = e.polls
			},
			"send": func(t *rapid.T) {
				if len(p.reports) != len(want) {
					t.Fatalf("%d reports, want %d", len(p.reports), len(want))
				}
				for _, r := range p.reports {
					if want[r.ID] != r.Polls {
						t.Fatalf("a report of poll %d, want %d", r.Polls, want[r.ID])
					}
				}
				clear(want)
				p.reports = nil
			},
		})
	})
}
