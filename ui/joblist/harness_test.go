package joblist

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
)

// harness is a list and its user. Jobs have names of one letter.
type harness struct {
	*tracker
	t   *testing.T
	now time.Time
}

func newHarness(t *testing.T, height int) *harness {
	t.Helper()
	d := &harness{tracker: newTracker(), t: t, now: noon}
	d.SetHeight(height)
	return d
}

// id returns the ID of the job of that name, which is told apart by its first byte.
func id(name string) job.ID { return job.ID{name[0], 0xff} }

func ids(names string) []job.ID {
	var out []job.ID
	for n := range strings.FieldsSeq(names) {
		out = append(out, id(n))
	}
	return out
}

// paste tracks the named jobs as a batch and has them saved.
func (d *harness) paste(batch, names string) {
	d.t.Helper()
	d.now = d.now.Add(time.Second)
	var jobs []store.Job
	for n := range strings.FieldsSeq(names) {
		jobs = append(jobs, store.Job{ID: id(n), Added: d.now, Answer: job.Answer{Description: n, Progress: job.Unknown}})
	}
	added, already := d.track(jobs, store.Batch{ID: store.BatchID(batch), Name: batch, Added: d.now})
	if len(added) != len(jobs) || already > 0 {
		d.t.Fatalf("%d of %d jobs added, %d already there", len(added), len(jobs), already)
	}
	d.saved(ids(names))
}

// hear takes in reports such as "a queued", "b 40%", "c running", "d done", "e error",
// "f rejected", "g unreachable".
func (d *harness) hear(reports ...string) {
	d.t.Helper()
	d.reportAt(0, reports...)
}

// reportAt is hear of jobs that move at so many hundredths a second.
func (d *harness) reportAt(speed float64, reports ...string) {
	d.t.Helper()
	d.now = d.now.Add(time.Second)
	var out []job.Report
	for _, s := range reports {
		r := d.answer(s)
		r.Speed = speed / 100
		out = append(out, r)
	}
	d.report(out, d.now)
}

func (d *harness) answer(s string) job.Report {
	d.t.Helper()
	name, what, _ := strings.Cut(s, " ")
	row, ok := d.Row(id(name))
	if !ok {
		return job.Report{ID: id(name), At: d.now, Answered: d.now, Answer: job.Answer{Status: job.Processing}}
	}
	r := job.Report{ID: id(name), At: d.now, Answered: d.now, Answer: row.Answer, Polls: row.Polls + 1}
	var percent int
	switch what {
	case "queued":
		r.Answer.Status, r.Answer.Progress = job.NotStarted, job.Unknown
	case "running":
		r.Answer.Status, r.Answer.Progress = job.Processing, job.Unknown
	case "done":
		r.Answer.Status, r.Answer.Progress, r.End = job.Done, 1, job.EndedDone
	case "error":
		r.Answer.Status, r.End = job.Error, job.EndedError
	case "rejected":
		r.Answered, r.End, r.Problem = time.Time{}, job.EndedRejected, &job.Problem{Kind: job.Rejected, Code: 422, Reason: "not a job"}
	case "unreachable":
		r.Answered, r.Problem = row.Answered, &job.Problem{Kind: job.Unreachable, Reason: "no route"}
	default:
		if _, err := fmt.Sscanf(what, "%d%%", &percent); err != nil {
			d.t.Fatalf("%q: %v", s, err)
		}
		r.Answer.Status, r.Answer.Progress = job.Processing, job.Progress(percent)/100
	}
	return r
}

// others is what another window saw of a job, as [harness.answer] has it.
func (d *harness) others(s string) store.Op {
	d.t.Helper()
	d.now = d.now.Add(time.Second)
	r := d.answer(s)
	row, _ := d.Row(r.ID)
	after, _ := row.Observe(r)
	return store.Observe{Job: after}
}

func (d *harness) find(text string) {
	d.t.Helper()
	f, err := ParseFilter(text)
	if err != nil {
		d.t.Fatal(err)
	}
	d.SetFilter(f)
}

// on puts the cursor on a job.
func (d *harness) on(name string) {
	d.t.Helper()
	if !d.Go(id(name)) {
		d.t.Fatalf("job %s is not shown", name)
	}
}

// screen is what is drawn: lines such as "june", "june+" (folded), ">a"
// (cursor), "a*" (news), "a#" (selected), "a~" (being saved).
func (d *harness) screen() string {
	var got []string
	for _, line := range d.Lines() {
		s := ""
		switch {
		case line.Row == nil && line.Batch.Folded:
			s = line.Batch.Name + "+"
		case line.Row == nil:
			s = line.Batch.Name
		default:
			s = letters(line.Row)
		}
		if line.Cursor {
			s = ">" + s
		}
		got = append(got, s)
	}
	return strings.Join(got, " ")
}

// letters returns a job's name and marks.
func letters(r *Row) string {
	s := string(r.ID[0])
	if r.News {
		s += "*"
	}
	if r.Selected {
		s += "#"
	}
	if r.Saving {
		s += "~"
	}
	return s
}

func (d *harness) sees(want string) {
	d.t.Helper()
	if got := d.screen(); got != want {
		d.t.Errorf("on the screen:\n%s\nwant:\n%s", got, want)
	}
}
