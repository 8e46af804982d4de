// Package simtest adds to the simulated API what tests need: faults, counts, what the
// server knows of a job, workloads, and a network in memory.
package simtest

import (
	"context"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/sim"
)

// Server is a [sim.Server] with faults that come and go.
type Server struct {
	*sim.Server
	stats  stats
	faults atomic.Pointer[http.HandlerFunc]

	mu      sync.Mutex // guards what follows
	polls   map[job.ID]polls
	removed map[job.ID]bool
}

type polls struct {
	times int
	last  time.Time
}

// New returns a server without jobs and faults.
func New() *Server {
	s := &Server{Server: sim.New(1), polls: map[job.ID]polls{}, removed: map[job.ID]bool{}}
	s.Mend()
	return s
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.stats.begin(s.Clock())
	defer s.stats.end()
	(*s.faults.Load())(w, r)
}

// serve is the service without faults.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	route, name := RouteOf(r)
	id, err := job.Parse(name)
	s.mu.Lock()
	removed := s.removed[id]
	s.mu.Unlock()
	if removed {
		write(w, http.StatusNotFound, "application/json", []byte(`{"detail":"Job not found"}`))
		return
	}
	if route == StatusPage && err == nil {
		w = &poll{w, s, id}
	}
	s.Server.ServeHTTP(w, r)
}

// poll counts the answer to a status request.
type poll struct {
	http.ResponseWriter
	server *Server
	id     job.ID
}

func (p *poll) WriteHeader(code int) {
	if code == http.StatusOK {
		p.server.mu.Lock()
		p.server.polls[p.id] = polls{p.server.polls[p.id].times + 1, p.server.Clock()}
		p.server.mu.Unlock()
	}
	p.ResponseWriter.WriteHeader(code)
}

// AddDone adds a job that has been Done for an hour.
func (s *Server) AddDone(description string) job.ID {
	life := sim.Life{Start: -2 * time.Hour, End: -time.Hour}
	life.Work, life.Duration = time.Hour, time.Hour
	return s.Add(sim.Job{Life: life, Description: description})[0]
}

// Truth returns what the server would say of a job now, and whether it knows the job. It
// bypasses the faults and is not counted.
func (s *Server) Truth(id job.ID) (job.Status, job.Progress, bool) {
	s.mu.Lock()
	removed := s.removed[id]
	s.mu.Unlock()
	j, at, ok := s.Find(id)
	if removed || !ok {
		return "", job.Unknown, false
	}
	status, progress := j.Life.At(at)
	return status, progress, true
}

// Remove makes the server answer 404 for jobs from now on.
func (s *Server) Remove(ids ...job.ID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		s.removed[id] = true
	}
}

// Polled returns how many status requests of a job were answered with its status, and the
// time of the last one.
func (s *Server) Polled(id job.ID) (times int, last time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.polls[id]
	return p.times, p.last
}

// ListenAndServe is [sim.Server.ListenAndServe] with the faults. After stop has returned,
// nothing of the server runs any more.
func (s *Server) ListenAndServe(ctx context.Context, addr string) (base string, stop func(), err error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", addr)
	if err != nil {
		return "", nil, err
	}
	return "http://" + l.Addr().String(), s.Serve(l), nil
}

// Serve serves on a listener, which it owns from then on, until stop is called.
func (s *Server) Serve(l net.Listener) (stop func()) {
	var conns sync.WaitGroup
	server := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: 10 * time.Second,
		ConnState: func(_ net.Conn, state http.ConnState) {
			s.stats.connState(state)
			switch state {
			case http.StateNew:
				conns.Add(1)
			case http.StateClosed, http.StateHijacked:
				conns.Done()
			case http.StateActive, http.StateIdle:
			}
		},
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(l) // until Close
	}()
	return sync.OnceFunc(func() {
		_ = server.Close()
		<-served // no connection comes after this
		conns.Wait()
	})
}

// Route is what a request asks for.
type Route uint8

// The routes of package api, and all others.
const (
	Elsewhere  Route = iota
	StatusPage       // GET /job/{id}/status
	OutputPage       // GET /job/{id}/output
	FilePage         // GET of the link that the output names
)

// RouteOf returns what a request asks for, and the job in its path.
func RouteOf(r *http.Request) (route Route, id string) {
	dir, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	id, page, _ := strings.Cut(rest, "/")
	switch {
	case dir == "files":
		return FilePage, strings.TrimSuffix(rest, ".pdf")
	case dir == "job" && page == "status":
		return StatusPage, id
	case dir == "job" && page == "output":
		return OutputPage, id
	}
	return Elsewhere, ""
}

// write leaves Content-Length to net/http.
func write(w http.ResponseWriter, code int, contentType string, body []byte) {
	w.Header()["Content-Type"] = []string{contentType}
	w.WriteHeader(code)
	_, _ = w.Write(body) //nolint:gosec // G705: what a client sent is only quoted in JSON
}
