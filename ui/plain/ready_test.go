package plain

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/jobwatch/poller/job"
)

// After enough of its like, a job that runs says when it will be ready, to programs
// as a time before and one after.
func TestARunningJobSaysWhenItWillBeReady(t *testing.T) {
	for _, asJSON := range []bool{true, false} {
		t.Run(fmt.Sprintf("json %v", asJSON), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newStage(t)
				s.cfg.JSON = asJSON
				var ids []job.ID
				for i := range 41 {
					ids = append(ids, jobID(uint32(0x1000+i)))
				}
				last := ids[40]
				s.start(ids...)
				for _, id := range ids[:40] {
					s.heard(says(id, job.Processing, job.Unknown, ""))
				}
				<-time.After(30 * time.Second)
				for _, id := range ids[:40] {
					s.heard(says(id, job.Done, 1, ""))
				}
				s.heard(says(last, job.NotStarted, job.Unknown, ""))
				<-time.After(time.Second)
				s.heard(says(last, job.Processing, job.Unknown, ""))
				told := time.Now()
				<-time.After(time.Second)
				s.heard(says(last, job.Done, 1, ""))
				s.wait()
				line := ""
				for l := range strings.SplitSeq(s.out.String(), "\n") {
					if strings.Contains(l, "Processing") {
						line = l // the last one is the last job's
					}
				}
				if !asJSON {
					if !strings.Contains(line, "(ready ") {
						t.Errorf("no forecast in %q", line)
					}
					return
				}
				var o struct {
					From time.Time `json:"ready_from"`
					By   time.Time `json:"ready_by"`
				}
				if err := json.Unmarshal([]byte(line), &o); err != nil {
					t.Fatal(err)
				}
				if truth := told.Add(30 * time.Second); o.From.After(truth) || o.By.Before(truth) || o.By.After(told.Add(5*time.Minute)) {
					t.Errorf("ready from %v by %v, told at %v", o.From, o.By, told)
				}
			})
		})
	}
}
