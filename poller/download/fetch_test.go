package download

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"example.com/jobwatch/poller/api"
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/panics"
	"example.com/jobwatch/poller/sim"
	"example.com/jobwatch/poller/sim/simtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// harness is a simulated API, a folder, and downloads from the one into the other.
type harness struct {
	*Downloads
	t      *testing.T
	api    *simtest.Server
	folder string
	base   string
	stop   func() error
}

func newHarness(t *testing.T, opts ...func(*Downloads)) *harness {
	t.Helper()
	s := simtest.New()
	base, stopServer, err := s.ListenAndServe(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stopServer)
	c, err := api.New(base, api.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdle)
	k := &harness{t: t, api: s, base: base, folder: filepath.Join(t.TempDir(), "Downloads")}
	k.Downloads = New(c, nil, k.folder, DefaultMaxBytes)
	for _, o := range opts {
		o(k.Downloads)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- k.Run(ctx) }()
	k.stop = func() error {
		cancel()
		err := <-ended
		ended <- err
		return err
	}
	t.Cleanup(func() { _ = k.stop() })
	return k
}

func atMost(bytes int64) func(*Downloads) { return func(k *Downloads) { k.maxBytes = bytes } }

// done adds a job that is Done, and is what the dashboard would want of it.
func (k *harness) done(description, batch string) Want {
	id := k.api.AddDone(description)
	return Want{ID: id, Description: description, Batch: batch, Path: "/job/" + id.String() + "/output"}
}

// await receives until every one of so many downloads has ended, and gives how.
func (k *harness) await(n int) map[job.ID]Event {
	k.t.Helper()
	ended := map[job.ID]Event{}
	for len(ended) < n {
		events, ok := <-k.Events()
		if !ok {
			k.t.Fatalf("the events ended after %d of %d", len(ended), n)
		}
		for _, e := range events {
			if e.State >= Saved {
				ended[e.ID] = e
			}
		}
	}
	return ended
}

func (k *harness) get(w Want) Event {
	k.t.Helper()
	k.Add(w)
	return k.await(1)[w.ID]
}

// fails downloads a PDF in vain, and returns why.
func (k *harness) fails(w Want, says string) Error {
	k.t.Helper()
	e := k.get(w)
	var err *Error
	if e.State != Failed || !errors.As(e.Err, &err) || !strings.Contains(err.Reason, says) {
		k.t.Fatalf("it ended as %v: %v; want %q", e.State, e.Err, says)
	}
	return *err
}

// files is all that is under the folder, but for folders.
func (k *harness) files() []string {
	k.t.Helper()
	var names []string
	err := filepath.WalkDir(k.folder, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			rel, _ := filepath.Rel(k.folder, path)
			names = append(names, filepath.ToSlash(rel))
		}
		return nil // a folder that was never made is empty
	})
	if err != nil {
		k.t.Fatal(err)
	}
	slices.Sort(names)
	return names
}

func (k *harness) wantFiles(names ...string) {
	k.t.Helper()
	if got := k.files(); !slices.Equal(got, names) {
		k.t.Errorf("the folder holds %q, want %q", got, names)
	}
}

// Whoever presses d on a batch of a hundred does not open a hundred connections, but three.
func TestABatchIsDownloadedIntoItsFolder(t *testing.T) {
	k := newHarness(t)
	k.api.Break(simtest.Delay(10 * time.Millisecond))
	var wants []Want
	for _, d := range []string{"Agenda", "CEO letter", "Hiring plan", "Risk register", "Sales by region"} {
		wants = append(wants, k.done(d, "Q3 board pack"))
	}
	k.Add(wants...)
	for id, e := range k.await(5) {
		if e.State != Saved || e.Err != nil || e.Already {
			t.Errorf("%s ended as %+v", id.Short(), e)
		}
	}
	if n := k.api.Stats().PeakInFlight; n > 3 {
		t.Errorf("%d requests at once", n)
	}
	k.wantFiles("Q3 board pack/Agenda.pdf", "Q3 board pack/CEO letter.pdf", "Q3 board pack/Hiring plan.pdf",
		"Q3 board pack/Risk register.pdf", "Q3 board pack/Sales by region.pdf")
	got, err := os.ReadFile(filepath.Join(k.folder, "Q3 board pack", "Agenda.pdf"))
	if err != nil || !bytes.Equal(got, sim.PDF("Agenda")) {
		t.Errorf("the file is not what the server has: %v", err)
	}
}

