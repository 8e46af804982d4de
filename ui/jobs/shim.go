package jobs

import (
	"slices"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
)

// observeJob stands in for store.Job.Observe until that is there.
func observeJob(j store.Job, r job.Report) (store.Job, bool) {
	changed := r.Answer.Status != "" && r.Answer.Status != j.Answer.Status || r.End != j.End
	if changed && r.Answer.Status != j.Answer.Status {
		j.History = append(slices.Clip(j.History), store.Change{At: r.At, Status: r.Answer.Status})
	}
	if r.Answer.Status != "" {
		j.Answer, j.Answered, j.Started = r.Answer, r.Answered, r.Started
	}
	if r.End.Finished() && !j.End.Finished() {
		j.Ended = r.At
		if r.Problem != nil {
			j.Cause = r.Problem.Reason
		}
	}
	j.End = r.End
	return j, changed
}
