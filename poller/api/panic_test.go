package api

import (
	"context"
	"errors"
	"net"
	"net/url"
	"strings"
	"syscall"
	"testing"

	"example.com/jobwatch/poller/panics"
	"example.com/jobwatch/poller/sim/simtest"
)

// A bug in what net/http calls while it connects would end the whole program, with a
// stack trace over a terminal that nobody gives back. It comes to whoever asked.
func TestABugWhileConnectingComesToWhoeverAsked(t *testing.T) {
	server := simtest.New()
	id := finished(server)
	base := serve(t, server)
	dials := Options{dialer: net.Dialer{ControlContext: func(context.Context, string, string, syscall.RawConn) error { panic("a bug") }}}
	for name, ask := range map[string]func(*Client) error{
		"a poll": func(c *Client) error {
			_, err := c.Status(t.Context(), id)
			return err
		},
		"an output": func(c *Client) error {
			_, err := c.Output(t.Context(), "/job/"+id.String()+"/output")
			return err
		},
		"a file": func(c *Client) error {
			_, err := c.Fetch(t.Context(), &url.URL{Scheme: "http", Host: strings.TrimPrefix(base, "http://")})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				bug, ok := recover().(*panics.Error)
				if !ok || bug.What != "a bug" || !strings.Contains(bug.Stack, "panic_test.go:") || strings.Contains(bug.Stack, "0x") {
					t.Errorf("it got %+v", bug)
				}
			}()
			t.Error(ask(newClient(t, base, dials)))
		})
	}
}

func TestABugInWhatDecidesOnAConnectionIsCaught(t *testing.T) {
	err := (*Client)(nil).refusePrivate(t.Context(), "tcp", "192.0.2.1:80", nil)
	if _, ok := errors.AsType[*panics.Error](err); !ok {
		t.Error(err)
	}
}
