package plain

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"encoding/json"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/poller/api"
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/sim/simtest"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/config"
)

// stage is one run over a real state file. What the poller would find out is sent by
// the test, which runs on a fake clock.
type stage struct {
	t        *testing.T
	path     string
	store    *store.Store
	feed     *feed
	out, err bytes.Buffer // to be read when Run has returned
	cfg      Config
	fails    map[job.ID]int // polls in a row
	client   *api.Client    // of the API that the poller asks, if there is one

	cancel func() // as ctrl+c does
	done   chan struct{}
	exit   int
	failed error
}

// feed stands where the poller stands.
type feed struct {
	updates chan poller.Update

	mu        sync.Mutex
	tracked   []job.ID
	forgotten []job.ID
}

func (f *feed) Track(jobs ...poller.Tracked) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, j := range jobs {
		f.tracked = append(f.tracked, j.ID)
	}
}

func (f *feed) PollNow(...job.ID) {}

func (f *feed) Remove(ids ...job.ID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.forgotten = append(f.forgotten, ids...)
}

func (f *feed) polled() []job.ID {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.tracked)
}

// play plays a story on a fake clock, from an empty state file.
func play(t *testing.T, story func(*testing.T, *stage)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { story(t, newStage(t)) })
}

// newStage opens a state file that holds what ops say.
func newStage(t *testing.T, ops ...store.Op) *stage {
	t.Helper()
	s := &stage{
		t: t, path: filepath.Join(t.TempDir(), "jobs.jsonl"),
		feed: &feed{updates: make(chan poller.Update)}, done: make(chan struct{}),
		fails: make(map[job.ID]int),
	}
	s.others(ops...)
	s.open()
	s.cfg.Updates, s.cfg.Session.Poller = s.feed.updates, s.feed
	return s
}

// open opens the state file for this run.
func (s *stage) open() {
	s.t.Helper()
	var opened store.Opened
	s.store, opened = open(s.t, s.path)
	s.cfg = Config{Out: &s.out, Err: &s.err, Journal: s.store, Opened: opened}
}

// faulty is a state file that can't be appended to, or followed, as long as these fail.
type faulty struct {
	*store.Store
	append, next func() error
}

func (f *faulty) Append(ctx context.Context, ops ...store.Op) error {
	if f.append != nil {
		if err := f.append(); err != nil {
			return err
		}
	}
	return f.Store.Append(ctx, ops...)
}

func (f *faulty) Next(ctx context.Context) (store.News, error) {
	if f.next != nil {
		return store.News{}, f.next()
	}
	return f.Store.Next(ctx)
}

// others has another jobwatch write into the state file.
func (s *stage) others(ops ...store.Op) {
	s.t.Helper()
	other, _ := open(s.t, s.path)
	if err := other.Append(s.t.Context(), ops...); err != nil {
		s.t.Fatal(err)
	}
}

func open(t *testing.T, path string) (*store.Store, store.Opened) {
	t.Helper()
	s, opened, err := store.Open(context.Background(), store.OSDisk{}, path)
	if err != nil {
		t.Fatal(err)
	}
	return s, opened
}

// start begins to watch the given jobs.
func (s *stage) start(ids ...job.ID) {
	s.cfg.Jobs = ids
	ctx, cancel := context.WithCancelCause(s.t.Context())
	s.cancel = func() { cancel(config.SignalError(syscall.SIGINT)) }
	go func() {
		defer close(s.done)
		s.exit, s.failed = Run(ctx, s.cfg)
	}()
}

// heard has the poller hand over reports.
func (s *stage) heard(reports ...job.Report) {
	s.t.Helper()
	for i := range reports {
		r := &reports[i]
		if s.fails[r.ID]++; r.Problem == nil {
			s.fails[r.ID] = 0
		}
		r.Failed = s.fails[r.ID]
	}
	s.sent(poller.Update{Reports: reports})
}

// sent has the poller send an update.
func (s *stage) sent(u poller.Update) {
	s.t.Helper()
	select {
	case s.feed.updates <- u:
	case <-s.done:
		s.t.Fatalf("it has ended already: %d, %v\n%s%s", s.exit, s.failed, s.out.String(), s.err.String())
	case <-time.After(tooLong):
		s.t.Fatal("nobody listens")
	}
}

// offers has the poller send each report, unless the run ends, waits or has broken, and
// returns how many were taken.
func (s *stage) offers(reports ...job.Report) (taken int) {
	for _, r := range reports {
		select {
		case s.feed.updates <- poller.Update{Reports: []job.Report{r}}:
			taken++
		case <-s.done:
		case <-time.After(time.Minute):
		}
	}
	return taken
}

