package simtest

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

// browser is a client of a served Server.
type browser struct {
	t      *testing.T
	base   string
	client *http.Client
}

// visit serves on loopback for the length of a test.
func visit(t *testing.T, s *Server) *browser {
	t.Helper()
	base, stop, err := s.ListenAndServe(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{t, base, &http.Client{Transport: &http.Transport{}}}
	t.Cleanup(func() {
		b.client.CloseIdleConnections()
		stop()
	})
	return b
}

// visitInBubble serves over a pipe, for a fake clock.
func visitInBubble(t *testing.T, s *Server) *browser {
	t.Helper()
	p := NewPipe()
	stop := s.Serve(p)
	b := &browser{t, "http://sim", &http.Client{Transport: &http.Transport{DialContext: p.DialContext}}}
	t.Cleanup(func() {
		b.client.CloseIdleConnections()
		stop()
	})
	return b
}

func (b *browser) get(url string) (code int, header http.Header, body string) {
	b.t.Helper()
	if !strings.HasPrefix(url, "http") {
		url = b.base + url
	}
	resp, err := b.client.Get(url)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	read, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return resp.StatusCode, resp.Header, string(read)
}

func (b *browser) getJSON(url string) map[string]any {
	b.t.Helper()
	code, header, body := b.get(url)
	if code != http.StatusOK || header.Get("Content-Type") != "application/json" {
		b.t.Fatalf("GET %s: %d, %v, %s", url, code, header, body)
	}
	var v map[string]any
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		b.t.Fatal(err)
	}
	return v
}
