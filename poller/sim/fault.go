package sim

import (
	"net/http"
	"slices"
	"time"
)

// Fault is a way for the service, or the network before it, to go wrong. It answers
// a request in its own manner, or has next answer it.
type Fault func(w http.ResponseWriter, r *http.Request, next http.HandlerFunc)

// Break has every request from now on go through the faults, the first one first.
// It replaces those of before; requests under way keep theirs.
func (s *Server) Break(faults ...Fault) {
	handler := http.HandlerFunc(s.serve)
	for _, f := range slices.Backward(faults) {
		next := handler
		handler = func(w http.ResponseWriter, r *http.Request) { f(w, r, next) }
	}
	s.faults.Store(&handler)
}

// Mend takes all faults away.
func (s *Server) Mend() { s.Break() }

// On confines a fault to requests for one route.
func On(route Route, f Fault) Fault {
	return func(w http.ResponseWriter, r *http.Request, next http.HandlerFunc) {
		if got, _ := RouteOf(r); got == route {
			f(w, r, next)
		} else {
			next(w, r)
		}
	}
}

// Sometimes has a fault strike a share of the requests, 0 to 1, by chance.
func Sometimes(share float64, seed uint64, f Fault) Fault {
	chance := newDice(seed)
	return func(w http.ResponseWriter, r *http.Request, next http.HandlerFunc) {
		if chance() < share {
			f(w, r, next)
		} else {
			next(w, r)
		}
	}
}

// Times has a fault strike the first n requests only.
func Times(n int, f Fault) Fault {
	take := newTokens(float64(n), 0)
	return func(w http.ResponseWriter, r *http.Request, next http.HandlerFunc) {
		if take(time.Time{}) {
			f(w, r, next)
		} else {
			next(w, r)
		}
	}
}

// During has a fault strike between two moments of the server's clock.
func (s *Server) During(from, until time.Time, f Fault) Fault {
	return func(w http.ResponseWriter, r *http.Request, next http.HandlerFunc) {
		if now := s.clock(); !now.Before(from) && now.Before(until) {
			f(w, r, next)
		} else {
			next(w, r)
		}
	}
}

// Over has a fault strike the requests over a rate, in requests a second, after a
// burst of so many.
func (s *Server) Over(rate, burst float64, f Fault) Fault {
	take := newTokens(burst, rate)
	return func(w http.ResponseWriter, r *http.Request, next http.HandlerFunc) {
		if take(s.clock()) {
			next(w, r)
		} else {
			f(w, r, next)
		}
	}
}

// ErrorScenario is trouble now and then, an outage, and a host that
// holds its clients to a lower rate than they keep. Times count from begin.
func (s *Server) ErrorScenario(begin time.Time, seed uint64) []Fault {
	at := func(sec int) time.Time { return begin.Add(time.Duration(sec) * time.Second) }
	return []Fault{
		s.During(at(300), at(345), Unavailable("10")),
		s.During(at(600), at(900), s.Over(5, 10, TooMany("1"))),
		Sometimes(0.02, seed, Trouble(http.StatusInternalServerError)),
	}
}