func TestARelativePathAndNoBatchWorkToo(t *testing.T) {
	k := newHarness(t)
	for name, base := range map[string]string{"Agenda": ".", "Minutes": k.base} {
		w := k.done(name, "")
		w.Path = base + w.Path
		if e := k.get(w); e.State != Saved || e.File != filepath.Join(k.folder, name+".pdf") {
			t.Errorf("%+v", e)
		}
	}
	k.wantFiles("Agenda.pdf", "Minutes.pdf")
}

func TestNamesakesNeverOverwriteEachOther(t *testing.T) {
	k := newHarness(t)
	// Different documents under one name: the simulated file tells its description.
	a, b := k.done("Report", "b"), k.done("Report ", "b")
	first, second := k.get(a), k.get(b)
	if first.State != Saved || second.State != Saved || second.Already {
		t.Fatalf("%+v, %+v", first, second)
	}
	k.wantFiles("b/Report ("+b.ID.Short()+").pdf", "b/Report.pdf")

	// Someone's own file and a folder stand where a name would.
	if err := os.WriteFile(filepath.Join(k.folder, "b", "Notes.pdf"), []byte("my own notes"), 0o600); err != nil {
		t.Fatal(err)
	}
	w := k.done("Notes", "b")
	if err := os.Mkdir(filepath.Join(k.folder, "b", "Notes ("+w.ID.Short()+").pdf"), 0o700); err != nil {
		t.Fatal(err)
	}
	if e := k.get(w); e.State != Saved || filepath.Base(e.File) != "Notes ("+w.ID.String()[:13]+").pdf" {
		t.Errorf("%+v", e)
	}
	if own, _ := os.ReadFile(filepath.Join(k.folder, "b", "Notes.pdf")); string(own) != "my own notes" {
		t.Errorf("the user's file now holds %q", own)
	}
}

