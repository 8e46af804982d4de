// Package api is the client of the markdown2pdf.ai job API. It sends requests, decodes
// answers without trusting them, and sorts failures by what the caller does next
// ([job.Kind]). It does not decide when to ask.
//
// # The API
//
// The facts are from the service's OpenAPI description (version 2025-06-10T15:55:31Z), guide
// and clients. It has no authentication: anyone who has a job's ID can read the job.
//
//  1. POST /markdown (paid per document; jobwatch does not use it) answers 200 with a
//     JobStatus whose path is the URL of the job's status, relative or absolute. Users
//     therefore hold a bare UUID, a path (/job/UUID/status), a URL, or that JSON.
//  2. GET /job/{job_id}/status answers 200 with a JobStatus (see decode), and is polled
//     until the status is final: by the official clients every 3 s, with 10 s per request.
//  3. When the status is Done, path is the URL of GET /job/{job_id}/output: absolute in
//     practice, else relative to the base URL. That answers JSON with a url field.
//  4. GET of that url, a signed, short-lived link on another host, gives the PDF.
//
// 404 means that the job does not exist or that the user has no access to it. A new job may
// not be visible yet, so one 404 is not the end of a job. 422 is FastAPI's
// HTTPValidationError, where detail may be absent:
//
//	{"detail": [{"loc": ["path", "job_id", 0], "msg": "...", "type": "..."}]}
package api

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/panics"
)

const (
	defaultTimeout = 10 * time.Second // of one request, as the official clients have it
	pingAfter      = 3 * time.Second  // of silence on an HTTP/2 connection
	pingTimeout    = 5 * time.Second  // for the answer to the ping
	fileConns      = 4                // connections to one host for outputs and files
	maxBody        = 1 << 20          // bytes of an answer, unpacked; a real one is well below 1 KiB
)

// Client asks the job API. It is safe for any number of goroutines and keeps its connections.
type Client struct {
	base  url.URL      // without a trailing slash
	json  http.Header  // of requests for JSON; shared, as net/http only reads it, which would add gzip at a cost
	file  http.Header  // of those for files
	polls *http.Client // to the API's own host only
	files *http.Client // to wherever a Done job's path leads, and its output's URL
	hops  atomic.Int64 // requests to the API that were made besides since Hops was called

	headers     http.Header   // the user's
	timeout     time.Duration // of a request, but for a file's body
	privateBase atomic.Bool   // the API's host is private, by its name or by its address once dialed
}

// Options are the settings of a [Client]. The zero value will do.
type Options struct {
	Version     string        // in the User-Agent header
	Concurrency int           // connections for polls; 0 is no limit
	Headers     http.Header   // for requests to the API's own scheme, host and port; secrets
	Timeout     time.Duration // of a request; 0 is 10 s

	Transport http.RoundTripper // replaces the network and its limits, for tests on a fake clock

	dialer net.Dialer // of the transports; tests have another
	proxy  func(*http.Request) (*url.URL, error)
}

// New returns a client of the API at a base URL such as https://api.markdown2pdf.ai, which has
// no user, query or fragment. It does not connect yet. The error is about the URL or its proxy.
func New(base string, o Options) (*Client, error) {
	u, err := url.Parse(strings.TrimRight(base, "/"))
	if err != nil {
		return nil, errors.New("API URL: it is not a URL") // err would quote it
	}
	if o.proxy == nil {
		o.proxy = proxyFromEnvironment()
	}
	agent := []string{"jobwatch/" + cmp.Or(o.Version, "dev")}
	c := &Client{
		base:    *u,
		json:    http.Header{"User-Agent": agent, "Accept": {"application/json"}, "Accept-Encoding": {"gzip"}},
		file:    http.Header{"User-Agent": agent, "Accept-Encoding": {"identity"}},
		headers: o.Headers, timeout: cmp.Or(o.Timeout, defaultTimeout),
	}
	c.privateBase.Store(isPrivateName(u.Hostname()))
	polls, files := o.Transport, o.Transport
	if o.Transport == nil {
		// Two, so that a download never delays a poll.
		toAPI, toAll := c.transport(&o, o.Concurrency, false), c.transport(&o, fileConns, true)
		if _, err := toAPI.Proxy(&http.Request{URL: &c.base}); err != nil {
			return nil, err
		}
		polls, files = withHeaders{toAPI, c}, withHeaders{toAll, c}
	}
	c.polls = &http.Client{Transport: polls, CheckRedirect: c.redirects(3, false)}
	c.files = &http.Client{Transport: files, CheckRedirect: c.redirects(5, true)}
	return c, nil
}

// Hops returns how many requests to the API were made since the last call without being asked
// for: redirects, and second places to look for an output.
func (c *Client) Hops() int { return int(c.hops.Swap(0)) }

// CloseIdle closes the connections that no request uses: after a suspend they are dead.
func (c *Client) CloseIdle() {
	c.polls.CloseIdleConnections()
	c.files.CloseIdleConnections()
}

// Status asks for one job's status (GET /job/{job_id}/status). An error is either an [Error]
// or, once ctx has ended, ctx's own.
func (c *Client) Status(ctx context.Context, id job.ID) (job.Answer, error) {
	u := c.base
	u.Path += "/job/" + id.String() + "/status"
	body, err := c.getJSON(ctx, c.polls, &u)
	if err != nil {
		return job.Answer{}, err
	}
	return decode(body, id)
}

