// Package redact removes what a shared screen must not show: whole job IDs, with which anybody
// can read the job, and what the documents are about.
package redact

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
)

// Gap stands for what was removed.
const Gap = "…"

// Job returns a job without its description, the name of its file and the query of its path.
// Its other texts hold neither the description nor whole IDs. Its ID is whole: show the short
// form.
func Job(j store.Job) store.Job {
	about := j.Answer.Description
	j.Answer.Description = ""
	j.Answer.Status = job.Status(without(about, string(j.Answer.Status)))
	j.Answer.Meta = without(about, j.Answer.Meta)
	j.Cause = without(about, j.Cause)
	path, _, _ := strings.Cut(j.Answer.Path, "?")
	path, _, _ = strings.Cut(path, "#")
	j.Answer.Path = without(about, path)
	j.File = File(j.File)
	return j
}

// Problem returns a problem of that job without its description and without whole IDs; nil for
// nil.
func Problem(p *job.Problem, j *store.Job) *job.Problem {
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

// File returns the path of a file without its name, which comes from a description.
func File(path string) string {
	if path == "" {
		return ""
	}
	return filepath.Join(filepath.Dir(path), Gap+filepath.Ext(path))
}

// Error returns the text of an error about such a file without what is in “quotes”, and without
// the name of the file.
func Error(err error) string {
	text := err.Error()
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		text = strings.ReplaceAll(text, at.Path, File(at.Path))
	}
	if before, rest, ok := strings.Cut(text, "“"); ok {
		_, after, _ := strings.Cut(rest, "”")
		text = before + Gap + after
	}
	return job.Shorten(text)
}

// without returns a text without a description, unless that is shorter than a word, and without
// whole IDs.
func without(about, s string) string {
	const word = 4 // bytes
	if len(about) >= word {
		s = strings.ReplaceAll(s, about, Gap)
	}
	return job.Shorten(s)
}
