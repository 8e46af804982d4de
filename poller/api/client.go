package api

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"example.com/jobwatch/poller/job"
)

// The limits of one request, unless an option says otherwise.
const (
	DefaultTimeout     = 10 * time.Second // as the official clients have it
	DefaultConcurrency = 8
)

// Client asks the job API. It is safe for any number of goroutines, and keeps its
// connections for the next request. It holds no secret but what it is given.
type Client struct {
	base    url.URL // without a trailing slash
	timeout time.Duration
	header  http.Header  // of every request; never written to after New
	polls   *http.Client // to the API's own host only
	outputs *http.Client // to the API, or wherever a Done job's path leads
	files   *http.Client // to wherever an output's URL leads
	hops    atomic.Int64 // redirects that were followed to the API and not told yet
	buffers sync.Pool    // of *[]byte, for bodies

	// privateBase is whether the API's host is this machine or one of its private
	// networks, as far as is known: from its name, or from its address once dialled.
	privateBase atomic.Bool
}

// Option is a setting of a [Client].
type Option func(*settings)

type settings struct {
	version     string
	timeout     time.Duration
	concurrency int
	transport   http.RoundTripper

	// What the transports are made with; tests have others.
	dialer net.Dialer
	proxy  func(*http.Request) (*url.URL, error)
}

// WithVersion names the version that the User-Agent header tells.
func WithVersion(v string) Option { return func(s *settings) { s.version = v } }

// WithTimeout limits each request, from dialling to the body's end. It must be
// positive. Default: [DefaultTimeout].
func WithTimeout(d time.Duration) Option { return func(s *settings) { s.timeout = d } }

// WithConcurrency limits the connections that polls use, and so keeps them for
// reuse. It must be positive. Default: [DefaultConcurrency].
func WithConcurrency(n int) Option { return func(s *settings) { s.concurrency = n } }

// WithTransport replaces the network, for tests on a fake clock. The limits on
// connections, headers and private addresses are then the transport's to keep.
func WithTransport(rt http.RoundTripper) Option { return func(s *settings) { s.transport = rt } }

// New returns a client of the API at a base URL such as https://api.markdown2pdf.ai.
// It connects to nothing yet. The error says what is wrong with the base URL.
func New(base string, opts ...Option) (*Client, error) {
	s := settings{version: "dev", timeout: DefaultTimeout, concurrency: DefaultConcurrency, proxy: proxyFromEnvironment}
	for _, o := range opts {
		o(&s)
	}
	s.dialer.Timeout = s.timeout
	u, err := parseBase(base)
	if err != nil {
		return nil, err
	}
	c := &Client{
		base:    *u,
		timeout: s.timeout,
		header: http.Header{
			"User-Agent": {"jobwatch/" + s.version},
			"Accept":     {"application/json"},
		},
	}
	c.privateBase.Store(namesPrivate(u.Hostname()))
	c.buffers.New = func() any {
		b := make([]byte, 0, 4<<10) // an answer is well below 1 KiB
		return &b
	}
	polls, files := s.transport, s.transport
	if s.transport == nil {
		polls = c.pollTransport(s)
		files = c.fileTransport(s)
	}
	c.polls = &http.Client{Transport: polls, CheckRedirect: c.stay}
	c.outputs = &http.Client{Transport: files, CheckRedirect: c.roamCounted}
	c.files = &http.Client{Transport: files, CheckRedirect: c.roam}
	return c, nil
}

// parseBase checks a base URL. Its errors are for a command line: they say what to
// write instead, and never show a password.
func parseBase(base string) (*url.URL, error) {
	u, err := url.Parse(base)
	switch {
	case err != nil:
		return nil, errors.New("API URL: it is not a URL (write it like https://api.markdown2pdf.ai)")
	case u.User != nil:
		return nil, errors.New("API URL: it must hold no user name or password: the API takes none")
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("API URL %q: it must begin with https:// or http://", base)
	case u.Hostname() == "":
		return nil, fmt.Errorf("API URL %q: the host is missing", base)
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, fmt.Errorf("API URL %q: it must end before ? or #", base)
	}
	u.Path = strings.TrimRight(u.Path, "/")
	u.RawPath = ""
	return u, nil
}

// Status asks for one job's status (GET /job/{job_id}/status).
//
// An error is either an [Error], which says what happened and what to do next, or
// ctx's own error once ctx has ended.
func (c *Client) Status(ctx context.Context, id job.ID) (job.Answer, error) {
	within, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	u := c.base
	u.Path += "/job/" + id.String() + "/status"
	body, mediaType, err := c.ask(within, c.polls, &u)
	if err != nil {
		return job.Answer{}, c.explain(ctx, err)
	}
	defer c.release(body)
	text := unmark(*body)
	answer, err := decode(text, id)
	if err != nil {
		return job.Answer{}, mislabeled(mediaType, text, err)
	}
	return answer, nil
}

// Hops is how many requests redirects, and second places to look at, have led to since
// it was last asked: those to the API's own host, of polls and of asking for outputs.
func (c *Client) Hops() int { return int(c.hops.Swap(0)) }

// CloseIdle closes the connections that no request uses: after a suspend they are
// dead, and a request on one of them would only time out.
func (c *Client) CloseIdle() {
	c.polls.CloseIdleConnections()
	c.files.CloseIdleConnections()
}

// namesPrivate reports whether a host is this machine or on a private network by
// its very name.
func namesPrivate(host string) bool {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && private(addr)
}
