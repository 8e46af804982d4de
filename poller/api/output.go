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

// What is wrong with a link in an answer.
var (
	errPath   = errors.New("the API names an output that is not an http or https URL")
	errUnsafe = errors.New("the API names an output over http, which is not safe, though it was asked over https")
)

// Output asks where a Done job's PDF is (GET /job/{job_id}/output), given the path of its
// status. If that path leaves the path of the base URL and is not found, Output also asks
// below the base URL's path, for an API need not know where a proxy has put it. The URL is
// signed and short-lived: fetch it at once, and never store or show it. Errors are as
// Status's.
func (c *Client) Output(ctx context.Context, path string) (*url.URL, error) {
	u, err := c.Resolve(path)
	if err != nil {
		return nil, &Error{job.Problem{Kind: job.NotAPI, Reason: err.Error()}, err}
	}
	below := c.below(u)
	asked := display(u)
	link, err := c.output(ctx, u)
	if below != nil && notFound(err) {
		c.hops.Add(1)
		asked += " and " + display(below)
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
	body, mediaType, err := c.get(within, c.outputs, u)
	if err != nil {
		err = c.explain(ctx, err)
		if e, ok := errors.AsType[*Error](err); ok && notFound(err) {
			e.Problem.Reason = "the API has no PDF of this job, or not yet"
		}
		return nil, err
	}
	var wire struct {
		URL string `json:"url"`
	}
	if json.Unmarshal(body, &wire) != nil || wire.URL == "" {
		return nil, mislabeled(mediaType, body, notAPI("answered without the URL of the PDF"))
	}
	link, err := c.resolve(u, wire.URL)
	if err != nil {
		return nil, &Error{job.Problem{Kind: job.NotAPI, Code: http.StatusOK, Reason: err.Error()}, err}
	}
	return link, nil
}

// notFound reports whether an error is an HTTP 404.
func notFound(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Problem.Code == http.StatusNotFound
}

// below returns a URL of the API that leaves the path of the base URL as it is below that
// path; nil for any other URL.
func (c *Client) below(u *url.URL) *url.URL {
	if !sameOrigin(&c.base, u) || strings.HasPrefix(u.Path+"/", c.base.Path+"/") {
		return nil
	}
	joined, moved := c.base.JoinPath(u.EscapedPath()), *u
	moved.Path, moved.RawPath = joined.Path, joined.RawPath
	return &moved
}

// display returns a URL of the API without secrets.
func display(u *url.URL) string {
	plain := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}
	return truncate(job.Shorten(plain.String()), maxQuote)
}

// Own reports whether Output would ask the API itself about a path.
func (c *Client) Own(path string) bool {
	u, err := c.Resolve(path)
	return err == nil && sameOrigin(&c.base, u)
}

// Fetch GETs a URL that Output returned. The answer is 200 and its headers come within the
// client's time limit. The body may take as long as ctx allows, comes as it is
// (Content-Length counts it, [Unpack] undoes its encoding), and must be closed. Redirects are
// followed to other hosts, but never from https to http, nor from a public API to a private
// address. Like Output, Fetch also looks below the base URL's path. Errors are as Status's.
func (c *Client) Fetch(ctx context.Context, u *url.URL) (*http.Response, error) {
	resp, err := c.fetch(ctx, u)
	if below := c.below(u); below != nil && notFound(err) {
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
	switch {
	case u.Scheme != "http" && u.Scheme != "https", u.Hostname() == "", u.User != nil:
		return nil, errPath
	case from.Scheme == "https" && u.Scheme == "http":
		return nil, errUnsafe
	}
	if err := c.checkPublic(u); err != nil {
		return nil, err
	}
	return u, nil
}
