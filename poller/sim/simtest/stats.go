package simtest

import (
	"net/http"
	"sync"
	"time"
)

// Stats is what a server has seen of its clients.
type Stats struct {
	Requests        int // all of them, also those that a fault answered
	PeakSecond      int // the most requests that began within any one second
	InFlight        int // requests being answered
	PeakInFlight    int
	Connections     int // open now
	PeakConnections int
	EverConnected   int
}

// stats counts requests and connections.
type stats struct {
	mu     sync.Mutex
	counts Stats
	recent []time.Time // when the requests of the last second began, oldest first
}

func (s *stats) begin(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &s.counts
	c.Requests++
	c.InFlight++
	c.PeakInFlight = max(c.PeakInFlight, c.InFlight)
	old := 0
	for old < len(s.recent) && now.Sub(s.recent[old]) >= time.Second {
		old++
	}
	s.recent = append(s.recent[old:], now)
	c.PeakSecond = max(c.PeakSecond, len(s.recent))
}

func (s *stats) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts.InFlight--
}

func (s *stats) connState(state http.ConnState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &s.counts
	switch state {
	case http.StateNew:
		c.Connections++
		c.EverConnected++
		c.PeakConnections = max(c.PeakConnections, c.Connections)
	case http.StateClosed, http.StateHijacked:
		c.Connections--
	case http.StateActive, http.StateIdle:
	}
}

// Stats returns the counts so far.
func (s *Server) Stats() Stats {
	s.stats.mu.Lock()
	defer s.stats.mu.Unlock()
	return s.stats.counts
}

// ResetStats starts the counts again, but for what is open or in flight. Tests use it to
// look at one stretch of time, such as the first second after an outage.
func (s *Server) ResetStats() {
	s.stats.mu.Lock()
	defer s.stats.mu.Unlock()
	c := s.stats.counts
	s.stats.counts = Stats{
		InFlight: c.InFlight, PeakInFlight: c.InFlight,
		Connections: c.Connections, PeakConnections: c.Connections,
	}
	s.stats.recent = nil
}
