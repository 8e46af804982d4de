package api

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// Redirects in a row that are followed. An API needs one to https and one to where it has
// moved; a link to a file may pass through more hosts.
const (
	maxPollRedirects = 3
	maxRedirects     = 5
)

// redirectError is a redirect that is not followed.
type redirectError struct{ reason string }

func (e *redirectError) Error() string { return e.reason }

// sameHostOnly is the rule for redirects of polls: they ask the API's own host and no other,
// over http or then https. What stands between us and the API, captive portals above all,
// redirects to hosts of its own.
func (c *Client) sameHostOnly(req *http.Request, via []*http.Request) error {
	if err := checkRedirect(req, via, maxPollRedirects); err != nil {
		return err
	}
	if !sameOrigin(via[len(via)-1].URL, req.URL) {
		return &redirectError{"redirected to another host, " + quote(req.URL.Host) + " (a captive portal or proxy?)"}
	}
	c.hops.Add(1)
	return nil
}

// anyPublicHost is the rule for files: anywhere but from a public API into the user's private
// network. Names that hide a private address are refused by refusePrivate.
func (c *Client) anyPublicHost(req *http.Request, via []*http.Request) error {
	if err := checkRedirect(req, via, maxRedirects); err != nil {
		return err
	}
	return c.checkPublic(req.URL)
}

// anyPublicHostCounted is the rule for outputs: requests to the API count against a budget.
func (c *Client) anyPublicHostCounted(req *http.Request, via []*http.Request) error {
	err := c.anyPublicHost(req, via)
	if err == nil && strings.EqualFold(req.URL.Hostname(), c.base.Hostname()) {
		c.hops.Add(1)
	}
	return err
}

// checkRedirect returns an error for a redirect that no client follows: one too many, to
// another scheme than http and https, or from https to http.
func checkRedirect(req *http.Request, via []*http.Request, most int) error {
	req.Header.Del("Referer") // it would tell the next host the job's ID
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

// sameOrigin reports whether two URLs have the same host and port, or the second is that
// host's https.
func sameOrigin(from, to *url.URL) bool {
	toTLS := to.Scheme == "https" && (to.Port() == "" || to.Port() == "443")
	return strings.EqualFold(hostPort(from), hostPort(to)) || (toTLS && strings.EqualFold(from.Hostname(), to.Hostname()))
}

// checkPublic refuses URLs whose very host is private, if the API's is not.
func (c *Client) checkPublic(u *url.URL) error {
	if c.privateBase.Load() || hostPort(u) == hostPort(&c.base) || !isPrivateName(u.Hostname()) {
		return nil
	}
	return ErrPrivate
}
