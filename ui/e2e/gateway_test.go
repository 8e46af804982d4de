//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package e2e

import (
	"bytes"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/sim/simtest"
)

const token = "s3cr3t-t0ken"

// The gateway before the API sends to another port and from https to http, and PDFs are elsewhere.
// A certificate of one's own is trusted by SSL_CERT_FILE.
func TestHeadersAreSentToTheAPIsOwnOriginAndShownNowhere(t *testing.T) {
	s := newStage(t)
	other := func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization")+r.Header.Get("X-Key")+r.Header.Get("X-Env") != "" {
			t.Errorf("elsewhere is sent %q", r.Header)
		}
		s.api.ServeHTTP(w, r)
	}
	elsewhere := httptest.NewTLSServer(http.HandlerFunc(other))
	t.Cleanup(elsewhere.Close)
	gateway := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Header.Get("Authorization") != "Bearer "+token || r.Header.Get("X-Key") != "k-"+token || r.Header.Get("X-Env") != "e-"+token:
			w.WriteHeader(http.StatusUnauthorized)
		case strings.HasPrefix(r.URL.Path, "/files/"):
			simtest.Redirect(302, elsewhere.URL+"{path}?"+r.URL.RawQuery)(w, r, nil)
		default:
			s.api.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(gateway.Close)
	replace := func(old, with string) simtest.Fault {
		return simtest.Changed(func(_ http.Header, body []byte) []byte { return bytes.ReplaceAll(body, []byte(old), []byte(with)) })
	}
	ids := []job.ID{s.api.AddDone("One"), s.api.AddDone("Two"), s.api.AddDone("Three"), s.api.AddDone("Four")}
	s.api.Break(
		simtest.Only(ids[0], simtest.On(simtest.OutputPage, replace(gateway.URL, elsewhere.URL))),
		simtest.Only(ids[1], simtest.On(simtest.StatusPage, simtest.RedirectTimes(1))),
		simtest.Only(ids[2], simtest.On(simtest.StatusPage, simtest.Redirect(302, elsewhere.URL+"{path}"))),
		simtest.Only(ids[3], simtest.On(simtest.StatusPage, simtest.Redirect(302, "http://"+elsewhere.Listener.Addr().String()+"{path}"))),
		replace("http:", "https:"),
	)
	cert, log, folder := filepath.Join(s.home, "pem"), filepath.Join(s.home, "log"), t.TempDir()
	if err := os.WriteFile(cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: gateway.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	s.configure(`headers = ["Authorization: Bearer ` + token + `", "X-Key: old-` + token + `"]`)
	said := ""
	run := func(status int, ids []job.ID, args ...string) {
		cmd := s.reading(lines(ids), append(args, "--api", gateway.URL, "--header", "x-key: k-"+token, "--debug", log)...)
		cmd.Env = append(cmd.Env, "SSL_CERT_FILE="+cert, "JOBWATCH_HEADERS=X-Env: e-"+token)
		out, errs := s.ended(status, cmd)
		said += out + errs
	}
	run(8, ids, "--once", "--json", "-")
	run(0, ids[:2], "--plain", "--filter", "status:done", "--download", folder, "-")
	run(0, nil, "--print-config")
	run(2, nil, "--header", "Range: "+token)
	if pdfs, _ := inFolder(t, folder); pdfs != 2 || !strings.Contains(said, "redirected to another port") || !strings.Contains(said, "from https to http") {
		t.Errorf("%d PDFs are saved; it says\n%s", pdfs, said)
	}
	logged, err := os.ReadFile(log)
	for _, text := range []string{said, string(logged), s.state()} {
		if err != nil || text == "" || strings.Contains(text, token) {
			t.Errorf("%v, or it is told:\n%s", err, text)
		}
	}
}

func TestWhatIsWantingOnTheWayToTheAPIIsSaid(t *testing.T) {
	s := newStage(t)
	s.api.Break(func(w http.ResponseWriter, r *http.Request, next http.HandlerFunc) {
		switch r.Header.Get("X-Key") {
		case token:
			next(w, r)
		case "late":
			simtest.Hang()(w, r, next)
		case "another's":
			w.WriteHeader(http.StatusForbidden)
		default:
			w.WriteHeader(http.StatusUnauthorized)
		}
	})
	const away, right = "http://api.example", "X-Key: " + token
	for _, tt := range []struct {
		status            int
		api, headers, env string
		want              string
	}{
		{8, s.base, "", "", "401 Unauthorized: the API wants credentials: set headers in the config file or --header"},
		{8, s.base, "X-No: 1", "", "401 Unauthorized: the API refuses the credentials in headers"},
		{8, s.base, "X-Key: another's", "", "403 Forbidden: the API forbids this: are there headers with credentials that may read this job?"},
		{8, s.base, "X-Key: late", "", "no answer within 1 s"},
		{0, s.base, right, "", `"problem":null`},
		{0, away, right, "ALL_PROXY=" + s.base, `"problem":null`}, // it answers for every host
		{0, away, right, "all_proxy=socks4://127.0.0.1:1\nHTTP_PROXY=" + s.base, `"problem":null`},
		{8, away, right, "ALL_PROXY=" + s.base + "\nNO_PROXY=.example", "api.example"},
		{8, away, right, "ALL_PROXY=socks5h://127.0.0.1:1", "127.0.0.1:1"},
		{2, away, right, "ALL_PROXY=socks4://ann:" + token + "@127.0.0.1:1", "is a socks4 proxy; want http, https, socks5 or socks5h\n"},
	} {
		cmd := s.command("--once", "--json", "--request-timeout", "1s", "--api", tt.api, s.api.AddDone("Report").String())
		cmd.Env = append(append(cmd.Env, "JOBWATCH_HEADERS="+tt.headers), strings.Split(tt.env, "\n")...)
		out, errs := s.ended(tt.status, cmd)
		if said := out + errs; !strings.Contains(said, tt.want) || strings.Contains(said, token) {
			t.Errorf("%s %q %q: %s", tt.api, tt.headers, tt.env, said)
		}
	}
}
