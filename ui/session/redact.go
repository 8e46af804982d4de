package session

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
)

// Public is what may be shown of a job: all, or with --redact a job without its description,
// the name of its file and the query of its path, also in its other texts. Its ID is whole:
// show the short form.
func (s *Session) Public(j *store.Job) store.Job {
	shown := *j
	if !s.cfg.Redact {
		return shown
	}
	a, about := &shown.Answer, j.Answer.Description
	path, _, _ := strings.Cut(a.Path, "?")
	path, _, _ = strings.Cut(path, "#")
	a.Description, a.Path, a.Meta = "", without(about, path), without(about, a.Meta)
	a.Status = job.Status(without(about, string(a.Status)))
	shown.Cause, shown.File = without(about, j.Cause), redactedFile(j.File)
	return shown
}

// PublicProblem is what may be shown of why a poll of a job failed; nil when it did not.
func (s *Session) PublicProblem(p *job.Problem, j *store.Job) *job.Problem {
	if p == nil || !s.cfg.Redact {
		return p
	}
	shown := *p
	shown.Reason = without(j.Answer.Description, p.Reason)
	return &shown
}

// PublicError is what may be shown of an error about a file: with --redact neither what is
// in “quotes” nor the file's name.
func (s *Session) PublicError(err error) string {
	text := err.Error()
	if !s.cfg.Redact {
		return text
	}
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		text = strings.ReplaceAll(text, at.Path, redactedFile(at.Path))
	}
	if before, rest, ok := strings.Cut(text, "“"); ok {
		_, after, _ := strings.Cut(rest, "”")
		text = before + gap + after
	}
	return job.Shorten(text)
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

// redactedFile returns the path of a file without its name, which comes from a description.
func redactedFile(path string) string {
	if path == "" {
		return ""
	}
	return filepath.Join(filepath.Dir(path), gap+filepath.Ext(path))
}

// without returns a text without whole IDs and a description that is at least a word.
func without(about, s string) string {
	if len(about) >= 4 {
		s = strings.ReplaceAll(s, about, gap)
	}
	return job.Shorten(s)
}
