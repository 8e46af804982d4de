package sim

import (
	"encoding/binary"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"example.com/jobwatch/poller/job"
)

// Server answers for simulated jobs as the real service would. It is an
// http.Handler; any number of requests may be served at once, while jobs are
// added and faults come and go.
type Server struct {
	clock    func() time.Time
	linkLife time.Duration
	key      [32]byte // signs the links to files
	stats    stats
	faults   atomic.Pointer[http.HandlerFunc]

	mu   sync.RWMutex // guards what follows
	ids  splitMix     // the numbers that IDs are made of
	jobs map[job.ID]*entry
}

// Job is what the server is to simulate. See [Describe] for believable ones.
type Job struct {
	Life        Life // its times count from when the job is added
	Description string
	Chapters    int    // for the steps told in status_meta
	Cause       string // told in status_meta if the job fails
}

// entry is a Job that was added.
type entry struct {
	Job
	added    time.Time
	relative bool // its path is told without scheme and host
	polls    atomic.Int64
	polled   atomic.Int64 // the last poll, Unix nanoseconds
}

// Option is a setting of a [Server].
type Option func(*Server)

// WithClock has the server tell the time by another clock than time.Now.
func WithClock(now func() time.Time) Option { return func(s *Server) { s.clock = now } }

// WithSeed has the server make other IDs, and other jobs of what is posted to it.
// Servers of the same seed make the same.
func WithSeed(seed uint64) Option { return func(s *Server) { s.ids = other(seed) } }

// WithLinkLife sets how long a link to a file is good for. Default: 1 minute.
func WithLinkLife(d time.Duration) Option { return func(s *Server) { s.linkLife = d } }

// New returns a server without jobs.
func New(opts ...Option) *Server {
	s := &Server{
		clock:    time.Now,
		linkLife: time.Minute,
		ids:      other(1),
		jobs:     map[job.ID]*entry{},
	}
	for _, o := range opts {
		o(s)
	}
	r := s.ids // a copy: the key takes nothing from the IDs' numbers
	for i := range s.key {
		s.key[i] = byte(r.next() >> 56)
	}
	s.Mend()
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
		s.jobs[id] = &entry{Job: j, added: now, relative: id[15]%4 == 0}
		ids[i] = id
	}
	return ids
}

// newID is a UUID of version 4 (RFC 9562, section 5.4).
func (s *Server) newID() job.ID {
	var id job.ID
	binary.BigEndian.PutUint64(id[:8], s.ids.next())
	binary.BigEndian.PutUint64(id[8:], s.ids.next())
	id[6] = 0x40 | id[6]&0x0f
	id[8] = 0x80 | id[8]&0x3f
	return id
}

// find returns a job that was submitted by now, and how far its life has come.
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

// Remove has the server forget jobs: it answers 404 for them from now on.
func (s *Server) Remove(ids ...job.ID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		delete(s.jobs, id)
	}
}

// Truth is what the server would say of a job now, and whether it knows the job.
// It is no request: it goes around the faults and is not counted.
func (s *Server) Truth(id job.ID) (job.Status, job.Progress, bool) {
	e, at, ok := s.find(id)
	if !ok {
		return "", job.Unknown, false
	}
	status, progress := e.Life.At(at)
	return status, progress, true
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.stats.begin(s.clock())
	defer s.stats.end()
	(*s.faults.Load())(w, r)
}
