package api

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"go.uber.org/goleak"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/sim"
	"example.com/jobwatch/poller/sim/simtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const someID = "01890a5d-ac96-774b-bcce-b302099a8057"

func parsed() job.ID {
	id, _ := job.Parse(someID)
	return id
}

// newClient returns a client that leaves nothing behind.
func newClient(tb testing.TB, base string, o Options) *Client {
	tb.Helper()
	c, err := New(base, o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(c.CloseIdle)
	return c
}

// serve has a simulated API on loopback for the length of a test.
func serve(tb testing.TB, s *simtest.Server) (base string) {
	tb.Helper()
	base, stop, err := s.ListenAndServe(tb.Context(), "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(stop)
	return base
}

// inBubble has a simulated API on the fake clock of a synctest bubble, and a client of it.
func inBubble(t *testing.T, s *simtest.Server) *Client {
	t.Helper()
	p := simtest.NewPipe()
	t.Cleanup(s.Serve(p))
	return newClient(t, "http://api.test", Options{Transport: &http.Transport{DialContext: p.DialContext}})
}

// running adds a job that will be Processing for the next hour.
func running(s *simtest.Server) job.ID {
	life := sim.Lives(1, 1)[0]
	life.Work, life.Duration, life.End = time.Hour, time.Hour, time.Hour
	return s.Add(sim.Job{Life: life, Description: "Annual report", Chapters: 9})[0]
}

// The stages of faults that need another network than a simulated API's.

func network(t *testing.T, c *Client) *http.Transport {
	t.Helper()
	tr, ok := c.polls.Transport.(withHeaders)
	if !ok {
		t.Fatalf("the transport is a %T", c.polls.Transport)
	}
	return tr.Transport
}

// closedPort is an address where nobody listens.
func closedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// throughProxy has a client use a proxy, as the environment would.
func throughProxy(addr string) Options {
	return Options{proxy: http.ProxyURL(&url.URL{Scheme: "http", Host: addr})}
}

// tlsServer serves HTTPS and HTTP/2, quietly, on a network of the test's or on loopback.
func tlsServer(t *testing.T, l net.Listener, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(h)
	if l != nil {
		_ = server.Listener.Close()
		server.Listener = l
	}
	server.EnableHTTP2 = true
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

// overTLS returns a client of a TLS server, which it trusts.
func overTLS(t *testing.T, h http.HandlerFunc) *Client {
	t.Helper()
	server := tlsServer(t, nil, h)
	c := newClient(t, server.URL, Options{Concurrency: 8})
	trust(t, c, server)
	return c
}

// trust has a client trust a test's server.
func trust(t *testing.T, c *Client, server *httptest.Server) {
	t.Helper()
	tr, ok := server.Client().Transport.(*http.Transport)
	if !ok {
		t.Fatalf("httptest's transport is a %T", server.Client().Transport)
	}
	network(t, c).TLSClientConfig = tr.TLSClientConfig.Clone()
}

// The answers that a test's name server gives, by their DNS codes.
const (
	servfail = 2
	nxdomain = 3
)

// resolving has a client ask a name server of the test's, which answers with
// the code it is told, and with 127.0.0.1 when that is 0.
func resolving(t *testing.T, code func() byte) Options {
	t.Helper()
	server, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 512)
		for {
			n, from, err := server.ReadFrom(buf)
			if err != nil {
				return
			}
			_, _ = server.WriteTo(answerName(buf[:n], code()), from)
		}
	}()
	t.Cleanup(func() { _ = server.Close(); <-done })
	resolver := &net.Resolver{
		PreferGo: true,
		Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, "udp", server.LocalAddr().String())
		},
	}
	return Options{dialer: net.Dialer{Resolver: resolver}}
}

// answerName turns a DNS query into its answer (RFC 1035, section 4.1).
func answerName(query []byte, code byte) []byte {
	const header, typeAndClass = 12, 4
	end := header
	for query[end] != 0 {
		end += int(query[end]) + 1
	}
	end += 1 + typeAndClass
	isA := query[end-3] == 1
	msg := append([]byte(nil), query[:end]...)
	msg[2], msg[3] = 0x81, 0x80|code // a recursive answer
	clear(msg[6:header])             // no records
	if code == 0 && isA {
		msg[7] = 1
		msg = append(msg, 0xc0, header, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 127, 0, 0, 1)
	}
	return msg
}
