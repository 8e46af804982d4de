package sim

import (
	"fmt"
	"net/http"
	"time"

	"example.com/jobwatch/poller/job"
)

// jobStatus is a JobStatus of package api.
type jobStatus struct {
	ID          job.ID        `json:"id"`
	Status      job.Status    `json:"status"`
	Description *string       `json:"description"`
	Meta        *string       `json:"status_meta"`
	Progress    *job.Progress `json:"progress,omitempty"`
	Path        *string       `json:"path"`
}

// status is what the service says of a job so long after it was added.
func (e *entry) status(id job.ID, at time.Duration, r *http.Request) *jobStatus {
	status, progress := e.Life.At(at)
	s := &jobStatus{ID: id, Status: status}
	if e.Description != "" {
		s.Description = &e.Description
	}
	if meta := e.meta(status, at); meta != "" {
		s.Meta = &meta
	}
	if progress.Known() {
		s.Progress = &progress
	}
	if status == job.Done {
		path := "/job/" + id.String() + "/output"
		if !e.relative {
			path = origin(r) + path
		}
		s.Path = &path
	}
	return s
}

// meta is the step under way, or the error's cause.
func (e *entry) meta(status job.Status, at time.Duration) string {
	switch status {
	case job.NotStarted:
		return "Waiting for a free worker"
	case job.Error:
		return e.Cause
	case job.Processing:
	default:
		return ""
	}
	share := float64(at-e.Life.Start) / float64(max(1, e.Life.End-e.Life.Start))
	switch {
	case share < 0.06:
		return "Reading the Markdown"
	case share < 0.15:
		return "Resolving images"
	case share > 0.94:
		return "Writing the PDF"
	case share > 0.88:
		return "Building the table of contents"
	case e.Chapters < 2:
		return "Typesetting"
	}
	chapter := 1 + int((share-0.15)/0.73*float64(e.Chapters))
	return fmt.Sprintf("Typesetting chapter %d of %d", min(chapter, e.Chapters), e.Chapters)
}
