// Package sim simulates the job API: jobs whose lives are known in advance, and a server
// that answers for them as the real one does (see package api). The demo runs on it;
// package simtest adds faults and counts for tests.
package sim

import (
	"context"
	"encoding/binary"
	"net"
	"net/http"
	"sync"
	"time"

	"example.com/jobwatch/poller/job"
)

// Server answers for simulated jobs. It is an http.Handler that serves any number of
// requests at a time, while jobs are added.
type Server struct {
	clock func() time.Time
	key   [32]byte // signs the links to files
	mux   *http.ServeMux

	mu   sync.RWMutex // guards what follows
	ids  Random       // the numbers that IDs are made of
	jobs map[job.ID]*entry
}

// Job is a job to simulate. [Describe] makes believable ones.
type Job struct {
	Life        Life // its times count from when the job is added
	Description string
	Chapters    int    // for the steps in status_meta
	Cause       string // status_meta if the job fails
}

// entry is a Job that was added.
type entry struct {
	Job
	added        time.Time
	relativePath bool // its path has no scheme and host
}

// Option is a setting of a [Server].
type Option func(*Server)

// WithClock replaces time.Now.
func WithClock(now func() time.Time) Option { return func(s *Server) { s.clock = now } }

// WithSeed makes other IDs, and other jobs of what is posted. Servers with the same seed
// make the same.
func WithSeed(seed uint64) Option { return func(s *Server) { s.ids = OtherRandom(seed) } }

// New returns a server without jobs.
func New(opts ...Option) *Server {
	s := &Server{clock: time.Now, mux: http.NewServeMux(), ids: OtherRandom(1), jobs: map[job.ID]*entry{}}
	for _, o := range opts {
		o(s)
	}
	r := s.ids // a copy: the key takes nothing from the IDs' numbers
	for i := range s.key {
		s.key[i] = byte(r.Uint64() >> 56)
	}
	s.mux.HandleFunc("POST /markdown", s.serveSubmit)
	s.mux.HandleFunc("GET /job/{id}/status", s.forJob(s.serveStatus))
	s.mux.HandleFunc("GET /job/{id}/output", s.forJob(s.serveOutput))
	s.mux.HandleFunc("GET /files/{name}", s.serveFile)
	return s
}

// Add adds jobs, whose lives begin now, and returns their IDs in the same order.
func (s *Server) Add(jobs ...Job) []job.ID {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock()
	ids := make([]job.ID, len(jobs))
	for i, j := range jobs {
		id := s.newID()
		s.jobs[id] = &entry{Job: j, added: now, relativePath: id[15]%4 == 0}
		ids[i] = id
	}
	return ids
}

// newID returns a UUID of version 4 (RFC 9562, section 5.4).
func (s *Server) newID() job.ID {
	var id job.ID
	binary.BigEndian.PutUint64(id[:8], s.ids.Uint64())
	binary.BigEndian.PutUint64(id[8:], s.ids.Uint64())
	id[6] = 0x40 | id[6]&0x0f
	id[8] = 0x80 | id[8]&0x3f
	return id
}

// find returns a job that was submitted by now, and the time since it was added.
func (s *Server) find(id job.ID) (*entry, time.Duration, bool) {
	s.mu.RLock()
	e := s.jobs[id]
	s.mu.RUnlock()
	if e == nil {
		return nil, 0, false
	}
	at := s.clock().Sub(e.added)
	return e, at, at >= e.Life.Submitted
}

// Now returns the time on the server's clock.
func (s *Server) Now() time.Time { return s.clock() }

// Life returns when a job starts and ends, which no client can know.
func (s *Server) Life(id job.ID) (Life, bool) {
	e, _, ok := s.find(id)
	if !ok {
		return Life{}, false
	}
	return e.Life, true
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// ListenAndServe serves on an address such as 127.0.0.1:0 until stop is called, and
// returns the base URL for clients.
func (s *Server) ListenAndServe(ctx context.Context, addr string) (base string, stop func(), err error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", addr)
	if err != nil {
		return "", nil, err
	}
	server := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(l) }() // until Close
	return "http://" + l.Addr().String(), func() { _ = server.Close() }, nil
}
