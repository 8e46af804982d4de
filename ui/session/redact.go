package session

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
)

// Public is what may be shown of a job: all, or what is left with --redact. What is
// copied, saved and asked for is the job itself.
func (s *Session) Public(j *store.Job) store.Job {
	if s.cfg.Redact {
		return Redacted(*j)
	}
	return *j
}

// PublicProblem is what may be shown of why a poll of a job failed; nil when it did not.
func (s *Session) PublicProblem(p *job.Problem, j *store.Job) *job.Problem {
	if s.cfg.Redact {
		return redactedProblem(p, j)
	}
	return p
}

// PublicFile is what may be shown of where a PDF is.
func (s *Session) PublicFile(file string) string {
	if s.cfg.Redact {
		return redactedFile(file)
	}
	return file
}

// PublicError is what may be shown of an error about a file.
func (s *Session) PublicError(err error) string {
	if s.cfg.Redact {
		return redactedError(err)
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

// gap stands for what was removed.
const gap = "…"

// Redacted returns a job without its description, the name of its file and the query of its path.
// Its other texts hold neither the description nor whole IDs. Its ID is whole: show the short
// form.
func Redacted(j store.Job) store.Job {
	about := j.Answer.Description
	j.Answer.Description = ""
	j.Answer.Status = job.Status(without(about, string(j.Answer.Status)))
	j.Answer.Meta = without(about, j.Answer.Meta)
	j.Cause = without(about, j.Cause)
	path, _, _ := strings.Cut(j.Answer.Path, "?")
	path, _, _ = strings.Cut(path, "#")
	j.Answer.Path = without(about, path)
	j.File = redactedFile(j.File)
	return j
}

// redactedProblem returns a problem of that job without its description and without whole IDs; nil for
// nil.
func redactedProblem(p *job.Problem, j *store.Job) *job.Problem {
	if p == nil {
		return nil
	}
	out := *p
	about := j.Answer.Description
	out.Reason = without(about, p.Reason)
	out.Details = make([]job.Detail, len(p.Details))
	for i, d := range p.Details {
		out.Details[i] = job.Detail{Loc: without(about, d.Loc), Message: without(about, d.Message), Type: d.Type}
	}
	return &out
}

// redactedFile returns the path of a file without its name, which comes from a description.
func redactedFile(path string) string {
	if path == "" {
		return ""
	}
	return filepath.Join(filepath.Dir(path), gap+filepath.Ext(path))
}

// redactedError returns the text of an error about such a file without what is in “quotes”, and without
// the name of the file.
func redactedError(err error) string {
	text := err.Error()
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		text = strings.ReplaceAll(text, at.Path, redactedFile(at.Path))
	}
	if before, rest, ok := strings.Cut(text, "“"); ok {
		_, after, _ := strings.Cut(rest, "”")
		text = before + gap + after
	}
	return job.Shorten(text)
}

// without returns a text without a description, unless that is shorter than a word, and without
// whole IDs.
func without(about, s string) string {
	const word = 4 // bytes
	if len(about) >= word {
		s = strings.ReplaceAll(s, about, gap)
	}
	return job.Shorten(s)
}
