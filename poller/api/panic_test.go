package api

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"syscall"
	"testing"

	"example.com/jobwatch/poller/sim"
)

// A bug in what net/http calls while it connects would end the whole program, with a
// stack trace over a terminal that nobody gives back. It comes to whoever asked.
func TestABugWhileConnectingComesToWhoeverAsked(t *testing.T) {
	server := sim.New()
	id := finished(server)
	base := serve(t, server)
	dials := func(s *settings) {
		s.dialer.ControlContext = func(context.Context, string, string, syscall.RawConn) error { panic("a bug") }
	}
	for name, ask := range map[string]func() error{
		"a poll": func() error {
			_, err := newClient(t, base, dials).Status(t.Context(), id)
			return err
		},
		"an output": func() error {
			_, err := newClient(t, base, dials).Output(t.Context(), "/job/"+id.String()+"/output")
			return err
		},
		"a file": func() error {
			u, err := url.Parse(base + "/file")
			if err != nil {
				return err
			}
			resp, err := newClient(t, base, dials).Fetch(t.Context(), u)
			if err == nil {
				_ = resp.Body.Close()
			}
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				bug, ok := recover().(*PanicError)
				if !ok || bug.Value != "a bug" || !strings.Contains(bug.Stack, "panic_test.go:") || strings.Contains(bug.Stack, "0x") {
					t.Errorf("it got %+v", bug)
				}
			}()
			t.Error(ask())
		})
	}
}

// The same of what is called in the middle of it: once there is an address, and once the
// proxy has answered.
func TestABugInWhatDecidesOnAConnectionIsCaught(t *testing.T) {
	broken := controlFunc(func(context.Context, string, string, syscall.RawConn) error { panic("a bug") }).guarded()
	d := net.Dialer{ControlContext: broken}
	proxy := httptest.NewServer(http.NotFoundHandler())
	defer proxy.Close()
	proxyURL, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	proxied := &http.Transport{
		Proxy:           http.ProxyURL(proxyURL),
		TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12},
		OnProxyConnectResponse: proxiedFunc(func(context.Context, *url.URL, *http.Request, *http.Response) error {
			panic("a bug")
		}).guarded(),
	}
	defer proxied.CloseIdleConnections()
	for name, transport := range map[string]*http.Transport{"the dialer's": {DialContext: d.DialContext}, "the proxy's": proxied} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if bug, ok := recover().(*PanicError); !ok || bug.Value != "a bug" {
					t.Errorf("it got %+v", bug)
				}
			}()
			c := newClient(t, "https://127.0.0.1:1", func(s *settings) { s.transport = transport })
			_, err := c.Status(t.Context(), parseID(t, someID))
			t.Error(err)
		})
	}
}
