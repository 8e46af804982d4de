package api

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/net/http/httpproxy"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/panics"
)

// transport returns a transport that keeps up to so many connections to a host. If it may
// connect to anywhere, refusePrivate guards all but the API's host and the proxies.
//
// net/http connects in goroutines of its own, where a panic would end the program; it becomes
// the request's error, and [Client.send] panics with it again.
func (c *Client) transport(o *Options, conns int, anywhere bool) *http.Transport {
	var proxies sync.Map // addresses of the proxies that were used
	guarded := o.dialer
	guarded.ControlContext = c.refusePrivate
	dial := func(ctx context.Context, network, addr string) (conn net.Conn, err error) {
		defer panics.Into(func(e *panics.Error) { err = e })
		_, isProxy := proxies.Load(addr)
		isBase := !isProxy && (!anywhere || strings.EqualFold(addr, hostPort(&c.base)) ||
			strings.EqualFold(addr, net.JoinHostPort(c.base.Hostname(), "443"))) // where http may redirect
		if !isProxy && !isBase {
			return guarded.DialContext(ctx, network, addr)
		}
		conn, err = o.dialer.DialContext(ctx, network, addr)
		if err == nil && isBase {
			tcp, ok := conn.RemoteAddr().(*net.TCPAddr)
			c.privateBase.Store(ok && isPrivate(tcp.AddrPort().Addr()))
		}
		return conn, err
	}
	proxy := func(r *http.Request) (*url.URL, error) {
		const setting = "the proxy set in the environment (HTTPS_PROXY, HTTP_PROXY or ALL_PROXY) is "
		u, err := o.proxy(r)
		switch {
		case err != nil:
			return nil, fail(job.Unreachable, setting+"not a URL") // err quotes its password
		case u != nil && !slices.Contains([]string{"http", "https", "socks5", "socks5h"}, u.Scheme):
			return nil, fail(job.Unreachable, setting+"a "+quote(u.Scheme)+" proxy; want http, https, socks5 or socks5h")
		case u != nil:
			proxies.Store(hostPort(u), nil)
		}
		return u, nil
	}
	headers := time.Duration(0) // a poll's context has a time limit
	if anywhere {
		headers = c.timeout
	}
	return &http.Transport{
		DialContext:            dial,
		Proxy:                  proxy,
		OnProxyConnectResponse: proxyAnswered,
		MaxConnsPerHost:        conns,
		MaxIdleConnsPerHost:    conns,
		IdleConnTimeout:        90 * time.Second, // longer than the least frequent poll of a live job
		TLSHandshakeTimeout:    c.timeout,
		ResponseHeaderTimeout:  headers,
		MaxResponseHeaderBytes: 64 << 10,
		ForceAttemptHTTP2:      true, // with a DialContext of our own, net/http would not
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: pingAfter, PingTimeout: pingTimeout},
	}
}

// withHeaders adds the user's headers to requests to the API's own origin. Each redirect is a
// request of its own here, while net/http's client would take headers along to other origins.
type withHeaders struct {
	*http.Transport
	client *Client
}

// RoundTrip implements [http.RoundTripper], which must not change the request.
func (t withHeaders) RoundTrip(r *http.Request) (*http.Response, error) {
	if len(t.client.headers) > 0 && t.client.isOrigin(r.URL) {
		r = r.WithContext(r.Context())
		r.Header = maps.Clone(r.Header)
		maps.Copy(r.Header, t.client.headers)
	}
	return t.Transport.RoundTrip(r)
}

// isOrigin reports whether a URL has the API's own scheme, host and port.
func (c *Client) isOrigin(u *url.URL) bool {
	return u.Scheme == c.base.Scheme && strings.EqualFold(hostPort(u), hostPort(&c.base))
}

// proxyFromEnvironment is [http.ProxyFromEnvironment] with ALL_PROXY where a scheme has no proxy of its own.
func proxyFromEnvironment() func(*http.Request) (*url.URL, error) {
	env, all := httpproxy.FromEnvironment(), cmp.Or(os.Getenv("ALL_PROXY"), os.Getenv("all_proxy"))
	env.HTTPProxy, env.HTTPSProxy = cmp.Or(env.HTTPProxy, all), cmp.Or(env.HTTPSProxy, all)
	proxy := env.ProxyFunc()
	return func(r *http.Request) (*url.URL, error) { return proxy(r.URL) }
}

