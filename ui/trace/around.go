package trace

import (
	"context"
	"errors"
	"time"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/poller/api"
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/panics"
	"example.com/jobwatch/store"
)

// Client is what the poller asks.
type Client interface {
	poller.Statuser //nolint:misspell // one with a Status method
	CloseIdle()
	Hops() int
}

// Client logs what c is asked and answers.
func (l *Log) Client(c Client) Client {
	if l == nil {
		return c
	}
	return &client{c, l}
}

type client struct {
	Client
	*Log
}

func (c *client) Status(ctx context.Context, id job.ID) (job.Answer, error) {
	begun := time.Now()
	answer, err := c.Client.Status(ctx, id)
	took := time.Since(begun).Round(time.Millisecond)
	var failed *api.Error
	switch {
	case err == nil:
		status := string(answer.Status)
		if !answer.Status.Known() {
			status = "another word"
		}
		c.log.Info("poll", "job", id, "took", took, "status", status, "progress", float64(answer.Progress))
	case errors.As(err, &failed):
		c.log.Info("poll failed", "job", id, "took", took, "kind", kindOf(&failed.Problem), "code", failed.Problem.Code,
			"retryAfter", failed.Problem.RetryAfter)
	default:
		c.log.Info("poll called off", "job", id, "took", took)
	}
	return answer, err
}

func (c *client) CloseIdle() {
	c.log.Info("closing idle connections")
	c.Client.CloseIdle()
}

// Watcher is the poller, as it is used.
type Watcher interface {
	Track(jobs ...poller.Tracked)
	Forget(ids ...job.ID)
	PollNow(ids ...job.ID)
	Pause(paused bool)
	Visible(ids []job.ID)
	Updates() <-chan poller.Update
}

// Watcher logs what is asked of w, and what it tells of the host. Ask for its updates
// once, and take them until they end. A panic on their way is told to broken, and ends
// them.
func (l *Log) Watcher(w Watcher, broken func(error)) Watcher {
	if l == nil {
		return w
	}
	updates := make(chan poller.Update)
	go func() {
		defer close(updates)
		defer panics.Into(func(e *panics.Error) { broken(e) })
		l.relay(w.Updates(), updates)
	}()
	return &watcher{w, l, updates}
}

type watcher struct {
	Watcher
	*Log
	updates chan poller.Update
}

func (w *watcher) Updates() <-chan poller.Update { return w.updates }

// relay passes updates on; the last may never be taken.
func (l *Log) relay(from <-chan poller.Update, to chan<- poller.Update) {
	var before poller.Host
	for u := range from {
		if h := u.Host; h.State != before.State || !h.RetryAt.Equal(before.RetryAt) || h.Budget != before.Budget {
			l.log.Info("host", "state", stateOf(h.State), "kind", kindOf(h.Problem), "retryAt", h.RetryAt,
				"rate", h.Rate, "budget", h.Budget)
			before = h
		}
		to <- u
	}
}

func (w *watcher) Track(jobs ...poller.Tracked) {
	w.log.Info("track", "jobs", len(jobs))
	w.Watcher.Track(jobs...)
}

func (w *watcher) Forget(ids ...job.ID) {
	w.log.Info("forget", "jobs", len(ids))
	w.Watcher.Forget(ids...)
}

func (w *watcher) PollNow(ids ...job.ID) {
	w.log.Info("poll now", "jobs", len(ids))
	w.Watcher.PollNow(ids...)
}

func (w *watcher) Pause(paused bool) {
	w.log.Info("pause", "on", paused)
	w.Watcher.Pause(paused)
}

// Journal is the state file, as it is used.
type Journal interface {
	Append(ctx context.Context, ops ...store.Op) error
	Next(ctx context.Context) (store.News, error)
}

// Journal logs what is saved in j, and what others saved there.
func (l *Log) Journal(j Journal) Journal {
	if l == nil {
		return j
	}
	return &journal{j, l}
}

type journal struct {
	Journal
	*Log
}

func (j *journal) Append(ctx context.Context, ops ...store.Op) error {
	begun := time.Now()
	err := j.Journal.Append(ctx, ops...)
	j.log.Info("save", "changes", len(ops), "took", time.Since(begun).Round(time.Microsecond), "error", err)
	return err
}

func (j *journal) Next(ctx context.Context) (store.News, error) {
	news, err := j.Journal.Next(ctx)
	j.log.Info("the state file changed", "changes", len(news.Ops), "replaced", news.Reset != nil, "damaged", news.Damaged,
		"error", err)
	return news, err
}

func kindOf(p *job.Problem) string {
	if p == nil {
		return "none"
	}
	switch p.Kind {
	case job.NoProblem:
		return "none"
	case job.Rejected:
		return "rejected"
	case job.NotFound:
		return "not found"
	case job.Refused:
		return "refused"
	case job.RateLimited:
		return "rate limited"
	case job.Trouble:
		return "trouble"
	case job.Unreachable:
		return "unreachable"
	case job.NotAPI:
		return "not the API"
	}
	return "other"
}

func stateOf(s poller.HostState) string {
	switch s {
	case poller.Live:
		return "live"
	case poller.EasingOff:
		return "easing off"
	case poller.Paused:
		return "paused"
	}
	return "other"
}
