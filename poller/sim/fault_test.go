package sim

import (
	"errors"
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestFaultsComeAndGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New()
		b := visitInBubble(t, s)
		status := "/job/" + s.Add(oneJob(Linear))[0].String() + "/status"

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

// The error scenario: 2 % trouble, an outage at 5 minutes, a cap at 10.
func TestTheErrorScenarioIsTheOneOfPOLLING(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New()
		b := visitInBubble(t, s)
		status := "/job/" + s.Add(oneJob(Linear))[0].String() + "/status"
		s.Break(s.ErrorScenario(time.Now(), 1)...)

		count := func(n int, every time.Duration) map[int]int {
			codes := map[int]int{}
			for range n {
				code, _, _ := b.get(status)
				codes[code]++
				time.Sleep(every) //nolint:forbidigo // fake clock
			}
			return codes
		}
		if c := count(3000, 100*time.Millisecond); c[500] < 30 || c[500] > 90 || c[200]+c[500] != 3000 {
			t.Errorf("before the outage: %v", c)
		}
		if c := count(45, time.Second); !maps.Equal(c, map[int]int{503: 45}) {
			t.Errorf("in the outage: %v", c)
		}
		count(255, time.Second)
		if c := count(1000, 100*time.Millisecond); c[429] < 480 || c[429] > 500 {
			t.Errorf("at 10 requests a second under a cap of 5: %v", c)
		}
	})
}

func TestALateAnswerIsStillTheRightOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New()
		b := visitInBubble(t, s)
		id := s.Add(oneJob(Linear))[0].String()
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
	done := oneJob(Linear)
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
	s.Break(s.ExpiredLink())
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
