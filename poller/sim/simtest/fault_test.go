package simtest

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/jobwatch/poller/sim"
)

func TestFaultsComeAndGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New()
		b := visitInBubble(t, s)
		status := "/job/" + s.Add(oneJob(sim.Linear))[0].String() + "/status"

		s.Break(On(OutputPage, CaptivePortal()), Times(2, TooMany("7")))
		for range 2 {
			if code, header, _ := b.get(status); code != http.StatusTooManyRequests || header.Get("Retry-After") != "7" {
				t.Errorf("with a fault: %d %v", code, header)
			}
		}
		b.getJSON(status)

		now := time.Now()
		s.Break(s.During(now.Add(time.Minute), now.Add(2*time.Minute), Unavailable("")))
		for minute, want := range []int{http.StatusOK, http.StatusServiceUnavailable, http.StatusOK} {
			if code, _, _ := b.get(status); code != want {
				t.Errorf("in minute %d of an outage in minute 1: %d", minute, code)
			}
			time.Sleep(time.Minute) //nolint:forbidigo // fake clock
		}

		s.Break(CaptivePortal())
		s.Mend()
		b.getJSON(status)
	})
}

func TestALateAnswerIsStillTheRightOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New()
		b := visitInBubble(t, s)
		id := s.Add(oneJob(sim.Linear))[0].String()
		for _, f := range []Fault{Delay(3 * time.Second), SlowBytes(10 * time.Millisecond), Gzip(), RedirectTimes(5)} {
			s.Break(f)
			if got := b.getJSON("/job/" + id + "/status"); got["id"] != id {
				t.Errorf("got %v", got)
			}
		}
	})
}

func TestFilesGoWrongInTheirOwnWays(t *testing.T) {
	s := New()
	b := visit(t, s)
	done := oneJob(sim.Linear)
	done.Life.Start, done.Life.End = -2*time.Hour, -time.Hour
	output := "/job/" + s.Add(done)[0].String() + "/output"
	fetch := func() (int, http.Header, string) {
		t.Helper()
		return b.get(b.getJSON(output)["url"].(string))
	}

	s.Break(NamedFile("../../.bashrc"))
	if code, header, body := fetch(); code != 200 || !strings.Contains(header.Get("Content-Disposition"), "../../.bashrc") || !strings.HasPrefix(body, "%PDF-") {
		t.Errorf("hostile name: %d %v", code, header)
	}
	s.Break(ExpiredLink())
	if code, _, _ := fetch(); code != http.StatusForbidden {
		t.Errorf("expired link: %d", code)
	}
	s.Break(NotPDF())
	if code, header, body := fetch(); code != 200 || header.Get("Content-Type") != "application/pdf" || strings.HasPrefix(body, "%PDF") {
		t.Errorf("not a PDF: %d %v %q", code, header, body)
	}
	s.Break(BigFile(5 << 20))
	if _, _, body := fetch(); len(body) != 5<<20 {
		t.Errorf("big file: %d bytes", len(body))
	}
	s.Break(OutputURL("file:///etc/passwd"))
	if got := b.getJSON(output)["url"]; got != "file:///etc/passwd" {
		t.Errorf("output: %v", got)
	}
	s.Break(CutShort())
	resp, err := b.client.Get(b.getJSON(output)["url"].(string))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if !errors.Is(err, io.ErrUnexpectedEOF) || int64(len(body)) != resp.ContentLength/2 {
		t.Errorf("cut short: %d of %d bytes, %v", len(body), resp.ContentLength, err)
	}
}
