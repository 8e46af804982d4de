package ui

import (
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/joblist"
	"example.com/jobwatch/ui/session"
)

// public is what may be shown of a job: all, or what is left with --redact. What is
// copied, saved and asked for is the job itself.
func (m *Model) public(j *store.Job) store.Job {
	return m.session.Public(j)
}

// problem is what may be shown of why a job's last poll failed; nil when it did not.
func (m *Model) problem(r *joblist.Row) *job.Problem {
	return m.session.PublicProblem(r.Record)
}

// cause is what may be shown of why jobs failed.
func (m *Model) cause(p problem) string {
	row, ok := m.list.Row(p.ids[0])
	if !m.opts.Session.Redact || !ok {
		return p.cause
	}
	j := m.public(&row.Job)
	if cause := session.Cause(&j); cause != "" {
		return cause
	}
	return p.cause // ours
}
