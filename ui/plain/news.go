package plain

import (
	"context"
	"fmt"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/panics"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/hook"
	"example.com/jobwatch/ui/notify"
	"example.com/jobwatch/ui/sanitize"
)

// herald tells news beyond the lines: to the user's command at once, and to the
// terminal, where there is one, at most once in 5 s.
type herald struct {
	limiter notify.Limiter
	due     <-chan time.Time // when what the limiter holds may be told

	command func(hook.Event) error // nil: there is none
	stop    context.CancelFunc     // ends the commands under way
	running int
	ended   chan error    // ends one of them
	over    chan struct{} // closed when nobody listens to ended any more
	failing bool          // the last one failed, and that was told

	since time.Time        // since when the API is away; zero while it answers
	long  <-chan time.Time // when that is news; nil once it was told
}

// newHerald makes one whose commands outlive an interruption, until stop is called.
func newHerald(ctx context.Context, command func(context.Context, hook.Event) error) herald {
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	h := herald{stop: stop, ended: make(chan error), over: make(chan struct{})}
	if command != nil {
		h.command = func(e hook.Event) error { return command(ctx, e) }
	}
	return h
}

// overBy tells of a job that has just ended, and of its batch if that has with it.
func (w *watch) overBy(j *store.Job) {
	batch := w.ledger.batches[j.Batch]
	if j.End != job.EndedDone {
		shown, id, name := w.public(j), j.ID.String(), w.shorts.of(j.ID)
		if w.cfg.Redact {
			id = name
		}
		if shown.Answer.Description != "" {
			name = shown.Answer.Description
		}
		news := notify.JobFailed{Job: name, Cause: cause(shown)}
		event := hook.About(news, time.Now())
		event.ID, event.Batch, event.Description = id, sanitize.Line(batch.Name), sanitize.Line(shown.Answer.Description)
		w.announce(news, event)
	}
	if done, failed, over := w.ledger.over(j.Batch); over {
		news := notify.BatchFinished{Batch: batch.Name, Done: done, Failed: failed}
		w.announce(news, hook.About(news, time.Now()))
	}
}

// absent notes whether the API is away, which is news after a minute.
func (w *watch) absent(away bool) {
	n := &w.herald
	switch {
	case away && n.since.IsZero():
		n.since, n.long = time.Now(), time.After(absenceIsNews)
	case !away && !n.since.IsZero():
		if n.long == nil {
			news := notify.APIBack{After: time.Since(n.since)}
			w.announce(news, hook.About(news, time.Now()))
		}
		n.since, n.long = time.Time{}, nil
	}
}

func (w *watch) absentLong() {
	w.herald.long = nil
	news := notify.APIAway{For: time.Since(w.herald.since)}
	w.announce(news, hook.About(news, time.Now()))
}

// announce tells one thing. One look is over before anybody looks elsewhere.
func (w *watch) announce(news notify.News, event hook.Event) {
	if w.cfg.Once {
		return
	}
	n := &w.herald
	if n.command != nil {
		n.running++
		go func() {
			tell := func(err error) {
				select {
				case n.ended <- err:
				case <-n.over:
				}
			}
			defer panics.Into(func(e *panics.Error) { tell(e) })
			tell(n.command(event))
		}()
	}
	if w.cfg.Notify == nil {
		return
	}
	n.limiter.Hold(news) // what comes with it is told with it
	if n.due == nil {
		n.due = time.After(time.Until(n.limiter.Next()))
	}
}

// notify tells the terminal all that is due.
func (w *watch) notify() {
	n := &w.herald
	n.due = nil
	if text := notify.Sentence(n.limiter.Due(time.Now())); text != "" {
		w.err.pending = append(w.err.pending, w.cfg.Notify(sanitize.Line(text))...)
	}
}

// commanded ends one run of the user's command. That it fails is told once, and so
// is that it does no more. Its error is a panic.
func (w *watch) commanded(err error) error {
	n := &w.herald
	n.running--
	switch failing := err != nil; {
	case isBroken(err):
		return err
	case failing && !n.failing:
		w.tell(fmt.Sprintf("the notify command failed: %v", err))
	case !failing && n.failing:
		w.tell("the notify command works again")
	}
	n.failing = err != nil
	return nil //nolint:nilerr // it was told
}

// tellOut waits until all news are told: the last are those of the end, which is what
// one waits for. A command that works may take its time for many; one that hangs or
// fails may not. After an interruption nobody waits. Its error is a panic.
func (w *watch) tellOut(ctx context.Context) error {
	n := &w.herald
	defer n.end()
	patience := time.After(newsGrace)
	for n.running > 0 || n.due != nil {
		w.err.start()
		select {
		case err := <-n.ended:
			if broke := w.commanded(err); broke != nil {
				return broke
			}
			if err == nil {
				patience = time.After(newsGrace)
			}
		case <-n.due:
			w.notify()
		case err := <-w.err.done:
			w.err.landed(err)
		case <-patience:
			w.tell(fmt.Sprintf("the notify command takes too long: %s not told", plural(n.running, "event")))
			return nil
		case <-ctx.Done():
			return nil
		}
	}
	return nil
}

// end ends the commands under way, and waits for that.
func (n *herald) end() {
	defer close(n.over)
	n.stop()
	for late := time.After(commandGrace); n.running > 0; n.running-- {
		select {
		case <-n.ended: //nolint:errcheck // it was called off
		case <-late:
			return
		}
	}
}
