package api

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"

	"golang.org/x/net/http/httpproxy"

	"example.com/jobwatch/poller/job"
)

// gateway is a transport that adds the user's headers, which are secrets, to requests to the
// API's own origin. It sees each redirect as a request.
type gateway struct {
	*http.Transport
	client *Client
}

// RoundTrip implements [http.RoundTripper].
func (g gateway) RoundTrip(r *http.Request) (*http.Response, error) {
	if g.client.isOrigin(r.URL) {
		r = r.WithContext(r.Context()) // a copy: net/http would take the headers along to redirects
		r.Header = maps.Clone(r.Header)
		maps.Copy(r.Header, g.client.headers)
	}
	return g.Transport.RoundTrip(r)
}

// isOrigin reports whether a URL has the API's own scheme, host and port.
func (c *Client) isOrigin(u *url.URL) bool {
	return u.Scheme == c.base.Scheme && strings.EqualFold(hostPort(u), hostPort(&c.base))
}

// denied says what a request to u wanted that was answered with 401 or 403; "" if that isn't known.
func (c *Client) denied(code int, u *url.URL) string {
	const set = "set headers in the config file or --header"
	switch unauthorized, given := code == http.StatusUnauthorized, len(c.headers) > 0; {
	case !c.isOrigin(u) && unauthorized && given:
		return quote(u.Host) + " wants credentials, but headers are sent to the API's own scheme, host and port only"
	case !c.isOrigin(u):
		return ""
	case unauthorized && given:
		return "the API refuses the credentials in headers"
	case unauthorized:
		return "the API wants credentials: " + set
	case given:
		return "the API forbids this; may the credentials in headers read this job?"
	}
	return "the API forbids this; if it wants credentials, " + set
}

const proxySetting = "the proxy set in the environment (HTTPS_PROXY, HTTP_PROXY or ALL_PROXY)"

// proxyFromEnvironment returns [http.ProxyFromEnvironment]'s rule, in which ALL_PROXY also counts
// for the schemes that have no proxy of their own.
func proxyFromEnvironment() func(*http.Request) (*url.URL, error) {
	env := httpproxy.FromEnvironment()
	all := cmp.Or(os.Getenv("ALL_PROXY"), os.Getenv("all_proxy"))
	env.HTTPProxy, env.HTTPSProxy = cmp.Or(env.HTTPProxy, all), cmp.Or(env.HTTPSProxy, all)
	proxy := env.ProxyFunc()
	return func(r *http.Request) (*url.URL, error) { return proxy(r.URL) }
}

// proxyFor returns the proxy for a request, or nil. Its errors hold no password.
func (o *Options) proxyFor(r *http.Request) (*url.URL, error) {
	u, err := o.proxy(r)
	if err != nil {
		return nil, fail(job.Unreachable, proxySetting+" is not a URL") // err quotes it
	}
	if known := []string{"http", "https", "socks5", "socks5h"}; u != nil && !slices.Contains(known, u.Scheme) {
		return nil, fail(job.Unreachable, fmt.Sprintf("%s is a %s:// proxy; want %s or %s",
			proxySetting, quote(u.Scheme), strings.Join(known[:3], ", "), known[3]))
	}
	return u, nil
}

// proxyWants says what a proxy wants that answered with 407. Its URL may be nil.
func proxyWants(proxy *url.URL) string {
	if proxy != nil && proxy.User != nil {
		return "the proxy refuses the credentials in HTTPS_PROXY's URL"
	}
	return "the proxy wants credentials: put them in HTTPS_PROXY's URL, as USER:PASSWORD@ before the host"
}
