package sim

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"example.com/jobwatch/poller/job"
)

// forJob answers 422 for what is not a job ID and 404 for a job that is not known.
func (s *Server) forJob(serve func(http.ResponseWriter, *http.Request, job.ID, *entry, time.Duration)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		id, err := job.Parse(r.PathValue("id"))
		if err != nil {
			reply(w, http.StatusUnprocessableEntity, invalidID(r.PathValue("id")))
			return
		}
		e, at, ok := s.find(id)
		if !ok {
			reply(w, http.StatusNotFound, detail("Job not found"))
			return
		}
		serve(w, r, id, e, at)
	}
}

func (s *Server) serveStatus(w http.ResponseWriter, r *http.Request, id job.ID, e *entry, at time.Duration) {
	reply(w, http.StatusOK, e.status(id, at, r))
}

// linkLife is how long a link to a file is good for.
const linkLife = time.Minute

// serveOutput names a fresh, signed link to a Done job's file.
func (s *Server) serveOutput(w http.ResponseWriter, r *http.Request, id job.ID, e *entry, at time.Duration) {
	if status, _ := e.Life.At(at); status != job.Done {
		reply(w, http.StatusNotFound, detail("Job has no output"))
		return
	}
	expires := strconv.FormatInt(s.clock().Add(linkLife).Unix(), 10)
	reply(w, http.StatusOK, map[string]string{
		"url": fmt.Sprintf("%s/files/%s.pdf?expires=%s&signature=%s", origin(r), id, expires, s.sign(id, expires)),
	})
}

// sign returns the part of a link that nobody else can make.
func (s *Server) sign(id job.ID, expires string) string {
	mac := hmac.New(sha256.New, s.key[:])
	mac.Write(id[:])
	mac.Write([]byte(expires))
	return hex.EncodeToString(mac.Sum(nil))
}

// serveFile answers a good link with the PDF, and any other as object storage does.
func (s *Server) serveFile(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	expires := query.Get("expires")
	id, err := job.Parse(strings.TrimSuffix(r.PathValue("name"), ".pdf"))
	until, errUntil := strconv.ParseInt(expires, 10, 64)
	e, _, ok := s.find(id)
	switch {
	case err != nil || errUntil != nil || !hmac.Equal([]byte(query.Get("signature")), []byte(s.sign(id, expires))):
		refuse(w, "SignatureDoesNotMatch")
		return
	case s.clock().After(time.Unix(until, 0)):
		refuse(w, "Request has expired")
		return
	case !ok:
		refuse(w, "NoSuchKey")
		return
	}
	w.Header().Set("Content-Type", "application/pdf")
	if d := mime.FormatMediaType("attachment", map[string]string{"filename": e.Description + ".pdf"}); d != "" {
		w.Header().Set("Content-Disposition", d)
	}
	http.ServeContent(w, r, "", e.added.Add(e.Life.End), bytes.NewReader(PDF(e.Description)))
}

func refuse(w http.ResponseWriter, why string) {
	send(w, http.StatusForbidden, "application/xml",
		[]byte(`<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code><Message>`+why+`</Message></Error>`))
}

// maxMarkdown is the size of the largest document that is accepted.
const maxMarkdown = 10 << 20

// serveSubmit accepts any document without reading it, and makes a job of it.
func (s *Server) serveSubmit(w http.ResponseWriter, r *http.Request) {
	if _, err := io.Copy(io.Discard, http.MaxBytesReader(w, r.Body, maxMarkdown)); err != nil {
		reply(w, http.StatusRequestEntityTooLarge, detail("Document too large"))
		return
	}
	s.mu.Lock()
	seed := s.ids.Uint64()
	s.mu.Unlock()
	lives := AllAtOnce(Plans(seed, 1))
	lives[0].delay(seconds(20 * lives[0].Wait))
	id := s.Add(Describe(seed, lives)...)[0]
	e, at, _ := s.find(id)
	status := e.status(id, at, r)
	path := origin(r) + "/job/" + id.String() + "/status"
	status.Path = &path
	reply(w, http.StatusOK, status)
}

// jobStatus is a JobStatus of package api.
type jobStatus struct {
	ID          job.ID        `json:"id"`
	Status      job.Status    `json:"status"`
	Description *string       `json:"description"`
	Meta        *string       `json:"status_meta"`
	Progress    *job.Progress `json:"progress,omitempty"`
	Path        *string       `json:"path"`
}

// status returns what the API says of a job at a time since it was added.
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
		if !e.relativePath {
			path = origin(r) + path
		}
		s.Path = &path
	}
	return s
}

// meta returns the step under way, or the error's cause.
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

// validation is an HTTPValidationError of package api.
type validation struct {
	Detail []problem `json:"detail"`
}

type problem struct {
	Type  string `json:"type"`
	Loc   []any  `json:"loc"`
	Msg   string `json:"msg"`
	Input string `json:"input"`
}

func invalidID(id string) validation {
	return validation{[]problem{{
		Type:  "uuid_parsing",
		Loc:   []any{"path", "job_id"},
		Msg:   "Input should be a valid UUID, invalid length or character",
		Input: id,
	}}}
}

// detail is FastAPI's form of any other error.
func detail(text string) map[string]string { return map[string]string{"detail": text} }

// origin returns the scheme and host by which the client knows this server.
func origin(r *http.Request) string {
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

func reply(w http.ResponseWriter, code int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	send(w, code, "application/json", body)
}

// send leaves Content-Length to net/http. Writing fails when the client has gone away.
func send(w http.ResponseWriter, code int, contentType string, body []byte) {
	w.Header()["Content-Type"] = []string{contentType}
	w.WriteHeader(code)
	_, _ = w.Write(body)
}
