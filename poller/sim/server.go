// Package sim simulates the job API (see package api) for the demo: jobs whose lives are known
// in advance, and a server. Package simtest adds faults and counts for tests.
package sim

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"example.com/jobwatch/poller/job"
)

// Job is a job to simulate. [Describe] makes believable ones.
type Job struct {
	Life        Life
	Description string
	Chapters    int    // for the steps in status_meta
	Cause       string // status_meta if the job fails

	added time.Time
}

// Server answers for simulated jobs, also while others are added.
type Server struct {
	*http.ServeMux
	Clock func() time.Time // time.Now, unless a test replaces it
	key   Random           // signs the links to files

	mu   sync.RWMutex // guards what follows
	ids  Random       // the numbers that IDs are made of
	jobs map[job.ID]Job
}

// New returns a server without jobs. The same seed makes the same IDs.
func New(seed uint64) *Server {
	ids := OtherRandom(seed)
	s := &Server{Clock: time.Now, key: ids, ids: ids, ServeMux: http.NewServeMux(), jobs: map[job.ID]Job{}}
	s.HandleFunc("POST /markdown", s.serveSubmit)
	s.HandleFunc("GET /job/{id}/status", s.serveJob)
	s.HandleFunc("GET /job/{id}/output", s.serveJob)
	s.HandleFunc("GET /files/{name}", s.serveFile)
	return s
}

// Add adds jobs, whose lives begin now, and returns their IDs in the same order.
func (s *Server) Add(jobs ...Job) []job.ID {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.Clock()
	ids := make([]job.ID, len(jobs))
	for i, j := range jobs {
		j.added = now
		id := &ids[i]
		binary.BigEndian.PutUint64(id[:8], s.ids.Uint64())
		binary.BigEndian.PutUint64(id[8:], s.ids.Uint64())
		id[6] = 0x40 | id[6]&0x0f // a UUID of version 4 (RFC 9562, section 5.4)
		id[8] = 0x80 | id[8]&0x3f
		s.jobs[*id] = j
	}
	return ids
}

// Find returns a job that was submitted by now, and the time since it was added.
func (s *Server) Find(id job.ID) (j Job, at time.Duration, ok bool) {
	s.mu.RLock()
	j, ok = s.jobs[id]
	s.mu.RUnlock()
	at = s.Clock().Sub(j.added)
	return j, at, ok && at >= j.Life.Submitted
}

// ListenAndServe serves on an address until stop is called, and returns the clients' base URL.
func (s *Server) ListenAndServe(ctx context.Context, addr string) (base string, stop func(), err error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return "", nil, err
	}
	server := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(l) }() // until Close
	return "http://" + l.Addr().String(), func() { _ = server.Close() }, nil
}

// serveJob answers 422 for what is not a job ID and 404 for a job that is not known.
func (s *Server) serveJob(w http.ResponseWriter, r *http.Request) {
	text := r.PathValue("id")
	id, err := job.Parse(text)
	j, at, ok := s.Find(id)
	switch {
	case err != nil:
		reply(w, http.StatusUnprocessableEntity, object{"detail": []object{{
			"type":  "uuid_parsing",
			"loc":   []string{"path", "job_id"},
			"msg":   "Input should be a valid UUID, invalid length or character",
			"input": text,
		}}})
	case !ok:
		reply(w, http.StatusNotFound, object{"detail": "Job not found"})
	case strings.HasSuffix(r.Pattern, "/output"):
		s.serveOutput(w, r, id, &j, at)
	default:
		serveStatus(w, r, id, &j, at)
	}
}

// serveStatus answers with a JobStatus of package api.
func serveStatus(w http.ResponseWriter, r *http.Request, id job.ID, j *Job, at time.Duration) {
	status, progress := j.Life.At(at)
	said := object{"id": id, "status": status, "description": nil, "status_meta": nil, "path": nil}
	if j.Description != "" {
		said["description"] = j.Description
	}
	if meta := j.meta(status, at); meta != "" {
		said["status_meta"] = meta
	}
	if progress.Known() {
		said["progress"] = progress
	}
	path := "/job/" + id.String()
	switch {
	case r.Method == http.MethodPost:
		said["path"] = origin(r) + path + "/status"
	case status == job.Done && id[15]%4 == 0: // some are relative
		said["path"] = path + "/output"
	case status == job.Done:
		said["path"] = origin(r) + path + "/output"
	}
	reply(w, http.StatusOK, said)
}

