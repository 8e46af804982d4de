package api

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"syscall"

	"example.com/jobwatch/poller/stack"
)

// PanicError is a panic in what net/http has its own goroutines call while it connects,
// where nobody recovers from it. It becomes the request's error there, and whoever
// made that request panics with it.
type PanicError struct {
	Value any    // what was panicked with
	Stack string // where, without arguments
}

// Error does not quote the value, which may hold anything.
func (b *PanicError) Error() string { return "a panic while connecting" }

// caught recovers from a panic. It must be deferred itself.
func caught(err *error) {
	if v := recover(); v != nil {
		*err = &PanicError{v, stack.Here(2)}
	}
}

// send makes a request.
func send(via *http.Client, req *http.Request) (*http.Response, error) {
	resp, err := via.Do(req)
	if bug, ok := errors.AsType[*PanicError](err); ok {
		panic(bug)
	}
	return resp, err
}

// What net/http is given to call while it connects.
type (
	dialFunc    func(ctx context.Context, network, addr string) (net.Conn, error)
	controlFunc func(ctx context.Context, network, addr string, conn syscall.RawConn) error
	proxiedFunc func(context.Context, *url.URL, *http.Request, *http.Response) error
)

func (f dialFunc) guarded() dialFunc {
	return func(ctx context.Context, network, addr string) (conn net.Conn, err error) {
		defer caught(&err)
		return f(ctx, network, addr)
	}
}

// A Dialer may call it by yet another goroutine, for the second of a name's addresses.
func (f controlFunc) guarded() controlFunc {
	return func(ctx context.Context, network, addr string, conn syscall.RawConn) (err error) {
		defer caught(&err)
		return f(ctx, network, addr, conn)
	}
}

func (f proxiedFunc) guarded() proxiedFunc {
	return func(ctx context.Context, proxy *url.URL, req *http.Request, resp *http.Response) (err error) {
		defer caught(&err)
		return f(ctx, proxy, req, resp)
	}
}
