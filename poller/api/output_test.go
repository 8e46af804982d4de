package api

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/sim/simtest"
)

func TestAPathLeadsToItsURLOrNowhere(t *testing.T) {
	for _, tt := range []struct{ base, path, want string }{
		{"https://x.test", "/job/1/output", "https://x.test/job/1/output"},
		{"https://x.test/v1", "/job/1/output", "https://x.test/job/1/output"},
		{"https://x.test/v1", "job/1/output", "https://x.test/v1/job/1/output"},
		{"https://x.test", "https://y.test/o?a=b", "https://y.test/o?a=b"},
		{"http://x.test", "https://x.test/o", "https://x.test/o"},
		{"http://127.0.0.1:80", "http://10.0.0.1/o", "http://10.0.0.1/o"},
		{"https://x.test", "http://x.test/o", ""},
		{"https://x.test", "", ""},
		{"https://x.test", "file:///etc/passwd", ""},
		{"https://x.test", "javascript:alert(1)", ""},
		{"https://x.test", "https:///o", ""},
		{"https://x.test", "https://me:secret@y.test/", ""},
		{"https://x.test", "https://x.test/\x1b[31m", ""},
		{"https://x.test", "https://127.0.0.1/", ""},
		{"https://x.test", "https://LOCALHOST.:8080/", ""},
		{"https://x.test", "//[::ffff:169.254.169.254]/latest", ""},
		{"https://x.test", "https://[fe80::1%25eth0]/", ""},
	} {
		u, err := newClient(t, tt.base, Options{}).Resolve(tt.path)
		switch {
		case tt.want == "" && (err == nil || strings.Contains(err.Error(), "secret")):
			t.Errorf("%s from %s gives %v, %v", tt.path, tt.base, u, err)
		case tt.want != "" && (err != nil || u.String() != tt.want):
			t.Errorf("%s from %s gives %v, %v; want %s", tt.path, tt.base, u, err, tt.want)
		}
	}
}

func TestAPathIsTheAPIsOwnOrAnotherHosts(t *testing.T) {
	c := newClient(t, "http://x.test/v1", Options{})
	for path, want := range map[string]bool{"/job/1/output": true, "https://x.test/o": true, "https://y.test/o": false, "file:///x": false} {
		if got := c.Own(path); got != want {
			t.Errorf("%s: %v", path, got)
		}
	}
}

// pdf follows the path of a Done job to its PDF.
func pdf(t *testing.T, c *Client, path string) error {
	t.Helper()
	link, err := c.Output(t.Context(), path)
	if err != nil {
		return err
	}
	resp, err := c.Fetch(t.Context(), link)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if resp.ContentLength != int64(len(body)) || !bytes.HasPrefix(body, []byte("%PDF-")) {
		t.Errorf("%d bytes of %d", len(body), resp.ContentLength)
	}
	return err
}

// An API that a proxy serves below a path need not know of it.
func TestAPathThatLeavesTheBaseURLIsAskedBelowItToo(t *testing.T) {
	for name, path := range map[string]string{
		"absolute": "/job/ID/output", "relative": "job/ID/output", "a whole URL": "BASE/job/ID/output?a=b", "the right one": "/v1/job/ID/output",
		"beside it": "/v1x/../job/ID/output",
	} {
		t.Run(name, func(t *testing.T) {
			s := simtest.New()
			base := serve(t, s)
			c := newClient(t, base+"/v1", Options{})
			s.Break(simtest.Under("/v1"))
			path := strings.NewReplacer("ID", s.AddDone("Annual report").String(), "BASE", base).Replace(path)
			if err := pdf(t, c, path); err != nil {
				t.Fatal(err)
			}
			want := 2 // for the output and the file
			if name == "relative" || name == "the right one" {
				want = 1
			}
			if n := c.Hops(); n != want {
				t.Errorf("%d requests were counted besides, want %d", n, want)
			}
		})
	}
}

// The rule of the whole: an answer can't have jobwatch look behind its user's
// firewall. These names look public, but all lead to 127.0.0.1.
func TestAPublicAPICantLeadIntoThePrivateNetwork(t *testing.T) {
	s := simtest.New()
	id := running(s)
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(serve(t, s), "http://"))
	c := newClient(t, "http://api.test:"+port, resolving(t, func() byte { return 0 }))
	fetch := func() error {
		resp, err := c.Fetch(t.Context(), &url.URL{Scheme: "http", Host: "cdn.test:" + port, Path: "/secret"})
		if err == nil {
			_ = resp.Body.Close()
		}
		return err
	}
	if err := fetch(); !errors.Is(err, ErrPrivate) {
		t.Errorf("from an API that is public, as far as is known: %v", err)
	}
	if n := s.Stats().Requests; n != 0 {
		t.Errorf("the private host got %d requests", n)
	}
	via := []*http.Request{{URL: &url.URL{Scheme: "http", Host: "cdn.test"}}}
	to := &http.Request{URL: &url.URL{Scheme: "http", Host: "192.168.0.1"}, Header: http.Header{}}
	if err := c.files.CheckRedirect(to, via); !errors.Is(err, ErrPrivate) {
		t.Errorf("redirected to an address: %v", err)
	}

	// Once the API turns out to be at home, its files may be there too.
	if _, err := c.Status(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if err, _ := errors.AsType[*Error](fetch()); err == nil || err.Problem.Kind != job.NotFound {
		t.Errorf("from an API at home: %v", err)
	}
	if err := c.files.CheckRedirect(to, via); err != nil {
		t.Errorf("redirected to an address by an API at home: %v", err)
	}
}