// Output asks where a Done job's PDF is (GET /job/{job_id}/output), given the path of its
// status. Fetch the URL at once, and never store or show it. Errors are as Status's.
func (c *Client) Output(ctx context.Context, path string) (*url.URL, error) {
	u, err := c.Resolve(path)
	if err != nil {
		return nil, err
	}
	body, err := c.getJSON(ctx, c.files, u)
	if e, ok := errors.AsType[*Error](err); ok && e.Problem.Kind == job.NotFound {
		e.Problem.Reason = "the API has no PDF of this job, or not yet"
	}
	if err != nil {
		return nil, err
	}
	var wire struct{ URL string }
	if json.Unmarshal(body, &wire) != nil || wire.URL == "" {
		return nil, notAPI("answered without the URL of the PDF")
	}
	return c.resolve(u, wire.URL)
}

// Fetch GETs a URL that Output returned, by way of other hosts, too, but never from https to
// http, nor from a public API to a private address. The unpacked body comes as long as ctx
// allows, and must be closed. [Damaged] knows its errors, and Fetch's are as Status's.
func (c *Client) Fetch(ctx context.Context, u *url.URL) (*http.Response, error) {
	return c.get(ctx, c.files, u, c.file)
}

// getJSON returns the body of an answer in UTF-8, unless it is late, large or obviously not JSON.
func (c *Client) getJSON(ctx context.Context, via *http.Client, u *url.URL) ([]byte, error) {
	timed, cancel := context.WithTimeout(ctx, c.timeout) // net/http's own costs more memory
	defer cancel()
	resp, err := c.get(timed, via, u, c.json)
	if err != nil {
		return nil, c.explain(ctx, err, false)
	}
	defer func() { _ = resp.Body.Close() }()
	const instead = " instead of JSON (a captive portal or proxy?)"
	label, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")) // "" makes no sense to anybody
	if label == "text/html" || label == "application/xhtml+xml" {
		return nil, notAPI("answered with a web page" + instead)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	if len(body) > maxBody {
		return nil, notAPI("answered with more than 1 MiB (a captive portal or proxy?)")
	}
	if err != nil {
		return nil, c.explain(ctx, err, true)
	}
	if len(body) > 0 && body[0] >= 0x80 { // no JSON: a byte order mark, then
		body, _, _ = transform.Bytes(unicode.BOMOverride(transform.Nop), body) // nothing in it can fail
	}
	if label != "" && !strings.HasSuffix(label, "json") && !json.Valid(body) {
		return nil, notAPI("answered with " + quote(label) + instead)
	}
	return body, nil
}

// get GETs a URL. The answer is 200 and unpacked, and its body must be closed. If the URL is
// not found, get also asks below the path of the base URL, where a proxy may have put the API.
func (c *Client) get(ctx context.Context, via *http.Client, u *url.URL, header http.Header) (*http.Response, error) {
	resp, err := c.send(ctx, via, u, header)
	e, ok := errors.AsType[*Error](err)
	if !ok || e.Problem.Kind != job.NotFound || !sameOrigin(&c.base, u) || strings.HasPrefix(u.Path+"/", c.base.Path+"/") {
		return resp, err
	}
	below := c.base.JoinPath(u.EscapedPath())
	below.Scheme, below.Host, below.RawQuery = u.Scheme, u.Host, u.RawQuery
	c.hops.Add(1)
	return c.send(ctx, via, below, header)
}

// send makes one request, in the caller's goroutine even if it ends in a panic.
func (c *Client) send(ctx context.Context, via *http.Client, u *url.URL, header http.Header) (*http.Response, error) {
	req := &http.Request{Method: http.MethodGet, URL: u, Header: header}
	resp, err := via.Do(req.WithContext(ctx))
	if bug, ok := errors.AsType[*panics.Error](err); ok {
		panic(bug)
	}
	if err != nil {
		return nil, c.explain(ctx, err, false)
	}
	if resp.StatusCode != http.StatusOK {
		err = c.refusal(resp)
	} else if err = unpack(resp); err != nil {
		err = c.explain(ctx, err, true)
	}
	if err != nil {
		_ = resp.Body.Close()
		return nil, err
	}
	return resp, nil
}

// Own reports whether Output would ask the API itself about a path.
func (c *Client) Own(path string) bool {
	u, err := c.Resolve(path)
	return err == nil && sameOrigin(&c.base, u)
}

// Resolve returns the URL of a Done job's path, which may be relative to the base URL. The
// error says what is wrong without quoting the path.
func (c *Client) Resolve(path string) (*url.URL, error) {
	base := c.base
	base.Path += "/"
	return c.resolve(&base, path)
}

// resolve reads a reference in an answer of from.
func (c *Client) resolve(from *url.URL, ref string) (*url.URL, error) {
	to, err := url.Parse(ref)
	if err != nil || ref == "" {
		return nil, errPath
	}
	u := from.ResolveReference(to)
	if (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" || u.User != nil {
		return nil, errPath
	}
	if from.Scheme == "https" && u.Scheme == "http" {
		return nil, fail(job.NotAPI, "the API names an output over http, which is not safe, though it was asked over https")
	}
	return u, c.checkPublic(u)
}