// meta returns the step under way, or the error's cause.
func (j *Job) meta(status job.Status, at time.Duration) string {
	share := float64(at-j.Life.Start) / float64(max(1, j.Life.End-j.Life.Start))
	switch {
	case status == job.NotStarted:
		return "Waiting for a free worker"
	case status == job.Error:
		return j.Cause
	case status == job.Done:
		return ""
	case share < 0.06:
		return "Reading the Markdown"
	case share < 0.15:
		return "Resolving images"
	case share > 0.94:
		return "Writing the PDF"
	case share > 0.88:
		return "Building the table of contents"
	case j.Chapters < 2:
		return "Typesetting"
	}
	chapter := 1 + int((share-0.15)/0.73*float64(j.Chapters))
	return fmt.Sprintf("Typesetting chapter %d of %d", min(chapter, j.Chapters), j.Chapters)
}

// serveOutput names a fresh, signed link to a Done job's file, which is good for a minute.
func (s *Server) serveOutput(w http.ResponseWriter, r *http.Request, id job.ID, j *Job, at time.Duration) {
	if status, _ := j.Life.At(at); status != job.Done {
		reply(w, http.StatusNotFound, object{"detail": "Job has no output"})
		return
	}
	expires := strconv.FormatInt(s.Clock().Add(time.Minute).Unix(), 10)
	reply(w, http.StatusOK, object{
		"url": fmt.Sprintf("%s/files/%s.pdf?expires=%s&signature=%s", origin(r), id, expires, s.sign(id, expires)),
	})
}

// sign returns the part of a link that nobody else can make.
func (s *Server) sign(id job.ID, expires string) string {
	sum := sha256.Sum256(fmt.Append(nil, s.key, id, expires))
	return hex.EncodeToString(sum[:])
}

// serveFile answers a good link with the PDF, and any other as object storage does.
func (s *Server) serveFile(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	expires := query.Get("expires")
	id, _ := job.Parse(strings.TrimSuffix(r.PathValue("name"), ".pdf"))
	until, _ := strconv.ParseInt(expires, 10, 64)
	j, at, ok := s.Find(id)
	if !ok || s.Clock().After(time.Unix(until, 0)) || query.Get("signature") != s.sign(id, expires) {
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, `<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code></Error>`)
		return
	}
	w.Header().Set("Content-Type", "application/pdf")
	if d := mime.FormatMediaType("attachment", map[string]string{"filename": j.Description + ".pdf"}); d != "" {
		w.Header().Set("Content-Disposition", d)
	}
	http.ServeContent(w, r, "", s.Clock().Add(j.Life.End-at), bytes.NewReader(PDF(j.Description)))
}

// serveSubmit accepts any document of up to 10 MiB without reading it, and makes a job of it.
func (s *Server) serveSubmit(w http.ResponseWriter, r *http.Request) {
	if _, err := io.Copy(io.Discard, http.MaxBytesReader(w, r.Body, 10<<20)); err != nil {
		reply(w, http.StatusRequestEntityTooLarge, object{"detail": "Document too large"})
		return
	}
	s.mu.Lock()
	seed := s.ids.Uint64()
	s.mu.Unlock()
	lives := Lives(seed, 1)
	lives[0].StartAt(seconds(20 * lives[0].Wait))
	jobs := Describe(seed, lives)
	serveStatus(w, r, s.Add(jobs...)[0], &jobs[0], 0)
}

// origin returns the URL by which the client knows this server.
func origin(r *http.Request) string { return "http://" + r.Host }

// object is a JSON object of an answer.
type object = map[string]any

func reply(w http.ResponseWriter, code int, v object) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(v) // fails when the client has gone away
}

// pdfHead is what doesn't depend on a PDF's title; its second line marks the file as binary.
// pdfTail says at which byte each object and itself begin.
const (
	pdfHead = "%PDF-1.4\n%\xe2\xe3\xcf\xd3\n" +
		"1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n" +
		"2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n" +
		"3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 5 0 R/Resources<</Font<</F1 4 0 R>>>>>>\nendobj\n" +
		"4 0 obj\n<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>\nendobj\n"
	pdfTail = "xref\n0 6\n0000000000 65535 f \n" +
		"0000000015 00000 n \n0000000060 00000 n \n" +
		"0000000111 00000 n \n0000000223 00000 n \n" +
		"0000000311 00000 n \n" +
		"trailer\n<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
)

// PDF returns a valid document of one page that shows the title, under a kilobyte.
func PDF(title string) []byte {
	latin := make([]byte, 0, len(title))
	for _, r := range title {
		if r > 0xff {
			r = '?'
		}
		latin = append(latin, byte(r))
	}
	text := fmt.Sprintf("BT /F1 24 Tf 72 720 Td <%x> Tj ET", latin)
	pdf := fmt.Appendf([]byte(pdfHead), "5 0 obj\n<</Length %d>>\nstream\n%s\nendstream\nendobj\n", len(text), text)
	return fmt.Appendf(pdf, pdfTail, len(pdf))
}
