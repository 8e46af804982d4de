package api

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"example.com/jobwatch/poller/panics"
	"example.com/jobwatch/poller/sim/simtest"
)

func TestARequestSaysWhoAsksAndForWhat(t *testing.T) {
	s := simtest.New()
	id := running(s)
	var asked atomic.Pointer[http.Request]
	s.Break(func(w http.ResponseWriter, r *http.Request, _ http.HandlerFunc) {
		asked.Store(r)
		simtest.JSON(`{"id":"`+id.String()+`","status":"Processing"}`)(w, r, nil)
	})
	c := newClient(t, serve(t, s)+"/v1/", Options{Version: "1.2.3"})
	if _, err := c.Status(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	r := asked.Load()
	if r.Method != http.MethodGet || r.URL.String() != "/v1/job/"+id.String()+"/status" {
		t.Errorf("%s %s", r.Method, r.URL)
	}
	if r.UserAgent() != "jobwatch/1.2.3" || r.Header.Get("Accept") != "application/json" || r.Header.Get("Accept-Encoding") != "gzip" {
		t.Errorf("headers %v", r.Header)
	}
}

// A rule of the whole: connections never exceed --concurrency, and are used again. On
// the fake clock, as net/http drops a connection whose writer is held up for 50 ms.
func TestConnectionsAreFewAndUsedAgain(t *testing.T) {
	const concurrency, polls = 4, 400
	synctest.Test(t, func(t *testing.T) {
		s, p := simtest.New(), simtest.NewPipe()
		t.Cleanup(s.Serve(p))
		id := running(s)
		s.Break(simtest.Sometimes(0.2, 1, simtest.Trouble(500)), simtest.Sometimes(0.2, 2, simtest.TooMany("1"))) // not even after errors
		c := newClient(t, "http://api.test", Options{Concurrency: concurrency})
		network(t, c).DialContext = p.DialContext
		var workers sync.WaitGroup
		for range 3 * concurrency {
			workers.Go(func() {
				for range polls / (3 * concurrency) {
					_, _ = c.Status(t.Context(), id)
				}
			})
		}
		workers.Wait()
		got := s.Stats()
		if got.EverConnected > concurrency || got.PeakInFlight > concurrency || got.Requests < polls*9/10 {
			t.Errorf("%d requests over %d connections, %d at once", got.Requests, got.EverConnected, got.PeakInFlight)
		}
	})
}

func TestHTTP2IsUsedWhereItIsOffered(t *testing.T) {
	s := simtest.New()
	id := running(s)
	var proto atomic.Value
	c := overTLS(t, func(w http.ResponseWriter, r *http.Request) {
		proto.Store(r.Proto)
		s.ServeHTTP(w, r)
	})
	if _, err := c.Status(t.Context(), id); err != nil || proto.Load() != "HTTP/2.0" {
		t.Errorf("over %v: %v", proto.Load(), err)
	}
	s.Break(simtest.RedirectTimes(3))
	var workers sync.WaitGroup
	for range 16 {
		workers.Go(func() {
			if _, err := c.Status(t.Context(), id); err != nil {
				t.Errorf("after 3 redirects: %v", err)
			}
		})
	}
	workers.Wait()
}

// After a suspend, HTTP/2 connections look alive, but nobody is at the other end.
func TestADeadHTTP2ConnectionIsNoticedWithinSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := simtest.New()
		id := running(s)
		cable := &cable{Pipe: simtest.NewPipe()}
		server := tlsServer(t, cable, s.ServeHTTP)
		c := newClient(t, "https://example.com", Options{}) // whom httptest's certificate is for
		trust(t, c, server)
		network(t, c).DialContext = cable.DialContext
		if _, err := c.Status(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		gone, begin := cable.cut(), time.Now()
		<-gone // the client hangs up by itself, without a request
		if took := time.Since(begin); took > pingAfter+pingTimeout {
			t.Errorf("it took %v", took)
		}
		if _, err := c.Status(t.Context(), id); err != nil {
			t.Errorf("on a new connection: %v", err)
		}
		cable.cut()
		if _, err := c.Status(t.Context(), id); err == nil || err.Error() != "the connection was lost (is the network up?)" {
			t.Errorf("a poll that was under way: %v", err)
		}
	})
}

// cable connects, and can be cut so that what is written is lost and nothing comes.
type cable struct {
	*simtest.Pipe
	last *wire
}

type wire struct {
	net.Conn
	dead   atomic.Bool
	closed chan struct{}
	once   sync.Once
}

func (c *cable) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	conn, err := c.Pipe.DialContext(ctx, network, addr)
	c.last = &wire{Conn: conn, closed: make(chan struct{})}
	return c.last, err
}

func (c *cable) cut() (gone <-chan struct{}) {
	c.last.dead.Store(true)
	return c.last.closed
}

func (w *wire) Write(b []byte) (int, error) {
	if w.dead.Load() {
		return len(b), nil
	}
	return w.Conn.Write(b)
}

func (w *wire) Close() error {
	w.once.Do(func() { close(w.closed) })
	return w.Conn.Close()
}

func TestStoppingIsNotAFault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := simtest.New()
		id := running(s)
		s.Break(simtest.Hang())
		c := inBubble(t, s)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		_, err := c.Status(ctx, id)
		if _, fault := errors.AsType[*Error](err); fault || !errors.Is(err, context.Canceled) {
			t.Errorf("got %#v, want the context's error", err)
		}
	})
}

// net/http connects in goroutines of its own, where a panic would end the program and leave
// the terminal raw. The request's caller gets it as an error.
func TestAPanicWhileConnectingIsReturned(t *testing.T) {
	c := newClient(t, serve(t, simtest.New()), Options{
		dialer: net.Dialer{ControlContext: func(context.Context, string, string, syscall.RawConn) error { panic("a bug") }},
	})
	defer func() {
		bug, ok := recover().(*panics.Error)
		if !ok || bug.What != "a bug" || !strings.Contains(bug.Stack, "client_test.go:") || strings.Contains(bug.Stack, "0x") {
			t.Errorf("it got %+v", bug)
		}
	}()
	_, err := c.Status(t.Context(), parsed())
	t.Error(err)
}

func TestABugInWhatDecidesOnAConnectionIsCaught(t *testing.T) {
	err := (*Client)(nil).refusePrivate(t.Context(), "tcp", "192.0.2.1:80", nil)
	if _, ok := errors.AsType[*panics.Error](err); !ok {
		t.Error(err)
	}
}
