package api

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// Redirects in a row that are followed. An API needs one to https and one to where it
// has moved; a link to a file may pass through more hands.
const (
	maxPollRedirects = 3
	maxRedirects     = 5
)

// redirectError is a redirect that is not followed.
type redirectError struct{ reason string }

func (e *redirectError) Error() string { return e.reason }

// stay is the polls' rule for redirects: a poll asks the API's own host and no other,
// whatever an answer says. Nobody asked for anything else, and what stands between
// us and the API (captive portals above all) redirects to hosts of its own. Only
// the step from http to https is open.
func (c *Client) stay(req *http.Request, via []*http.Request) error {
	if err := follow(req, via, maxPollRedirects); err != nil {
		return err
	}
	if !sameOrigin(via[len(via)-1].URL, req.URL) {
		return &redirectError{"redirected to another host, " + quote(req.URL.Host) + " (a captive portal or proxy?)"}
	}
	c.hops.Add(1)
	return nil
}

// sameOrigin reports whether two URLs are of one host and port, or the second is of that
// host's https.
func sameOrigin(from, to *url.URL) bool {
	toTLS := to.Scheme == "https" && (to.Port() == "" || to.Port() == "443")
	return strings.EqualFold(hostPort(from), hostPort(to)) || (toTLS && strings.EqualFold(from.Hostname(), to.Hostname()))
}

// roam is the rule for outputs and files, which users ask for and which are on
// other hosts: anywhere but from a public API into the user's private network. What
// names alone don't tell of that, refusePrivate finds out.
func (c *Client) roam(req *http.Request, via []*http.Request) error {
	if err := follow(req, via, maxRedirects); err != nil {
		return err
	}
	return c.checkPublic(req.URL)
}

// roamCounted is roam for the API's requests, which count against a budget.
func (c *Client) roamCounted(req *http.Request, via []*http.Request) error {
	err := c.roam(req, via)
	if err == nil && strings.EqualFold(req.URL.Hostname(), c.base.Hostname()) {
		c.hops.Add(1)
	}
	return err
}

// checkPublic refuses URLs whose very host is private, if the API's is not.
func (c *Client) checkPublic(u *url.URL) error {
	if c.privateBase.Load() || hostPort(u) == hostPort(&c.base) || !namesPrivate(u.Hostname()) {
		return nil
	}
	return ErrPrivate
}

// follow holds what is the same for all redirects.
func follow(req *http.Request, via []*http.Request, most int) error {
	// The Referer would tell the next host the path, and with it the job's ID.
	req.Header.Del("Referer")
	switch {
	case len(via) > most:
		return &redirectError{fmt.Sprintf("redirected more than %d times", most)}
	case req.URL.Scheme != "http" && req.URL.Scheme != "https":
		return &redirectError{"redirected to something other than http and https"}
	case via[len(via)-1].URL.Scheme == "https" && req.URL.Scheme == "http":
		return &redirectError{"redirected from https to http, which is not safe"}
	}
	return nil
}

// What is wrong with a link that an answer names.
var (
	errPath   = errors.New("the API names an output that is not an http or https URL")
	errUnsafe = errors.New("the API names an output over http, which is not safe, though it was asked over https")
)

// Resolve gives the URL of a Done job's path (relative or absolute). A
// relative one counts from the base URL. The error tells what is wrong without
// quoting it.
func (c *Client) Resolve(path string) (*url.URL, error) {
	base := c.base
	base.Path += "/"
	return c.resolve(&base, path)
}

// resolve reads a reference found in an answer from one URL to another.
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