const proxyWants = "the proxy wants credentials: put the right ones in HTTPS_PROXY's URL"

// proxyAnswered has a proxy's refusal to connect be told as one.
func proxyAnswered(_ context.Context, _ *url.URL, _ *http.Request, resp *http.Response) error {
	switch resp.StatusCode {
	case http.StatusOK:
		return nil
	case http.StatusProxyAuthRequired:
		return fail(job.Unreachable, proxyWants+" (HTTP 407)")
	}
	return fail(job.Unreachable, fmt.Sprintf("the proxy refuses the connection (HTTP %d%s)", resp.StatusCode, statusText(resp.StatusCode)))
}

// redirects returns the rule for redirects: up to so many in a row, over http or then https,
// and to the API's own host only, which captive portals do not, or anywhere but from a public
// API into the user's private network. refusePrivate knows names that hide a private address.
func (c *Client) redirects(most int, anywhere bool) func(*http.Request, []*http.Request) error {
	return func(req *http.Request, via []*http.Request) error {
		req.Header.Del("Referer") // it would tell the next host the job's ID
		from, to := via[len(via)-1].URL, req.URL
		switch {
		case len(via) > most:
			return fail(job.NotAPI, fmt.Sprintf("redirected more than %d times", most))
		case to.Scheme != "http" && to.Scheme != "https":
			return fail(job.NotAPI, "redirected to something other than http and https")
		case from.Scheme == "https" && to.Scheme == "http":
			return fail(job.NotAPI, "redirected from https to http, which is not safe")
		case !anywhere && !sameOrigin(from, to):
			same := strings.EqualFold(from.Hostname(), to.Hostname())
			other := map[bool]string{true: "port, " + hostPort(to), false: "host, " + to.Host}[same]
			return fail(job.NotAPI, "redirected to another "+quote(other)+" (a captive portal or proxy?)")
		}
		if strings.EqualFold(to.Hostname(), c.base.Hostname()) {
			c.hops.Add(1)
		}
		return c.checkPublic(to)
	}
}

// sameOrigin reports whether two URLs have the same host and port, or to is that host's https.
func sameOrigin(from, to *url.URL) bool {
	toTLS := to.Scheme == "https" && (to.Port() == "" || to.Port() == "443")
	return strings.EqualFold(hostPort(from), hostPort(to)) || (toTLS && strings.EqualFold(from.Hostname(), to.Hostname()))
}

// hostPort returns the address that net/http dials for a URL.
func hostPort(u *url.URL) string {
	port := map[string]string{"http": "80", "https": "443", "socks5": "1080", "socks5h": "1080"}[u.Scheme]
	return net.JoinHostPort(u.Hostname(), cmp.Or(u.Port(), port))
}

// checkPublic refuses URLs whose very host is private, if the API's is not.
func (c *Client) checkPublic(u *url.URL) error {
	if isPrivateName(u.Hostname()) && !c.privateBase.Load() {
		return ErrPrivate
	}
	return nil
}

// refusePrivate is net.Dialer's ControlContext: it sees the address just before the connection
// is made, so that a name cannot change its address in between.
func (c *Client) refusePrivate(_ context.Context, _, address string, _ syscall.RawConn) (err error) {
	defer panics.Into(func(e *panics.Error) { err = e }) // a Dialer may call this in a goroutine
	if c.privateBase.Load() {
		return nil // the API is private, too
	}
	addr, err := netip.ParseAddrPort(address)
	if err != nil || isPrivate(addr.Addr()) {
		return ErrPrivate
	}
	return nil
}

// isPrivateName reports whether a host's very name says that it is private.
func isPrivateName(host string) bool {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || err == nil && isPrivate(addr)
}

// isPrivate reports whether an address is this machine's, its link's or its private network's.
func isPrivate(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if netip.MustParsePrefix("64:ff9b::/96").Contains(a) { // an IPv4 address, as NAT64 writes it (RFC 6052)
		b := a.As16()
		a = netip.AddrFrom4([4]byte(b[12:]))
	}
	return !a.IsGlobalUnicast() || a.IsPrivate() ||
		netip.MustParsePrefix("100.64.0.0/10").Contains(a) || // carriers and VPNs (RFC 6598)
		netip.MustParsePrefix("2002::/16").Contains(a) // 6to4, which may hold any IPv4 address, and is abandoned
}
