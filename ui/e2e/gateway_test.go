//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package e2e

import (
	"bufio"
	"bytes"
	"encoding/pem"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/sim/simtest"
)

const token = "s3cr3t-t0ken"

// seen serves a handler over TLS and keeps what it was sent.
type seen struct {
	*httptest.Server
	mu       sync.Mutex
	requests []http.Header
}

func (s *stage) serving(h http.HandlerFunc) *seen {
	g := &seen{}
	g.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.mu.Lock()
		g.requests = append(g.requests, r.Header)
		g.mu.Unlock()
		h(w, r)
	}))
	s.Cleanup(g.Close)
	return g
}

// The gateway before the API sends to another origin, to another port and from https to http, and
// links lead elsewhere. A certificate of one's own is trusted by SSL_CERT_FILE.
func TestHeadersAreSentToTheAPIsOwnOriginAndShownNowhere(t *testing.T) {
	s := newStage(t)
	elsewhere := s.serving(s.api.ServeHTTP)
	gateway := s.serving(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+token || r.Header.Get("X-Key") != "k-"+token || r.Header.Get("X-Env") != "e-"+token {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		s.api.ServeHTTP(w, r)
	})
	plain := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { t.Errorf("plain http is sent %q", r.Header) }))
	t.Cleanup(plain.Close)
	ids := []job.ID{s.api.AddDone("One"), s.api.AddDone("Two"), s.api.AddDone("Three"), s.api.AddDone("Four")}
	s.api.Break(
		simtest.On(simtest.OutputPage, simtest.Changed(func(_ http.Header, body []byte) []byte {
			return bytes.ReplaceAll(body, []byte("http:"), []byte("https:"))
		})),
		simtest.On(simtest.StatusPage, simtest.Changed(func(_ http.Header, body []byte) []byte {
			return bytes.ReplaceAll(body, []byte("http:"), []byte("https:"))
		})),
		simtest.Only(ids[0], simtest.On(simtest.StatusPage, simtest.RedirectTimes(1))),
		simtest.Only(ids[0], simtest.On(simtest.OutputPage, simtest.Changed(func(_ http.Header, body []byte) []byte {
			return bytes.ReplaceAll(body, []byte(gateway.Listener.Addr().String()), []byte(elsewhere.Listener.Addr().String()))
		}))),
		simtest.Only(ids[2], simtest.On(simtest.StatusPage, simtest.Redirect(302, elsewhere.URL+"{path}"))),
		simtest.Only(ids[3], simtest.On(simtest.StatusPage, simtest.Redirect(302, plain.URL+"{path}"))),
		simtest.On(simtest.FilePage, func(w http.ResponseWriter, r *http.Request, next http.HandlerFunc) {
			if r.Header.Get("Authorization") == "" { // it came elsewhere
				next(w, r)
				return
			}
			http.Redirect(w, r, elsewhere.URL+r.URL.RequestURI(), http.StatusFound)
		}),
	)

	cert := filepath.Join(s.home, "ca.pem")
	keys := filepath.Join(s.home, "headers")
	log := filepath.Join(s.home, "debug.log")
	for name, text := range map[string][]byte{
		cert: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: gateway.Certificate().Raw}),
		keys: []byte("# ours\nx-key: k-" + token + "\n"),
	} {
		if err := os.WriteFile(name, text, 0o644); err != nil { //nolint:gosec // any permissions will do
			t.Fatal(err)
		}
	}
	s.configure(`headers = ["Authorization: Bearer ` + token + `", "X-Key: old-` + token + `"]`)
	said := ""
	run := func(status int, args ...string) {
		t.Helper()
		cmd := s.reading(lines(ids), append(args, "--api", gateway.URL, "--header", "@"+keys, "--debug", log)...)
		cmd.Env = append(cmd.Env, "SSL_CERT_FILE="+cert, "JOBWATCH_HEADERS=X-Env: e-"+token)
		out, errs := s.ended(status, cmd)
		said += out + errs
	}
	run(8, "--once", "--json", "-")
	for _, want := range []string{"redirected to another", "redirected from https to http"} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q", want)
		}
	}
	folder := t.TempDir()
	ids = ids[:2]
	run(0, "--plain", "--filter", "status:done", "--download", folder, "-")
	run(0, "--print-config")
	if pdfs, _ := inFolder(t, folder); pdfs != 2 || len(elsewhere.requests) != 2 {
		t.Errorf("%d PDFs are saved, %d requests came elsewhere", pdfs, len(elsewhere.requests))
	}
	for _, sent := range elsewhere.requests {
		if sent.Get("Authorization")+sent.Get("X-Key")+sent.Get("X-Env") != "" {
			t.Errorf("elsewhere is sent %q", sent)
		}
	}
	run(2, "--header", "Range: "+token)
	logged, err := os.ReadFile(log)
	for _, text := range []string{said, string(logged), s.state()} {
		if err != nil || text == "" || strings.Contains(text, token) {
			t.Errorf("%v, or it is told:\n%s", err, text)
		}
	}
}

