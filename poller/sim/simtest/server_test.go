package simtest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"example.com/jobwatch/poller/sim"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// browser is a client of a server on a fake clock.
type browser struct {
	*testing.T
	*Server
	client *http.Client
}

func browse(t *testing.T, do func(b *browser)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		p := NewPipe()
		b := &browser{t, New(), &http.Client{Transport: &http.Transport{DialContext: p.DialContext}}}
		stop := b.Serve(p)
		do(b)
		b.client.CloseIdleConnections()
		stop()
	})
}

// get returns an answer; its error is one of reading the body.
func (b *browser) get(url string) (r *http.Response, body string, err error) {
	b.Helper()
	if strings.HasPrefix(url, "/") {
		url = "http://sim" + url
	}
	r, err = b.client.Get(url)
	if err != nil {
		b.Fatal(err)
	}
	read, err := io.ReadAll(r.Body)
	_ = r.Body.Close()
	return r, string(read), err
}

func (b *browser) getJSON(url string) (v map[string]any) {
	b.Helper()
	r, body, err := b.get(url)
	if err != nil || r.StatusCode != http.StatusOK || json.Unmarshal([]byte(body), &v) != nil {
		b.Fatalf("GET %s: %v, %v, %s", url, err, r.Status, body)
	}
	return v
}

// wants checks a page's HTTP status, and what its body contains.
func (b *browser) wants(url string, code int, text string) {
	b.Helper()
	if r, body, _ := b.get(url); r.StatusCode != code || !strings.Contains(body, text) {
		b.Errorf("GET %s: %s %.200q, want %d with %q", url, r.Status, body, code, text)
	}
}

func (b *browser) wait(d time.Duration) { time.Sleep(d) } //nolint:forbidigo // fake clock

// add adds a job that waits for 10 s and then takes a minute, and returns its pages' path.
func (b *browser) add(typ sim.Type, change func(*sim.Life)) string {
	life := sim.Lives(5, 1)[0]
	life.Type, life.Fail = typ, false
	life.Stretch(time.Minute)
	life.StartAt(10 * time.Second)
	change(&life)
	return "/job/" + b.Add(sim.Job{Life: life, Description: "Annual report (Q3)", Chapters: 9, Cause: "Image not found"})[0].String()
}

func TestAJobIsFollowedFromItsQueueToItsPDF(t *testing.T) {
	browse(t, func(b *browser) {
		path := b.add(sim.Stepped, func(*sim.Life) {})
		if got := b.getJSON(path + "/status"); got["status"] != "Not Started" || "/job/"+got["id"].(string) != path || got["path"] != nil {
			b.Errorf("at first: %v", got)
		}
		b.wants(path+"/output", http.StatusNotFound, "")
		b.wait(40 * time.Second)
		got := b.getJSON(path + "/status")
		if p := got["progress"]; got["status"] != "Processing" || p != 0.25 && p != 0.5 && p != 0.75 {
			b.Errorf("under way: %v", got)
		}
		if meta := got["status_meta"].(string); !strings.HasPrefix(meta, "Typesetting chapter ") {
			b.Errorf("under way: %v", got)
		}
		b.wait(40 * time.Second)
		got = b.getJSON(path + "/status")
		if got["status"] != "Done" || got["progress"] != 1.0 {
			b.Fatalf("at the end: %v", got)
		}
		link := b.getJSON(got["path"].(string))["url"].(string)
		r, pdf, _ := b.get(link)
		if r.Header.Get("Content-Type") != "application/pdf" || r.Header.Get("Content-Length") != strconv.Itoa(len(pdf)) ||
			!strings.HasPrefix(pdf, "%PDF-") || !strings.Contains(pdf, fmt.Sprintf("<%x>", "Annual report (Q3)")) {
			b.Errorf("the file: %v, %q", r.Header, pdf)
		}
		b.wants(link+"0", http.StatusForbidden, "AccessDenied")
		b.wait(2 * time.Minute)
		b.wants(link, http.StatusForbidden, "AccessDenied")
	})
}

func TestASilentJobTellsNoProgressAndAFailedOneItsCause(t *testing.T) {
	browse(t, func(b *browser) {
		path := b.add(sim.Silent, func(l *sim.Life) { l.Fail = true })
		b.wait(30 * time.Second)
		if got := b.getJSON(path + "/status"); got["status"] != "Processing" || got["progress"] != nil {
			b.Errorf("a silent job: %v", got)
		}
		b.wait(time.Minute)
		if got := b.getJSON(path + "/status"); got["status"] != "Error" || got["status_meta"] != "Image not found" {
			b.Errorf("a failed job: %v", got)
		}
	})
}

func TestWhatIsNotAJobIsRefusedAsTheServiceDoes(t *testing.T) {
	browse(t, func(b *browser) {
		b.wants("/job/00000000-0000-4000-8000-000000000000/status", http.StatusNotFound, "detail")
		b.wants("/job/00000000-0000-4000-8000-000000000000/stat", http.StatusNotFound, "")
		b.wants("/job/not-a-uuid/status", http.StatusUnprocessableEntity, `"loc":["path","job_id"]`)
		b.wants("/markdown", http.StatusMethodNotAllowed, "")
		path := b.add(sim.Linear, func(l *sim.Life) { l.Submitted = 5 * time.Second })
		b.wants(path+"/status", http.StatusNotFound, "")
		b.wait(5 * time.Second)
		b.wants(path+"/status", http.StatusOK, "Not Started")
	})
}

func TestAPostedDocumentBecomesAJob(t *testing.T) {
	browse(t, func(b *browser) {
		r, err := b.client.Post("http://sim/markdown", "text/markdown", strings.NewReader("# Hello"))
		if err != nil {
			b.Fatal(err)
		}
		defer func() { _ = r.Body.Close() }()
		var said struct{ ID, Path string }
		if err := json.NewDecoder(r.Body).Decode(&said); err != nil {
			b.Fatal(err)
		}
		b.wants(said.Path, http.StatusOK, said.ID)
	})
}

func TestTheCountsAreThoseOfWhatHappened(t *testing.T) {
	browse(t, func(b *browser) {
		for range 3 {
			b.wants("/nowhere", http.StatusNotFound, "")
		}
		b.wait(time.Second)
		b.wants("/nowhere", http.StatusNotFound, "")
		want := Stats{Requests: 4, PeakSecond: 3, PeakInFlight: 1, Connections: 1, PeakConnections: 1, EverConnected: 1}
		if got := b.Stats(); got != want {
			b.Errorf("got %+v, want %+v", got, want)
		}
		b.ResetStats()
		want = Stats{Connections: 1, PeakConnections: 1}
		if got := b.Stats(); got != want {
			b.Errorf("after a reset: %+v, want %+v", got, want)
		}
	})
}
