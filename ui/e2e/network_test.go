//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"example.com/jobwatch/poller/sim/simtest"
	"example.com/jobwatch/ui/terminal/termtest"
)

func TestAProxyThatWantsAPassword(t *testing.T) {
	s := newStage(t)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusProxyAuthRequired)
	}))
	t.Cleanup(proxy.Close)
	cmd := s.command("--api", "https://api.example")
	cmd.Env = append(cmd.Env, "HTTPS_PROXY="+strings.Replace(proxy.URL, "//", "//ann:secret@", 1))
	tm := termtest.Open(t, cmd, 100, 30)
	tm.Sees("? help")
	tm.Paste(lines(s.jobs(5, 0)))
	tm.Sees("no answer")
	tm.Type("j", "\r")
	tm.Sees("the proxy wants credentials: put the")
	tm.Sees("HTTPS_PROXY's URL (HTTP 407)")
	tm.Send("\x1bl")
	tm.Send("q")
	tm.Quit()
	if strings.Contains(tm.Raw(), "secret") {
		t.Error("the proxy's password was shown")
	}
}

// net/http remarks on such things on standard error, which is the screen.
func TestAServerThatTalksOutOfTurn(t *testing.T) {
	s := newStage(t)
	s.api.Break(simtest.Times(4, func(w http.ResponseWriter, r *http.Request, _ http.HandlerFunc) {
		conn, buf, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		_, id := simtest.RouteOf(r)
		body := fmt.Sprintf(`{"id":%q,"status":"Processing"}`, id)
		_, _ = fmt.Fprintf(buf, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%sHTTP/1.1 418 Surprise\r\n\r\n",
			len(body), body)
		_ = buf.Flush()
		_ = conn.SetReadDeadline(time.Now().Add(time.Second))
		_, _ = conn.Read(make([]byte, 1))
		_ = conn.Close()
	}))
	tm := s.watching(2)
	tm.Quit()
	if raw := tm.Raw(); strings.Contains(raw, "nsolicited") || strings.Contains(raw, "418") {
		t.Errorf("it is on the screen: %q", raw)
	}
}