// What is wanting is said where a script looks for it.
func TestCredentialsThatAreWantingAreAskedFor(t *testing.T) {
	s := newStage(t)
	s.api.Break(func(w http.ResponseWriter, r *http.Request, next http.HandlerFunc) {
		switch r.Header.Get("X-Key") {
		case token:
			next(w, r)
		case "another's":
			w.WriteHeader(http.StatusForbidden)
		default:
			w.WriteHeader(http.StatusUnauthorized)
		}
	})
	for header, want := range map[string]string{
		"":                 "401 Unauthorized: the API wants credentials: set headers in the config file or --header",
		"X-No: 1":          "401 Unauthorized: the API refuses the credentials in headers",
		"X-Key: another's": "403 Forbidden: the API forbids this; may the credentials in headers read this job?",
		"X-Key: " + token:  `"problem":null`,
	} {
		cmd := s.command("--once", "--json", s.api.AddDone("Report").String())
		cmd.Env = append(cmd.Env, "JOBWATCH_HEADERS="+header)
		if out, _, _ := s.says(cmd); !strings.Contains(out, want) {
			t.Errorf("%s: it does not say %q:\n%s", header, want, out)
		}
	}
}

func TestARequestTakesNoLongerThanAskedFor(t *testing.T) {
	s := newStage(t)
	s.api.Break(simtest.Hang())
	if out, _, _ := s.says(s.command("--once", "--json", "--request-timeout", "1s", exampleID)); !strings.Contains(out, "no answer within 1 s") {
		t.Errorf("%s", out)
	}
}

// A SOCKS proxy serves one connection after the other, and looks names up itself (RFC 1928).
func TestAllProxyCountsWhereNoOtherProxyDoes(t *testing.T) {
	s := newStage(t)
	socks, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = socks.Close() })
	go func() {
		for conn, err := socks.Accept(); err == nil; conn, err = socks.Accept() {
			in := bufio.NewReader(conn)
			_, _ = in.Discard(3) // version 5, one method: none
			_, _ = conn.Write([]byte{5, 0})
			_, _ = in.Discard(len("\x05\x01\x00\x03\x0bapi.example\x00\x50"))
			_, _ = conn.Write([]byte{5, 0, 0, 1, 0, 0, 0, 0, 0, 0})
			if request, err := http.ReadRequest(in); err == nil {
				answer := httptest.NewRecorder()
				s.api.ServeHTTP(answer, request)
				_ = answer.Result().Write(conn)
			}
			_ = conn.Close()
		}
	}()
	http11 := httptest.NewServer(s.api) // an HTTP proxy, which answers for every host
	t.Cleanup(http11.Close)
	at := "//" + socks.Addr().String()
	for _, tt := range []struct {
		env    []string
		status int
		want   string
	}{
		{[]string{"ALL_PROXY=socks5h:" + at}, 0, `"status":"Done"`},
		{[]string{"all_proxy=socks5:" + at}, 0, `"status":"Done"`},
		{[]string{"ALL_PROXY=socks4:" + at, "HTTP_PROXY=" + http11.URL}, 0, `"status":"Done"`},
		{[]string{"ALL_PROXY=socks5:" + at, "NO_PROXY=api.example"}, 8, "api.example"},
		{[]string{"ALL_PROXY=socks4:" + strings.Replace(at, "//", "//ann:"+token+"@", 1)}, 2, "is a socks4:// proxy; want http, https, socks5 or socks5h\n"},
	} {
		cmd := s.command("--once", "--json", "--api", "http://api.example", s.api.AddDone("Report").String())
		cmd.Env = append(cmd.Env, tt.env...)
		out, errs := s.ended(tt.status, cmd)
		if said := out + errs; !strings.Contains(said, tt.want) || strings.Contains(said, token) {
			t.Errorf("%q: %s", tt.env, said)
		}
	}
}