// tooLong is a time, on the fake clock, after which nothing will come any more.
const tooLong = time.Hour

// wait waits for the end.
func (s *stage) wait() {
	s.t.Helper()
	select {
	case <-s.done:
	case <-time.After(tooLong):
		s.t.Fatal("it goes on forever")
	}
	s.cancel()
	if s.failed != nil {
		s.t.Fatal(s.failed)
	}
}

// ends waits for the end, with an exit status and what was written. It looks at no stream
// whose text is "…".
func (s *stage) ends(exit int, out, err string) {
	s.t.Helper()
	s.wait()
	if s.exit != exit {
		s.t.Errorf("exit status %d, want %d\n%s%s", s.exit, exit, s.out.String(), s.err.String())
	}
	if out != "…" {
		want(s.t, "standard output", s.out.String(), out)
	}
	if err != "…" {
		want(s.t, "standard error", s.err.String(), err)
	}
}

// saved is what the state file holds now, for whoever opens it.
func (s *stage) saved() map[job.ID]store.Job {
	s.t.Helper()
	_, opened := open(s.t, s.path)
	jobs := make(map[job.ID]store.Job)
	for _, j := range opened.Contents.Jobs {
		jobs[j.ID] = j
	}
	return jobs
}

// jobID is a job's ID, different in its first 8 digits for each n.
func jobID(n uint32) job.ID {
	var id job.ID
	binary.BigEndian.PutUint32(id[:], n)
	copy(id[4:], []byte{0xac, 0x96, 0x47, 0x4b, 0x8c, 0xce, 0xb3, 0x02, 0x09, 0x9a, 0x80, 0x57})
	return id
}

// says is the report that the API answered now.
func says(id job.ID, status job.Status, progress job.Progress, meta string) job.Report {
	r := job.Report{ID: id, At: time.Now(), Answered: time.Now(), Polls: 1, Answer: job.Answer{
		Status: status, Progress: progress, Meta: meta, Description: "Invoice " + id.Short(),
	}}
	if status == job.Done {
		r.End, r.Answer.Progress, r.Answer.Path = job.EndedDone, 1, "/job/"+id.String()+"/output"
	}
	if status == job.Error {
		r.End = job.EndedError
	}
	return r
}

// fails is the report of a poll that failed, with the HTTP status of its kind.
func fails(id job.ID, kind job.Kind, end job.End, reason string) job.Report {
	code := map[job.Kind]int{job.Rejected: 422, job.NotFound: 404, job.RateLimited: 429, job.Trouble: 500, job.NotAPI: 200}[kind]
	return job.Report{
		ID: id, At: time.Now(), Polls: 1, End: end, Answer: job.Answer{Progress: job.Unknown},
		Problem: &job.Problem{Kind: kind, Code: code, Reason: reason},
	}
}

// tracked is how a job comes into the state file.
func tracked(j store.Job) store.Op {
	j.Added = time.Now()
	return store.Track{Job: j}
}

// runs runs a part of the program until the end of the story.
func (s *stage) runs(part func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(s.t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- part(ctx) }()
	s.t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			s.t.Error(err)
		}
	})
}

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// withAPI puts the real poller, over the real HTTP stack, between a simulated API and
// the stage. The network is in memory, so that all of it lives on the fake clock.
func (s *stage) withAPI() *simtest.Server {
	s.t.Helper()
	server, pipe := simtest.New(), simtest.NewPipe()
	shut := server.Serve(pipe)
	transport := &http.Transport{DialContext: pipe.DialContext}
	client, err := api.New("http://api.test", api.Options{Transport: transport})
	if err != nil {
		s.t.Fatal(err)
	}
	s.client = client
	p := poller.New(client, poller.Options{Seed: 1})
	s.t.Cleanup(func() {
		transport.CloseIdleConnections()
		shut()
	})
	s.runs(p.Run)
	s.cfg.Session.Poller, s.cfg.Updates = p, p.Updates()
	return server
}

// objects are the JSON lines of standard output.
func (s *stage) objects() (all []object) {
	s.t.Helper()
	for line := range strings.Lines(s.out.String()) {
		var o object
		if err := json.Unmarshal([]byte(line), &o); err != nil {
			s.t.Fatalf("%v in %s", err, line)
		}
		if !strings.Contains(line, `"problem":`) && !strings.HasPrefix(line, `{"event":`) {
			s.t.Errorf("no problem key in %s", line)
		}
		all = append(all, o)
	}
	return all
}

func text(s string) string { return cmp.Or(s, "null") }
