package simtest

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/jobwatch/poller/sim"
)

// oneJob waits for 10 s and then takes a minute.
func oneJob(typ sim.Type) sim.Job {
	life := sim.Lives(5, 1)[0]
	life.Type, life.Fail = typ, false
	life.Stretch(time.Minute)
	life.StartAt(10 * time.Second)
	return sim.Job{Life: life, Description: "Annual report (Q3)", Chapters: 9, Cause: "Image not found"}
}

func TestAJobIsFollowedFromItsQueueToItsPDF(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New()
		b := visitInBubble(t, s)
		id := s.Add(oneJob(sim.Stepped))[0]
		status := "/job/" + id.String() + "/status"

		if got := b.getJSON(status); got["status"] != "Not Started" || got["id"] != id.String() || got["path"] != nil {
			t.Errorf("at first: %v", got)
		}
		if code, _, _ := b.get("/job/" + id.String() + "/output"); code != http.StatusNotFound {
			t.Errorf("output of a job that is not done: %d", code)
		}
		time.Sleep(40 * time.Second) //nolint:forbidigo // fake clock
		got := b.getJSON(status)
		if got["status"] != "Processing" || !strings.HasPrefix(got["status_meta"].(string), "Typesetting chapter ") {
			t.Errorf("under way: %v", got)
		}
		if p := got["progress"]; p != 0.25 && p != 0.5 && p != 0.75 {
			t.Errorf("progress under way: %v", p)
		}
		time.Sleep(40 * time.Second) //nolint:forbidigo // fake clock
		got = b.getJSON(status)
		if got["status"] != "Done" || got["progress"] != 1.0 {
			t.Fatalf("at the end: %v", got)
		}

		link := b.getJSON(got["path"].(string))["url"].(string)
		code, header, pdf := b.get(link)
		if code != http.StatusOK || header.Get("Content-Type") != "application/pdf" || header.Get("Content-Length") != strconv.Itoa(len(pdf)) {
			t.Errorf("the file: %d, %v", code, header)
		}
		if !strings.HasPrefix(pdf, "%PDF-") || !strings.Contains(pdf, `(Annual report \(Q3\))`) {
			t.Errorf("the file is %q", pdf)
		}

		time.Sleep(2 * time.Minute) //nolint:forbidigo // fake clock
		if code, _, _ := b.get(link); code != http.StatusForbidden {
			t.Errorf("a link of 2 minutes ago: %d", code)
		}
		if code, _, _ := b.get(strings.Replace(link, "expires=9", "expires=99", 1) + "0"); code != http.StatusForbidden {
			t.Errorf("a link with another signature: %d", code)
		}
	})
}

func TestASilentJobTellsNoProgressAndAFailedOneItsCause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New()
		b := visitInBubble(t, s)
		failing := oneJob(sim.Silent)
		failing.Life.Fail = true
		id := s.Add(failing)[0]
		time.Sleep(30 * time.Second) //nolint:forbidigo // fake clock
		if p, told := b.getJSON("/job/" + id.String() + "/status")["progress"]; told {
			t.Errorf("a silent job tells %v", p)
		}
		time.Sleep(time.Minute) //nolint:forbidigo // fake clock
		if got := b.getJSON("/job/" + id.String() + "/status"); got["status"] != "Error" || got["status_meta"] != "Image not found" {
			t.Errorf("a failed job: %v", got)
		}
		if n, last := s.Polled(id); n != 2 || !last.Equal(time.Now()) {
			t.Errorf("polled %d times, last at %v", n, last)
		}
	})
}

func TestWhatIsNotAJobIsRefusedAsTheServiceDoes(t *testing.T) {
	s := New()
	b := visit(t, s)
	code, _, body := b.get("/job/00000000-0000-4000-8000-000000000000/status")
	if code != http.StatusNotFound || !strings.Contains(body, "detail") {
		t.Errorf("unknown job: %d %s", code, body)
	}
	code, _, body = b.get("/job/not-a-uuid/status")
	if code != http.StatusUnprocessableEntity || !strings.Contains(body, `"loc":["path","job_id"]`) {
		t.Errorf("malformed ID: %d %s", code, body)
	}
	if code, _, _ := b.get("/job/00000000-0000-4000-8000-000000000000/stat"); code != http.StatusNotFound {
		t.Errorf("elsewhere: %d", code)
	}
	if code, _, _ := b.get("/markdown"); code != http.StatusMethodNotAllowed {
		t.Errorf("GET /markdown: %d", code)
	}
}

func TestAPostedDocumentBecomesAJob(t *testing.T) {
	s := New()
	b := visit(t, s)
	resp, err := b.client.Post(b.base+"/markdown", "text/markdown", strings.NewReader("# Hello"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var said struct{ ID, Path string }
	if err := json.NewDecoder(resp.Body).Decode(&said); err != nil {
		t.Fatal(err)
	}
	if got := b.getJSON(said.Path); got["id"] != said.ID {
		t.Errorf("path %s leads to %v", said.Path, got)
	}
}

func TestAJobIsUnknownUntilItIsSubmitted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New()
		b := visitInBubble(t, s)
		later := oneJob(sim.Linear)
		later.Life.Submitted = 5 * time.Second
		id := s.Add(later)[0]
		if code, _, _ := b.get("/job/" + id.String() + "/status"); code != http.StatusNotFound {
			t.Errorf("before: %d", code)
		}
		time.Sleep(5 * time.Second) //nolint:forbidigo // fake clock
		if got := b.getJSON("/job/" + id.String() + "/status"); got["status"] != "Not Started" {
			t.Errorf("after: %v", got)
		}
		s.Remove(id)
		if _, _, known := s.Truth(id); known {
			t.Error("a removed job is still known")
		}
	})
}

func TestTheCountsAreThoseOfWhatHappened(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New()
		b := visitInBubble(t, s)
		for range 3 {
			b.get("/nowhere")
		}
		time.Sleep(time.Second) //nolint:forbidigo // fake clock
		b.get("/nowhere")
		got := s.Stats()
		want := Stats{Requests: 4, PeakSecond: 3, PeakInFlight: 1, Connections: 1, PeakConnections: 1, EverConnected: 1}
		if got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
		s.ResetStats()
		want = Stats{Connections: 1, PeakConnections: 1}
		if got := s.Stats(); got != want {
			t.Errorf("after a reset: %+v, want %+v", got, want)
		}
	})
}
