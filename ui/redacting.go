package ui

import (
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/joblist"
	"example.com/jobwatch/ui/redact"
)

// public is what may be shown of a job: all, or what is left with --redact. What is
// copied, saved and asked for is the job itself.
func (m *Model) public(j *store.Job) store.Job {
	if m.opts.Redact {
		return redact.Job(*j)
	}
	return *j
}

// problem is what may be shown of why a job's last poll failed; nil when it did not.
func (m *Model) problem(r *joblist.Row) *job.Problem {
	if m.opts.Redact {
		return redact.Problem(r.Problem, &r.Job)
	}
	return r.Problem
}

// cause is what may be shown of why jobs failed.
func (m *Model) cause(p problem) string {
	row, ok := m.list.Row(p.ids[0])
	if !m.opts.Redact || !ok {
		return p.cause
	}
	j := m.public(&row.Job)
	if cause := causeOf(&j); cause != "" {
		return cause
	}
	return p.cause // ours
}

// errorText is what may be shown of an error about a file.
func (m *Model) errorText(err error) string {
	if m.opts.Redact {
		return redact.Error(err)
	}
	return err.Error()
}
