package sim

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"example.com/jobwatch/poller/job"
)

// Route is one of the things that the service is asked for.
type Route uint8

// The routes of package api, and everything else.
const (
	Elsewhere  Route = iota
	StatusPage       // GET /job/{id}/status
	OutputPage       // GET /job/{id}/output
	FilePage         // GET of the link that the output names
	SubmitPage       // POST /markdown
)

// RouteOf tells what a request is for, and of which job, in the words of its path.
func RouteOf(r *http.Request) (route Route, id string) {
	path := r.URL.Path
	if path == "/markdown" {
		return SubmitPage, ""
	}
	if rest, ok := strings.CutPrefix(path, "/files/"); ok {
		return FilePage, strings.TrimSuffix(rest, ".pdf")
	}
	rest, ok := strings.CutPrefix(path, "/job/")
	if !ok {
		return Elsewhere, ""
	}
	id, page, _ := strings.Cut(rest, "/")
	switch page {
	case "status":
		return StatusPage, id
	case "output":
		return OutputPage, id
	}
	return Elsewhere, ""
}

// serve is the service without faults.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	route, id := RouteOf(r)
	want := http.MethodGet
	if route == SubmitPage {
		want = http.MethodPost
	}
	switch {
	case route == Elsewhere:
		page(w, http.StatusNotFound, "404 Not Found")
	case r.Method != want:
		w.Header().Set("Allow", want)
		reply(w, http.StatusMethodNotAllowed, detail("Method Not Allowed"))
	case route == SubmitPage:
		s.serveSubmit(w, r)
	case route == FilePage:
		s.serveFile(w, r, id)
	default:
		parsed, err := job.Parse(id)
		if err != nil {
			reply(w, http.StatusUnprocessableEntity, invalidID(id))
			return
		}
		if route == OutputPage {
			s.serveOutput(w, r, parsed)
		} else {
			s.serveStatus(w, r, parsed)
		}
	}
}

func (s *Server) serveStatus(w http.ResponseWriter, r *http.Request, id job.ID) {
	e, at, ok := s.find(id)
	if !ok {
		reply(w, http.StatusNotFound, detail("Job not found"))
		return
	}
	e.polls.Add(1)
	e.polled.Store(s.clock().UnixNano())
	reply(w, http.StatusOK, e.status(id, at, r))
}

// maxMarkdown is the largest document that is taken.
const maxMarkdown = 10 << 20

// serveSubmit takes any document; what it says goes unread. The job that comes of
// it is drawn as the workload's are.
func (s *Server) serveSubmit(w http.ResponseWriter, r *http.Request) {
	if _, err := io.Copy(io.Discard, http.MaxBytesReader(w, r.Body, maxMarkdown)); err != nil {
		reply(w, http.StatusRequestEntityTooLarge, detail("Document too large"))
		return
	}
	s.mu.Lock()
	seed := s.ids.next()
	s.mu.Unlock()
	id := s.Add(Describe(seed, OwnWaits(Plans(seed, 1)))...)[0]
	e, at, _ := s.find(id)
	said := e.status(id, at, r)
	path := origin(r) + "/job/" + id.String() + "/status"
	said.Path = &path
	reply(w, http.StatusOK, said)
}

// validation and problem are FastAPI's form of a 422 (HTTPValidationError in package api).
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

// detail is FastAPI's form of any other refusal.
func detail(text string) map[string]string { return map[string]string{"detail": text} }

// origin is the scheme and host by which the client knows this server.
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

// page answers with a web page, as proxies and front servers do.
func page(w http.ResponseWriter, code int, title string) {
	send(w, code, "text/html; charset=utf-8",
		[]byte("<!doctype html><html><head><title>"+title+"</title></head><body><h1>"+title+"</h1></body></html>\n"))
}

// send leaves Content-Length to net/http. Writing fails when the client has gone
// away, and then there is nobody to tell.
func send(w http.ResponseWriter, code int, contentType string, body []byte) {
	w.Header()["Content-Type"] = []string{contentType}
	w.WriteHeader(code)
	_, _ = w.Write(body) //nolint:gosec // G705: what a client sent is only quoted in JSON
}