func TestADownloadedFileIsRecognised(t *testing.T) {
	k := newHarness(t)
	w := k.done("Report", "b")
	first := k.get(w)
	again := k.get(w) // the state file was lost: it is fetched, and found to be the same
	if again.State != Saved || !again.Already || again.File != first.File {
		t.Errorf("again: %+v", again)
	}
	k.wantFiles("b/Report.pdf")

	k.api.Break(simtest.Answer(http.StatusInternalServerError, "text/html", "down"))
	w.File = first.File
	if e := k.get(w); e.State != Saved || !e.Already || e.File != first.File {
		t.Errorf("with its file in the state file, nothing need be asked: %+v", e)
	}
	if err := os.Remove(first.File); err != nil {
		t.Fatal(err)
	}
	k.api.Mend()
	if e := k.get(w); e.State != Saved || e.Already {
		t.Errorf("its file was deleted, so it is wanted anew: %+v", e)
	}
	w.File = filepath.Join(t.TempDir(), "any.desktop") // would be run by a viewer
	if err := os.WriteFile(w.File, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if e := k.get(w); e.State != Saved || e.File != first.File {
		t.Errorf("a file that is no PDF of ours: %+v", e)
	}
}

func TestTwoAreNotDownloadedForOneJob(t *testing.T) {
	k := newHarness(t)
	reached := make(chan struct{})
	k.api.Break(simtest.HeldFile(reached))
	w := k.done("Report", "b")
	k.Add(w, w)
	<-reached
	k.Add(w)
	k.mu.Lock()
	defer k.mu.Unlock()
	if n := k.running + len(k.queue); n != 1 {
		t.Errorf("%d downloads of one job", n)
	}
}

func TestHostileNamesStayInTheFolder(t *testing.T) {
	k := newHarness(t)
	k.api.Break(simtest.NamedFile("../../.bashrc")) // what the server calls it does not count
	var wants []Want
	for _, d := range []string{"../../evil", "/etc/cron.d/evil", `..\evil`, "a/../../../evil", "\x00", "CON", strings.Repeat("long ", 999)} {
		wants = append(wants, k.done(d, "../../../tmp/"+d))
	}
	k.Add(wants...)
	for _, e := range k.await(len(wants)) {
		if e.State != Saved || !strings.HasPrefix(e.File, k.folder+string(filepath.Separator)) {
			t.Errorf("%v: %v %v", e.State, e.File, e.Err)
		}
	}
	if n := len(k.files()); n != len(wants) {
		t.Errorf("%d files under the folder, want %d: %q", n, len(wants), k.files())
	}
}

func TestWhatStandsInAFoldersPlaceIsTold(t *testing.T) {
	outside := t.TempDir()
	for says, obstruct := range map[string]func(folder, batch string) error{
		"can't make the folder for “b”: a link there leads out of the download folder": func(folder, batch string) error {
			return errors.Join(os.MkdirAll(folder, 0o700), os.Symlink(outside, batch))
		},
		"can't make the folder for “b”: a file has its name": func(folder, batch string) error {
			return errors.Join(os.MkdirAll(folder, 0o700), os.WriteFile(batch, nil, 0o600))
		},
		"not a directory": func(folder, _ string) error { return os.WriteFile(folder, nil, 0o600) },
	} {
		t.Run(says, func(t *testing.T) {
			k := newHarness(t)
			if err := obstruct(k.folder, filepath.Join(k.folder, "b")); err != nil {
				t.Skip("not on this system: ", err)
			}
			if err := k.fails(k.done("Report", "b"), says); strings.Contains(err.Reason, k.folder) {
				t.Errorf("the error tells a path: %s", err.Reason)
			}
			if entries, _ := os.ReadDir(outside); len(entries) != 0 {
				t.Errorf("outside there is now %v", entries)
			}
		})
	}
}

func TestCancelLeavesNoLitter(t *testing.T) {
	k := newHarness(t)
	reached := make(chan struct{})
	k.api.Break(simtest.HeldFile(reached))
	var wants []Want
	for _, d := range []string{"a", "b", "c", "queued"} {
		wants = append(wants, k.done(d, "b"))
	}
	k.Add(wants...)
	for range 3 { // no more than three at once
		<-reached
	}
	k.Cancel(wants[0].ID, wants[3].ID)
	for _, e := range k.await(2) {
		if e.State != Canceled || (e.ID != wants[0].ID && e.ID != wants[3].ID) {
			t.Errorf("%s: %v %v", e.ID.Short(), e.State, e.Err)
		}
	}
	for _, f := range k.files() {
		if strings.Contains(f, wants[0].ID.Short()) {
			t.Errorf("left behind: %s", f)
		}
	}
	if err := k.stop(); err != nil {
		t.Errorf("stopped with %v", err)
	}
	k.wantFiles()
	for events := range k.Events() {
		for _, e := range events {
			if e.State == Saved || e.State == Failed {
				t.Errorf("after the stop: %+v", e)
			}
		}
	}
}

func TestWhatAKilledDownloadLeftIsCleanedUp(t *testing.T) {
	k := newHarness(t)
	dir := filepath.Join(k.folder, "b")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	old, fresh := partPrefix+"1a2b3c4d-AAAA"+partSuffix, partPrefix+"1a2b3c4d-BBBB"+partSuffix
	for _, name := range []string{old, fresh, "mine.part"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("%PDF-"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{old, "mine.part"} {
		then := time.Now().Add(-2 * time.Hour)
		if err := os.Chtimes(filepath.Join(dir, name), then, then); err != nil {
			t.Fatal(err)
		}
	}
	k.get(k.done("Report", "b"))
	k.wantFiles("b/"+fresh, "b/Report.pdf", "b/mine.part") // another process may be writing the fresh one
}

func TestProgressIsToldWhileAFileComes(t *testing.T) {
	k := newHarness(t)
	const size, half = 200_000, 100_000
	goOn := make(chan struct{})
	k.api.Break(simtest.On(simtest.FilePage, func(w http.ResponseWriter, _ *http.Request, _ http.HandlerFunc) {
		w.Header().Set("Content-Length", "200000")
		_, _ = w.Write(append([]byte("%PDF-"), make([]byte, half-5)...))
		_ = http.NewResponseController(w).Flush()
		<-goOn
		_, _ = w.Write(make([]byte, size-half))
	}))
	w := k.done("Report", "b")
	k.Add(w)
	seen := false
	for events := range k.Events() {
		e := events[len(events)-1]
		if e.State == Running && e.Got > 0 && e.Got <= half && e.Size == size && !seen {
			seen = true
			close(goOn)
		}
		if e.State >= Saved {
			if e.State != Saved {
				t.Errorf("%+v", e)
			}
			break
		}
	}
	if !seen {
		t.Error("half-way was not told")
	}
}

// A consumer that reads nothing until the end still learns how all of it ended.
func TestTheLastEventsAreNotLost(t *testing.T) {
	k := newHarness(t)
	var wants []Want
	for range 20 {
		wants = append(wants, k.done("Report", "b"))
	}
	k.Add(wants...)
	k.settle()
	_ = k.stop()
	last := map[job.ID]State{}
	for events := range k.Events() {
		for _, e := range events {
			last[e.ID] = e.State
		}
	}
	for _, w := range wants {
		if last[w.ID] != Saved {
			t.Errorf("%s: %v", w.ID.Short(), last[w.ID])
		}
	}
	if len(k.files()) != 1 { // all 20 are the same document
		t.Errorf("%q", k.files())
	}
}

// settle waits until nothing is queued or under way.
func (d *Downloads) settle() {
	for range time.Tick(time.Millisecond) {
		d.mu.Lock()
		n := len(d.active)
		d.mu.Unlock()
		if n == 0 {
			return
		}
	}
}

// unconnected is a source with a bug in how it connects.
type unconnected struct{ Source }

func (unconnected) Own(string) bool { return false }

func (unconnected) Output(context.Context, string) (*url.URL, error) {
	panic(&panics.Error{What: "no address for https://…", Stack: "download.dial"})
}

func TestABugStopsDownloadingWithAnError(t *testing.T) {
	for _, source := range []Source{nil, unconnected{}} {
		d := New(source, nil, t.TempDir(), DefaultMaxBytes)
		d.Add(Want{ID: job.ID{1}, Path: "/x"})
		err := d.Run(t.Context())
		var bug *panics.Error
		if !errors.As(err, &bug) || !strings.Contains(bug.Stack, "download.") || strings.Contains(bug.What, "secret") {
			t.Errorf("Run returned %v", err)
		}
	}
}

// A PDF over a line that is merely slow comes to its end: here 1 MB in 8 h.
func TestASlowLineIsNotIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		const timeout = 30 * time.Second
		var got atomic.Int64
		go watchIdle(ctx, &got, timeout, func() { t.Error("it was given up") })
		for range 1000 {
			<-time.After(timeout - time.Second)
			got.Add(minProgress)
		}
		cancel()
	})
}