// A company's proxy is on the private network, and must work all the same.
func TestEverythingGoesThroughAProxy(t *testing.T) {
	s := simtest.New()
	id := s.AddDone("Annual report")
	proxy := strings.TrimPrefix(serve(t, s), "http://") // it answers for every host
	c := newClient(t, "http://api.test", throughProxy(proxy))
	answer, err := c.Status(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if err := pdf(t, c, answer.Path); err != nil {
		t.Error(err)
	}
	if c.privateBase.Load() {
		t.Error("the proxy's address is taken for the API's")
	}
}

// HTTP_PROXY is set and HTTPS_PROXY is not: of a private API under a name that looks public,
// only the https that it redirects to is dialed. Nobody need listen there.
func TestAPrivateAPIMayRedirectToItsOwnHTTPS(t *testing.T) {
	s := simtest.New()
	s.Break(simtest.Redirect(http.StatusMovedPermanently, "https://API.test/"))
	base := serve(t, s)
	o := resolving(t, func() byte { return 0 })
	o.proxy = func(r *http.Request) (*url.URL, error) {
		proxy, err := url.Parse(base)
		if r.URL.Scheme == "https" {
			proxy = nil
		}
		return proxy, err
	}
	c := newClient(t, "http://api.test", o)
	_, polled := c.Status(t.Context(), parsed())
	_, asked := c.Output(t.Context(), "/job/x/output")
	for _, err := range []error{polled, asked} {
		if err == nil || errors.Is(err, ErrPrivate) {
			t.Errorf("got %v", err)
		}
	}
}

func TestOnlyTheExactOriginIsSentHeaders(t *testing.T) {
	c := newClient(t, "https://Api.test/v1", Options{Headers: http.Header{"X-Key": {"k"}}})
	for to, want := range map[string]bool{
		"https://api.test/elsewhere": true, "https://API.test:443/v1/job": true,
		"http://api.test/v1": false, "http://api.test:443/v1": false, "https://api.test:8443/v1": false,
		"https://www.api.test/v1": false, "https://api.test./v1": false,
	} {
		if u, err := url.Parse(to); err != nil || c.isOrigin(u) != want {
			t.Errorf("%s: %v, %v", to, !want, err)
		}
	}
}

func TestABrokenProxySettingIsToldWithoutItsPassword(t *testing.T) {
	o := Options{proxy: func(*http.Request) (*url.URL, error) { return nil, errors.New("//me:secret@proxy") }}
	_, err := New("http://api.test", o)
	if err == nil || err.Error() != "the proxy set in the environment (HTTPS_PROXY, HTTP_PROXY or ALL_PROXY) is not a URL" {
		t.Errorf("got %v", err)
	}
}

func TestWhatIsPrivate(t *testing.T) {
	for addr, want := range map[string]bool{
		"127.0.0.1": true, "::1": true, "0.0.0.0": true, "::": true, "10.1.2.3": true, "172.16.0.1": true,
		"192.168.1.1": true, "169.254.169.254": true, "100.64.0.1": true, "fe80::1%eth0": true, "fd00::1": true,
		"::ffff:127.0.0.1": true, "64:ff9b::7f00:1": true, "2002:7f00:1::": true, "224.0.0.1": true, "255.255.255.255": true,
		"8.8.8.8": false, "172.32.0.1": false, "2606:4700::1": false, "::ffff:8.8.8.8": false, "64:ff9b::808:808": false,
	} {
		if got := isPrivate(netip.MustParseAddr(addr)); got != want {
			t.Errorf("isPrivate(%s) = %t", addr, got)
		}
	}
	c := newClient(t, "http://8.8.8.8", Options{})
	for address, want := range map[string]bool{"8.8.8.8:443": false, "10.1.2.3:443": true, "8.8.8.8": true} {
		if err := c.refusePrivate(t.Context(), "tcp", address, nil); errors.Is(err, ErrPrivate) != want {
			t.Errorf("to %s: %v", address, err)
		}
	}
}

func TestAPollIsRedirectedOnlyWithinItsHost(t *testing.T) {
	c := newClient(t, "http://x.test:8080", Options{})
	for _, tt := range []struct {
		from, to string
		follows  bool
	}{
		{"http://x.test/a", "http://X.test/b", true},
		{"http://x.test:8080/a", "https://x.test/a", true},
		{"http://x.test/a", "https://x.test:443/a", true},
		{"https://x.test/a", "https://x.test/b?c=d", true},
		{"http://x.test/a", "https://x.test:8443/a", false},
		{"http://x.test/a", "http://x.test:8080/a", false},
		{"https://x.test/a", "http://x.test/a", false},
		{"https://x.test/a", "https://www.x.test/a", false},
		{"https://x.test/a", "https://x.test.evil.test/a", false},
	} {
		from, err := url.Parse(tt.from)
		to, err2 := url.Parse(tt.to)
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		next := &http.Request{URL: to, Header: http.Header{"Referer": {tt.from}}}
		if err := c.polls.CheckRedirect(next, []*http.Request{{URL: from}}); (err == nil) != tt.follows {
			t.Errorf("%s to %s: %v", tt.from, tt.to, err)
		}
		if next.Referer() != "" {
			t.Error("the next host would be told where we come from")
		}
	}
}
