package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"example.com/jobwatch/poller/job"
)

// Output asks where a Done job's PDF is (GET /job/{job_id}/output), given
// the path of its status. Where that leaves the path of the base URL, and nothing is
// found there, it asks below that path, too: an API need not know where a proxy has put
// it. The URL is signed and short-lived: fetch it at once, and never store or show it.
// Errors are as Status's.
func (c *Client) Output(ctx context.Context, path string) (*url.URL, error) {
	u, err := c.Resolve(path)
	if err != nil {
		return nil, &Error{job.Problem{Kind: job.NotAPI, Reason: err.Error()}, err}
	}
	below := c.below(u)
	asked := shown(u)
	link, err := c.output(ctx, u)
	if below != nil && missing(err) {
		c.hops.Add(1)
		asked += " and " + shown(below)
		link, err = c.output(ctx, below)
	}
	if e, ok := errors.AsType[*Error](err); ok && below != nil {
		e.Problem.Reason += ": asked " + asked
	}
	return link, err
}

// output asks at one place.
func (c *Client) output(ctx context.Context, u *url.URL) (*url.URL, error) {
	within, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	body, mediaType, err := c.ask(within, c.outputs, u)
	if err != nil {
		err = c.explain(ctx, err)
		if e, ok := errors.AsType[*Error](err); ok && missing(err) {
			e.Problem.Reason = "the API has no PDF of this job, or not yet"
		}
		return nil, err
	}
	defer c.release(body)
	var wire struct {
		URL string `json:"url"`
	}
	text := unmark(*body)
	if json.Unmarshal(text, &wire) != nil || wire.URL == "" {
		return nil, mislabeled(mediaType, text, notAPI("answered without the URL of the PDF"))
	}
	link, err := c.resolve(u, wire.URL)
	if err != nil {
		return nil, &Error{job.Problem{Kind: job.NotAPI, Code: http.StatusOK, Reason: err.Error()}, err}
	}
	return link, nil
}

// missing reports whether nothing was found: HTTP 404.
func missing(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Problem.Code == http.StatusNotFound
}

// below gives a URL of the API that leaves the path of the base URL as it is below that
// path; nil of any other URL.
func (c *Client) below(u *url.URL) *url.URL {
	if !sameOrigin(&c.base, u) || strings.HasPrefix(u.Path+"/", c.base.Path+"/") {
		return nil
	}
	joined, moved := c.base.JoinPath(u.EscapedPath()), *u
	moved.Path, moved.RawPath = joined.Path, joined.RawPath
	return &moved
}

// shown is a URL of the API's, fit to be shown.
func shown(u *url.URL) string {
	plain := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}
	return cut(job.Shorten(plain.String()), maxQuote)
}

// Own reports whether it is the API itself that Output would ask about a path.
func (c *Client) Own(path string) bool {
	u, err := c.Resolve(path)
	return err == nil && sameOrigin(&c.base, u)
}

// Fetch GETs a URL that Output gave. The answer is 200, and its headers come within
// the client's time limit; the body may take as long as ctx allows, comes as it is
// (Content-Length counts it, [Unpack] undoes its encoding), and must be closed.
// Redirects are followed to other hosts, but never from https to http, nor from a public
// API to a private address. Like Output, it looks below the base URL's path, too. Errors
// are as Status's.
func (c *Client) Fetch(ctx context.Context, u *url.URL) (*http.Response, error) {
	resp, err := c.fetch(ctx, u)
	if below := c.below(u); below != nil && missing(err) {
		return c.fetch(ctx, below)
	}
	return resp, err
}

func (c *Client) fetch(ctx context.Context, u *url.URL) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), http.NoBody)
	if err != nil {
		return nil, &Error{Problem: job.Problem{Kind: job.NotAPI, Reason: errPath.Error()}}
	}
	req.Header.Set("User-Agent", c.header.Get("User-Agent"))
	req.Header.Set("Accept-Encoding", "identity")
	resp, err := send(c.files, req)
	if err != nil {
		return nil, c.explain(ctx, err)
	}
	if resp.StatusCode != http.StatusOK {
		defer func() { _ = resp.Body.Close() }()
		return nil, c.refusal(resp)
	}
	return resp, nil
}
