package api

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"syscall"
	"time"

	"example.com/jobwatch/poller/panics"
)

const (
	maxHeaders  = 64 << 10         // bytes of an answer's headers
	idleConns   = 90 * time.Second // longer than the least frequent poll of a live job
	fileConns   = 4                // connections to one host for outputs and files
	pingAfter   = 3 * time.Second  // of silence on an HTTP/2 connection
	pingTimeout = 5 * time.Second  // for the answer to the ping
)

// pollTransport carries the polls: to one host, over at most as many connections as there are
// requests at a time, all of which are kept.
func (c *Client) pollTransport(s settings) *http.Transport {
	return transport(s, s.concurrency, c.dial(&s.dialer))
}

// fileTransport carries outputs and files. It is apart from the polls, so that a download
// never delays a poll, and it connects to private addresses only if it may: see
// refusePrivate.
func (c *Client) fileTransport(s settings) *http.Transport {
	var proxies sync.Map // host:port of each proxy that was used
	trusted, guarded := c.dial(&s.dialer), s.dialer
	guarded.ControlContext = c.refusePrivate
	t := transport(s, fileConns, func(ctx context.Context, network, addr string) (net.Conn, error) {
		if _, isProxy := proxies.Load(addr); isProxy || c.isBase(addr) {
			return trusted(ctx, network, addr)
		}
		return guarded.DialContext(ctx, network, addr)
	})
	t.ResponseHeaderTimeout = s.timeout
	t.Proxy = func(r *http.Request) (*url.URL, error) {
		u, err := s.proxy(r)
		if u != nil {
			proxies.Store(hostPort(u), nil)
		}
		return u, err
	}
	return t
}

// dial connects, and notes whether the API is on a private network.
func (c *Client) dial(d *net.Dialer) dialFunc {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := d.DialContext(ctx, network, addr)
		if err == nil && c.isBase(addr) {
			tcp, ok := conn.RemoteAddr().(*net.TCPAddr)
			c.privateBase.Store(ok && isPrivate(tcp.AddrPort().Addr()))
		}
		return conn, err
	}
}

type dialFunc func(ctx context.Context, network, addr string) (net.Conn, error)

// transport returns what both have in common. net/http connects in goroutines of its own,
// where a panic would end the program; it becomes the request's error, and [send] panics
// with it again.
func transport(s settings, conns int, dial dialFunc) *http.Transport {
	return &http.Transport{
		DialContext: func(ctx context.Context, network, addr string) (conn net.Conn, err error) {
			defer panics.Into(func(e *panics.Error) { err = e })
			return dial(ctx, network, addr)
		},
		Proxy:                  s.proxy,
		OnProxyConnectResponse: proxyAnswered,
		MaxConnsPerHost:        conns,
		MaxIdleConnsPerHost:    conns,
		IdleConnTimeout:        idleConns,
		TLSHandshakeTimeout:    s.timeout,
		MaxResponseHeaderBytes: maxHeaders,
		ForceAttemptHTTP2:      true, // with a DialContext of our own, net/http would not
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: pingAfter, PingTimeout: pingTimeout},
	}
}

// errProxySetting replaces net/http's own error, which quotes the proxy's password.
var errProxySetting = errors.New("the proxy set in the environment (HTTPS_PROXY, HTTP_PROXY) is not a URL")

func proxyFromEnvironment(r *http.Request) (*url.URL, error) {
	u, err := http.ProxyFromEnvironment(r)
	if err != nil {
		return nil, errProxySetting
	}
	return u, nil
}

// proxyError is a proxy's refusal to connect.
type proxyError struct{ code int }

func (e *proxyError) Error() string {
	return fmt.Sprintf("the proxy refuses the connection (HTTP %d%s)", e.code, statusText(e.code))
}

func proxyAnswered(_ context.Context, _ *url.URL, _ *http.Request, resp *http.Response) (err error) {
	defer panics.Into(func(e *panics.Error) { err = e })
	if resp.StatusCode != http.StatusOK {
		return &proxyError{resp.StatusCode}
	}
	return nil
}

// isBase reports whether host:port is the API's.
func (c *Client) isBase(addr string) bool { return addr == hostPort(&c.base) }

// hostPort returns the address that net/http dials for a URL.
func hostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443", "socks5": "1080", "socks5h": "1080"}[u.Scheme]
	}
	return net.JoinHostPort(u.Hostname(), port)
}

// ErrPrivate is a link into the user's private network.
var ErrPrivate = errors.New("the link leads to this computer or its private network, which the API has no business with")

// refusePrivate is net.Dialer's ControlContext: it sees the address after the name was looked
// up and just before the connection is made, so that a name cannot change its address in
// between.
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

// isPrivate reports whether an address is this machine's, its link's or its private network's:
// what the outside cannot reach but we can.
func isPrivate(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	for _, embeds := range [...]struct {
		prefix string
		at     int
	}{
		{"64:ff9b::/96", 12}, // NAT64 (RFC 6052)
		{"2002::/16", 2},     // 6to4 (RFC 3056)
	} {
		if a.Is6() && netip.MustParsePrefix(embeds.prefix).Contains(a) {
			b := a.As16()
			a = netip.AddrFrom4([4]byte(b[embeds.at : embeds.at+4]))
		}
	}
	shared := netip.MustParsePrefix("100.64.0.0/10") // carriers and VPNs (RFC 6598)
	return !a.IsGlobalUnicast() || a.IsPrivate() || shared.Contains(a)
}
