package plain

import (
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/joblist"
)

// selected returns those of the jobs that the filter selects to be watched: by the words
// that last and, where nothing will change any more, by all. It is an error if there is no
// job for the former, as when a batch's name is mistyped: that is no success.
func (w *watch) selected(ids []job.ID, again bool) ([]job.ID, error) {
	f := w.cfg.Filter
	var out []job.ID
	matched := f.Lasting(true).IsZero()
	for _, id := range ids {
		j := w.ledger.jobs[id]
		s := w.subject(j)
		lasts := f.Lasting(!j.Answered.IsZero()).Match(s)
		matched = matched || lasts
		if live := !j.End.Finished() || again && j.End.Verdict(); lasts && (live || f.Match(s)) {
			out = append(out, id)
		}
	}
	if !matched {
		return nil, errNoMatch
	}
	return out, nil
}

// shows reports whether the filter shows a job as it stands now.
func (w *watch) shows(j *store.Job) bool { return w.cfg.Filter.Match(w.subject(j)) }

// subject returns what a filter may ask of a job. Its age is that at the start.
func (w *watch) subject(j *store.Job) *joblist.Subject {
	at := w.jobs[j.ID]
	return &joblist.Subject{
		ID: j.ID, Description: j.Answer.Description, Batch: w.ledger.batches[j.Batch].Name, Meta: j.Answer.Meta,
		Progress: j.Answer.Progress, Age: w.begun.Sub(j.Added), State: joblist.StateOf(j.Answer.Status, j.End),
		Stale: at != nil && at.problem != nil && !j.End.Finished(),
	}
}
