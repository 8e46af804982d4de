package sim

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"
)

// ListenAndServe serves on an address such as 127.0.0.1:0, and returns the base URL
// to give to clients. After stop has returned, nothing of the server runs any more;
// requests under way are cut off.
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
		ConnState: func(c net.Conn, state http.ConnState) {
			s.ConnState(c, state)
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
		_ = server.Serve(l) // ErrServerClosed, always: nothing else closes the listener
	}()
	return sync.OnceFunc(func() {
		_ = server.Close()
		<-served // no new connection comes after this
		conns.Wait()
	})
}
