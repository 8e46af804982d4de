// Package redact takes out of what is shown what a shared screen must not give away:
// whole job IDs, with which anybody reads the job, and what the documents are about.
package redact

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
)

// Gap stands for what was taken out.
const Gap = "…"

// Job is what may be shown of a job: without its description, the name of its file and
// the query of its path, and with other texts without it and without whole IDs. Its ID is whole: show its
// short form.
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

// Problem is what may be shown of why polling that job failed; nil for nil.
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

// File is what may be shown of a file that is named after a description: its folder.
func File(path string) string {
	if path == "" {
		return ""
	}
	return filepath.Join(filepath.Dir(path), Gap+filepath.Ext(path))
}

// Error is what may be shown of an error about such a file: nothing of what stands in
// “quotes”, and no path.
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

// without is a text without what the job is about, where that is told by more than a
// syllable, and without IDs.
func without(about, s string) string {
	const telling = 4 // bytes
	if len(about) >= telling {
		s = strings.ReplaceAll(s, about, Gap)
	}
	return job.Shorten(s)
}
