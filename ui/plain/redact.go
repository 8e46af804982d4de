package plain

import (
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/redact"
)

// public is what may be told of a job: all, or what is left with --redact.
func (w *watch) public(j *store.Job) *store.Job {
	if !w.cfg.Redact {
		return j
	}
	out := redact.Job(*j)
	return &out
}

// problem is what may be told of why a job's last poll failed; nil when it did not.
func (w *watch) problem(j *store.Job) *job.Problem {
	p := w.jobs[j.ID].problem
	if w.cfg.Redact {
		return redact.Problem(p, j)
	}
	return p
}

func (w *watch) fileText(file string) string {
	if w.cfg.Redact {
		return redact.File(file)
	}
	return file
}

func (w *watch) errorText(err error) string {
	if w.cfg.Redact {
		return redact.Error(err)
	}
	return err.Error()
}
