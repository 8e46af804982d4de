package run

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime"
	"strings"
	"time"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/poller/api"
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/panics"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui"
	"example.com/jobwatch/ui/session"
)

// Log is the debug log (--debug): each poll, the API's state, what the poller is asked and
// what is saved. It wraps the parts that do these things, which do not know it. A nil Log
// writes nothing and wraps nothing.
//
// Anybody who has a job's ID may read the job, and people send logs to each other. So no
// ID is written beyond its first 8 digits, and no URL or text that came from the API.
type Log struct {
	log  *slog.Logger
	file *os.File
}

// OpenLog opens a debug log to append to; a new one is readable only by the user. Without
// a path it returns nil.
func OpenLog(path, version string) (*Log, error) {
	if path == "" {
		return nil, nil //nolint:nilnil // a nil Log is one
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600) //nolint:gosec // G304: the user's own
	if err != nil {
		return nil, fmt.Errorf("the debug log can't be written: %w", err)
	}
	l := &Log{slog.New(slog.NewTextHandler(file, &slog.HandlerOptions{ReplaceAttr: scrub})), file}
	l.log.Info("jobwatch begins", "version", version, "go", runtime.Version(), "os", runtime.GOOS, "arch", runtime.GOARCH,
		"term", os.Getenv("TERM"))
	return l, nil
}

// scrub shortens whatever looks like an ID or a URL.
func scrub(_ []string, a slog.Attr) slog.Attr {
	switch v := a.Value.Resolve(); v.Kind() { //nolint:exhaustive // numbers and times hold no text
	case slog.KindString, slog.KindAny:
		a.Value = slog.StringValue(job.Scrub(fmt.Sprint(v.Any())))
	}
	return a
}

// Close writes the exit status, and closes the log.
func (l *Log) Close(status int) {
	if l == nil {
		return
	}
	l.log.Info("jobwatch ends", "status", status)
	_ = l.file.Close() // there is nowhere left to report it
}

// client logs what c is asked and answers.
func (l *Log) client(c *api.Client) poller.Client {
	if l == nil {
		return c
	}
	return &loggedClient{c, l}
}

type loggedClient struct {
	*api.Client
	*Log
}

func (c *loggedClient) Status(ctx context.Context, id job.ID) (job.Answer, error) {
	begun := time.Now()
	answer, err := c.Client.Status(ctx, id)
	took := time.Since(begun).Round(time.Millisecond)
	if failed, ok := errors.AsType[*api.Error](err); ok {
		p := &failed.Problem
		c.log.Info("poll failed", "job", id, "took", took, "kind", kindOf(p), "code", p.Code, "retryAfter", p.RetryAfter)
		return answer, err
	}
	if err != nil {
		c.log.Info("poll called off", "job", id, "took", took)
		return answer, err
	}
	status := string(answer.Status)
	if !answer.Status.Known() {
		status = "another word"
	}
	c.log.Info("poll", "job", id, "took", took, "status", status, "progress", float64(answer.Progress))
	return answer, nil
}

// watcher logs what is asked of p, and how the API's state changes. A panic on the way of
// an update is reported to broken, and ends the updates.
func (l *Log) watcher(p *poller.Poller, broken func(error)) ui.Watcher {
	if l == nil {
		return p
	}
	updates := make(chan poller.Update)
	go func() {
		defer close(updates)
		defer panics.Into(func(e *panics.Error) { broken(e) })
		var before poller.Host
		for u := range p.Updates() {
			if h := u.Host; h.State != before.State || !h.RetryAt.Equal(before.RetryAt) || h.Budget != before.Budget {
				state := map[poller.HostState]string{poller.Live: "live", poller.BackingOff: "backing off", poller.Paused: "paused"}[h.State]
				l.log.Info("host", "state", state, "kind", kindOf(h.Problem), "retryAt", h.RetryAt, "rate", h.Rate, "budget", h.Budget)
				before = h
			}
			updates <- u
		}
	}()
	return &loggedWatcher{p, l, updates}
}

type loggedWatcher struct {
	*poller.Poller
	*Log
	updates chan poller.Update
}

func (w *loggedWatcher) Updates() <-chan poller.Update { return w.updates }

func (w *loggedWatcher) Track(jobs ...poller.Tracked) {
	w.log.Info("track", "jobs", len(jobs))
	w.Poller.Track(jobs...)
}

func (w *loggedWatcher) Remove(ids ...job.ID) {
	w.log.Info("remove", "jobs", len(ids))
	w.Poller.Remove(ids...)
}

func (w *loggedWatcher) PollNow(ids ...job.ID) {
	w.log.Info("poll now", "jobs", len(ids))
	w.Poller.PollNow(ids...)
}

func (w *loggedWatcher) Pause(paused bool) {
	w.log.Info("pause", "on", paused)
	w.Poller.Pause(paused)
}

// journal logs what is saved in s, and what others saved there.
func (l *Log) journal(s *store.Store) session.Journal {
	if l == nil {
		return s
	}
	return &loggedJournal{s, l}
}

type loggedJournal struct {
	*store.Store
	*Log
}

func (j *loggedJournal) Append(ctx context.Context, ops ...store.Op) error {
	begun := time.Now()
	err := j.Store.Append(ctx, ops...)
	j.log.Info("save", "changes", len(ops), "took", time.Since(begun).Round(time.Microsecond), "error", err)
	return err
}

func (j *loggedJournal) Next(ctx context.Context) (store.News, error) {
	news, err := j.Store.Next(ctx)
	j.log.Info("the state file changed", "changes", len(news.Ops), "replaced", news.Reset != nil, "damaged", news.Damaged,
		"error", err)
	return news, err
}

func kindOf(p *job.Problem) string {
	if p == nil {
		return "none"
	}
	return map[job.Kind]string{
		job.NoProblem: "none", job.Rejected: "rejected", job.NotFound: "not found", job.Refused: "refused",
		job.RateLimited: "rate limited", job.Trouble: "trouble", job.Unreachable: "unreachable", job.NotAPI: "not the API",
	}[p.Kind]
}

// ReportCrash writes a report of a panic into a folder and says so on w, in one sentence.
// saved is whether everything that was to be saved is in the state file.
func ReportCrash(w io.Writer, folder, version string, e *panics.Error, saved bool) {
	state := "the state is saved"
	if !saved {
		state = "the newest changes may not be saved"
	}
	path, err := writeReport(folder, version, e)
	report := "a report of it, without job IDs, is in " + path
	if err != nil {
		report = "no report of it could be written: " + job.Scrub(err.Error())
	}
	what, _, _ := strings.Cut(e.What, "\n")
	_, _ = fmt.Fprintf(w, "jobwatch crashed (%s); %s; %s\n", what, state, report)
}

// writeReport writes the report into a new file that only the user may read.
func writeReport(folder, version string, e *panics.Error) (path string, err error) {
	now := time.Now()
	text := fmt.Sprintf("jobwatch %s (%s %s/%s) crashed on %s.\n\n%s\n\n%s",
		version, runtime.Version(), runtime.GOOS, runtime.GOARCH, now.Format(time.RFC1123Z), e.What, e.Stack)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", err
	}
	file, err := os.CreateTemp(folder, "crash-"+now.Format("20060102-150405")+"-*.txt")
	if err != nil {
		return "", err
	}
	_, err = file.WriteString(job.Scrub(text))
	return file.Name(), errors.Join(err, file.Close())
}