// turns gives each request of a harness its turn at once, counts them, and mends the API at one.
func turns(t *testing.T, mends int32) (*harness, *atomic.Int32) {
	t.Helper()
	var k *harness
	var n atomic.Int32
	k = newHarness(t, func(d *Downloads) {
		d.inTurn = func(ctx context.Context, request func(context.Context) error) error {
			if n.Add(1) == mends {
				k.api.Mend()
			}
			return request(ctx)
		}
	})
	return k, &n
}

// An API that wants fewer requests costs no PDF: the next turn comes when it wants.
func TestALinkIsAskedForInItsTurn(t *testing.T) {
	k, n := turns(t, 3)
	k.api.Break(simtest.On(simtest.OutputPage, simtest.TooMany("1")))
	if e := k.get(k.done("Report", "b")); e.State != Saved || n.Load() != 3 {
		t.Errorf("it ended as %v: %v, after %d turns", e.State, e.Err, n.Load())
	}
	k.wantFiles("b/Report.pdf")
	k.api.Break(simtest.On(simtest.OutputPage, simtest.TooMany("1")))
	k.fails(k.done("Letter", "b"), "asked for the PDF") // an API that never wants any
}

// What is asked of another host is nothing of the API's.
func TestALinkOnAnotherHostNeedsNoTurn(t *testing.T) {
	k, n := turns(t, 0)
	w := k.done("Report", "b")
	other := httptest.NewServer(http.RedirectHandler(k.base+w.Path, http.StatusFound))
	defer other.Close()
	w.Path = other.URL + "/output"
	if e := k.get(w); e.State != Saved || n.Load() != 0 {
		t.Errorf("it ended as %v: %v, after %d turns", e.State, e.Err, n.Load())
	}
}
