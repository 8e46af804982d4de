package simtest

import (
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"example.com/jobwatch/poller/job"
)

// Fault is a way for the service, or the network before it, to go wrong. It answers a
// request itself or calls next.
type Fault func(w http.ResponseWriter, r *http.Request, next http.HandlerFunc)

// Break sends every request from now on through the faults, the first one first. It
// replaces those of before; requests in flight keep theirs.
func (s *Server) Break(faults ...Fault) {
	handler := http.HandlerFunc(s.serve)
	for _, f := range slices.Backward(faults) {
		next := handler
		handler = func(w http.ResponseWriter, r *http.Request) { f(w, r, next) }
	}
	s.faults.Store(&handler)
}

// Mend removes all faults.
func (s *Server) Mend() { s.Break() }

// when limits a fault to some of the requests.
func when(strikes func(*http.Request) bool, f Fault) Fault {
	return func(w http.ResponseWriter, r *http.Request, next http.HandlerFunc) {
		if strikes(r) {
			f(w, r, next)
		} else {
			next(w, r)
		}
	}
}

// On limits a fault to requests for one route.
func On(route Route, f Fault) Fault {
	return when(func(r *http.Request) bool { got, _ := RouteOf(r); return got == route }, f)
}

// Only limits a fault to requests for one job or its file.
func Only(id job.ID, f Fault) Fault {
	return when(func(r *http.Request) bool { return strings.Contains(r.URL.Path, id.String()) }, f)
}

// Sometimes limits a fault to a share of the requests, 0 to 1, by chance.
func Sometimes(share float64, seed uint64, f Fault) Fault {
	var mu sync.Mutex
	dice := rand.New(rand.NewPCG(seed, seed))
	return when(func(*http.Request) bool {
		mu.Lock()
		defer mu.Unlock()
		return dice.Float64() < share
	}, f)
}

// Times limits a fault to the first n requests.
func Times(n int64, f Fault) Fault {
	var count atomic.Int64
	return when(func(*http.Request) bool { return count.Add(1) <= n }, f)
}

// During limits a fault to the time between two moments of the server's clock.
func (s *Server) During(from, until time.Time, f Fault) Fault {
	return when(func(*http.Request) bool { now := s.Clock(); return !now.Before(from) && now.Before(until) }, f)
}
