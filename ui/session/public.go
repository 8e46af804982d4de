package session

import (
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/redact"
)

// Public is what may be shown of a job: all, or what is left with --redact. What is
// copied, saved and asked for is the job itself.
func (s *Session) Public(j *store.Job) store.Job {
	if s.cfg.Redact {
		return redact.Job(*j)
	}
	return *j
}

// PublicProblem is what may be shown of why a job's last poll failed; nil when it did not.
func (s *Session) PublicProblem(r *Record) *job.Problem {
	if s.cfg.Redact {
		return redact.Problem(r.Problem, &r.Job)
	}
	return r.Problem
}

// PublicFile is what may be shown of where a PDF is.
func (s *Session) PublicFile(file string) string {
	if s.cfg.Redact {
		return redact.File(file)
	}
	return file
}

// PublicError is what may be shown of an error about a file.
func (s *Session) PublicError(err error) string {
	if s.cfg.Redact {
		return redact.Error(err)
	}
	return err.Error()
}

// Cause is why a job ended without a PDF, in the API's words or in ours; "" when it did
// not, or gave none. It is untrusted.
func Cause(j *store.Job) string {
	switch {
	case j.End.Finished() && j.Cause != "":
		return j.Cause
	case j.End == job.EndedError || j.Answer.Status == job.Error:
		return j.Answer.Meta
	}
	return ""
}
