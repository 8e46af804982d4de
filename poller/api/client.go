package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/panics"
)

// The limits of one request, unless an option says otherwise.
const (
	DefaultTimeout     = 10 * time.Second // as the official clients have it
	DefaultConcurrency = 8

	maxBody   = 1 << 20  // bytes of an answer, unpacked; a real one is well below 1 KiB
	maxUnread = 16 << 10 // bytes of an error's page that are read, so that its connection can be reused
)

// Client asks the job API. It is safe for any number of goroutines and keeps its connections
// for the next request.
type Client struct {
	base    url.URL // without a trailing slash
	timeout time.Duration
	header  http.Header  // of every request to the API; never changed after New
	polls   *http.Client // to the API's own host only
	outputs *http.Client // to the API, or wherever a Done job's path leads
	files   *http.Client // to wherever an output's URL leads
	hops    atomic.Int64 // redirects to the API that were followed since Hops was called

	// privateBase is whether the API's host is on this machine or one of its private
	// networks, as far as is known: from its name, or from its address once dialed.
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

// WithVersion sets the version in the User-Agent header.
func WithVersion(v string) Option { return func(s *settings) { s.version = v } }

// WithTimeout limits each request, from dialing to the end of the body. It must be positive.
// Default: [DefaultTimeout].
func WithTimeout(d time.Duration) Option { return func(s *settings) { s.timeout = d } }

// WithConcurrency limits the connections for polls. It must be positive. Default:
// [DefaultConcurrency].
func WithConcurrency(n int) Option { return func(s *settings) { s.concurrency = n } }

// WithTransport replaces the network, for tests on a fake clock. The transport then limits
// connections, headers and private addresses, or not.
func WithTransport(rt http.RoundTripper) Option { return func(s *settings) { s.transport = rt } }

// New returns a client of the API at a base URL such as https://api.markdown2pdf.ai. It does
// not connect yet. The error says what is wrong with the base URL.
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
	c.privateBase.Store(isPrivateName(u.Hostname()))
	polls, files := s.transport, s.transport
	if s.transport == nil {
		polls = c.pollTransport(s)
		files = c.fileTransport(s)
	}
	c.polls = &http.Client{Transport: polls, CheckRedirect: c.sameHostOnly}
	c.outputs = &http.Client{Transport: files, CheckRedirect: c.anyPublicHostCounted}
	c.files = &http.Client{Transport: files, CheckRedirect: c.anyPublicHost}
	return c, nil
}

// parseBase checks a base URL. Its errors are for a command line: they say what to write
// instead, and never show a password.
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
// An error is either an [Error], which says what happened and what to do next, or ctx's own
// error once ctx has ended.
func (c *Client) Status(ctx context.Context, id job.ID) (job.Answer, error) {
	within, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	u := c.base
	u.Path += "/job/" + id.String() + "/status"
	body, mediaType, err := c.get(within, c.polls, &u)
	if err != nil {
		return job.Answer{}, c.explain(ctx, err)
	}
	answer, err := decode(body, id)
	if err != nil {
		return job.Answer{}, mislabeled(mediaType, body, err)
	}
	return answer, nil
}

// Hops returns how many requests redirects have led to since the last call, and second places
// to look for an output: those to the API's own host.
func (c *Client) Hops() int { return int(c.hops.Swap(0)) }

// CloseIdle closes the connections that no request uses. After a suspend they are dead, and a
// request on one of them would time out.
func (c *Client) CloseIdle() {
	c.polls.CloseIdleConnections()
	c.files.CloseIdleConnections()
}

// get GETs a URL of the API. It returns the body in UTF-8 and its media type. The error is for
// explain.
func (c *Client) get(ctx context.Context, via *http.Client, u *url.URL) (body []byte, mediaType string, err error) {
	// http.NewRequest would parse the URL again, at every poll.
	req := (&http.Request{
		Method: http.MethodGet, URL: u, Host: u.Host, Header: c.header, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}).WithContext(ctx)
	resp, err := send(via, req)
	if err != nil {
		return nil, "", err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return nil, "", c.refusal(resp)
	}
	mediaType, _, _ = strings.Cut(resp.Header.Get("Content-Type"), ";")
	mediaType = strings.ToLower(strings.TrimSpace(mediaType))
	if mediaType == "text/html" || mediaType == "application/xhtml+xml" {
		return nil, "", notAPI("answered with a web page instead of JSON (a captive portal or proxy?)")
	}
	body, err = read(resp)
	return body, mediaType, err
}

// send makes a request, in the caller's goroutine even if it ends in a panic.
func send(via *http.Client, req *http.Request) (*http.Response, error) {
	resp, err := via.Do(req)
	if e, ok := errors.AsType[*panics.Error](err); ok {
		panic(e)
	}
	return resp, err
}

// read returns the whole body in UTF-8, if it is not too large once unpacked.
func read(resp *http.Response) ([]byte, error) {
	if resp.ContentLength > maxBody {
		return nil, notAPI(tooLarge)
	}
	unpacked, err := Unpack(resp.Header, resp.Body)
	if err != nil {
		return nil, &bodyError{err}
	}
	body, err := io.ReadAll(io.LimitReader(unpacked, maxBody+1))
	switch {
	case len(body) > maxBody:
		return nil, notAPI(tooLarge)
	case err != nil:
		return nil, &bodyError{err}
	}
	return toUTF8(body), nil
}

// mislabeled returns err for an answer that could not be decoded, unless its media type shows
// that it is not JSON.
func mislabeled(mediaType string, body []byte, err error) error {
	if mediaType == "" || strings.HasSuffix(mediaType, "json") || json.Valid(body) {
		return err
	}
	return notAPI("answered with " + quote(mediaType) + " instead of JSON (a captive portal or proxy?)")
}

// isPrivateName reports whether a host's very name says that it is this machine or on a
// private network.
func isPrivateName(host string) bool {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && isPrivate(addr)
}
