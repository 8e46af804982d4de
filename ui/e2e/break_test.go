//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package e2e

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/muesli/termenv"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/poller/api"
	"example.com/jobwatch/poller/download"
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/panics"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui"
	"example.com/jobwatch/ui/notify"
	"example.com/jobwatch/ui/run"
	"example.com/jobwatch/ui/session"
	"example.com/jobwatch/ui/style"
	"example.com/jobwatch/ui/terminal"
	"example.com/jobwatch/ui/terminal/termtest"
)

// A bug anywhere ends it in order: the terminal is given back, what was known is
// saved, one sentence says where the report is, and nothing of that shows an ID.
func TestAPanicAnywhere(t *testing.T) {
	t.Parallel()
	for _, where := range []string{"worker", "command", "update", "start", "follower", "download"} {
		t.Run(where, func(t *testing.T) {
			s := newStage(t)
			ids := s.jobs(3, 0)
			exe, err := os.Executable()
			if err != nil {
				t.Fatal(err)
			}
			cmd := exec.CommandContext(context.WithoutCancel(t.Context()), exe)
			cmd.Env = s.env("JOBWATCH_BREAK=" + where)
			tm := termtest.Open(t, cmd, 300, 30) // so that the sentence is one line
			if where != "start" {
				tm.Sees("? help")
				tm.Paste(lines(ids))
			}
			tm.Left(70)
			tm.Sees("jobwatch crashed (no row for")
			if where != "start" && !strings.Contains(s.state(), ids[2].String()) {
				t.Error("the state was not saved")
			}
			reports, _ := filepath.Glob(s.folder("crash-*"))
			if len(reports) != 1 || !strings.Contains(tm.Text(), reports[0]) {
				t.Fatalf("the reports are %q; the screen:\n%s", reports, tm.Text())
			}
			report, err := os.ReadFile(reports[0])
			if err != nil {
				t.Fatal(err)
			}
			if info, _ := os.Stat(reports[0]); info.Mode().Perm() != 0o600 {
				t.Errorf("the report's mode is %v", info.Mode())
			}
			if !strings.Contains(string(report), "break_test.go:") {
				t.Errorf("the report does not say where:\n%s", report)
			}
			for _, text := range []string{string(report), tm.Text()} {
				if strings.Contains(text, exampleID[9:]) || strings.Contains(text, "signature") {
					t.Errorf("an ID or a URL is told:\n%s", text)
				}
			}
			if strings.Contains(tm.Raw(), "goroutine ") {
				t.Errorf("a stack trace was written to the terminal:\n%q", tm.Raw())
			}
		})
	}
}

const exampleID = "01890a5d-ac96-774b-bcce-b302099a8057"

func broken() { panic("no row for " + exampleID + " of https://example.com/f?signature=abc") }

// breaking is jobwatch with a bug in one place, wired as main wires it.
func breaking(where string) int {
	env := terminal.Environ(os.Environ())
	client, err := api.New(env["JOBWATCH_API"], api.Options{Headers: http.Header{"Authorization": {"signature"}}})
	if err != nil {
		panic(err)
	}
	path, err := store.DefaultPath()
	if err != nil {
		panic(err)
	}
	var watched atomic.Bool
	watcher := poller.New(breakingClient{client, where == "worker"}, poller.Options{})
	console := ui.NewConsole(os.Stdin, os.Stdout, env, notify.None)
	files := download.New(breakingSource{}, nil, os.TempDir(), download.DefaultMaxBytes)
	var opened atomic.Pointer[store.Store]
	model := ui.New(context.Background(), ui.Options{
		Open: func(ctx context.Context) (session.Journal, store.Opened, error) {
			s, contents, err := store.Open(ctx, store.OSDisk{}, path)
			opened.Store(s)
			return breakingJournal{s, where}, contents, err
		},
		Watcher: watcher, Terminal: console,
		Session: session.Config{Downloads: files, DownloadAll: where == "download"},
		Palette: style.Calm(), Glyphs: style.Unicode(), Profile: termenv.TrueColor, Dark: true,
		Clock: func() time.Time {
			if where == "start" && watched.Load() || where == "update" && opened.Load() != nil && saved(path) {
				broken()
			}
			return time.Now()
		},
	})
	watched.Store(true)
	ctx, cancel := context.WithCancel(context.Background())
	polled := make(chan error, 1)
	go func() { polled <- watcher.Run(ctx) }()
	fetched := make(chan error, 1)
	go func() { fetched <- files.Run(ctx) }()
	err = console.Run(context.Background(), model, true)
	cancel()
	err = errors.Join(err, <-polled, <-fetched)
	if journal := opened.Load(); journal != nil {
		err = errors.Join(err, journal.Append(context.Background(), model.Unsaved()...))
	}
	broke, ok := errors.AsType[*panics.Error](err)
	if !ok {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	run.ReportCrash(broke, true)
	return 70
}

func saved(path string) bool {
	text, _ := os.ReadFile(path) // none yet: ""
	return strings.Contains(string(text), "-")
}

type breakingClient struct {
	*api.Client
	breaks bool
}

func (c breakingClient) Status(ctx context.Context, id job.ID) (job.Answer, error) {
	if c.breaks {
		broken()
	}
	return c.Client.Status(ctx, id)
}

type breakingJournal struct {
	*store.Store
	where string
}

func (j breakingJournal) Append(ctx context.Context, ops ...store.Op) error {
	if j.where == "command" {
		broken()
	}
	return j.Store.Append(ctx, ops...)
}

// Next breaks when something is to be lost.
func (j breakingJournal) Next(ctx context.Context) (store.News, error) {
	if j.where != "follower" {
		return j.Store.Next(ctx)
	}
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for path, err := store.DefaultPath(); err == nil && !saved(path); {
		<-tick.C
	}
	broken()
	return store.News{}, nil
}

// breakingSource knows of no PDF.
type breakingSource struct{}

func (breakingSource) Own(string) bool { return false }

func (breakingSource) Output(context.Context, string) (*url.URL, error) {
	broken()
	return nil, nil //nolint:nilnil // it never comes to that
}

func (breakingSource) Fetch(context.Context, *url.URL) (*http.Response, error) {
	return nil, nil //nolint:nilnil // nobody asks
}
