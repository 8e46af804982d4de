package plain

import (
	"context"
	"errors"
	"fmt"
	"time"

	"example.com/jobwatch/ui/session"
	"example.com/jobwatch/ui/style"
)

// finish saves and writes what is left, and says how it ended.
func (w *watch) finish(ctx context.Context, why error) (Result, error) {
	w.why, w.watching = why, false
	patient := context.WithoutCancel(ctx)
	w.session.GiveUpFiles()
	_ = w.last(patient, time.After(fileGrace), w.fetched) // what was whole a moment before is still noted
	if w.cfg.Once {
		w.showRest()
	}
	w.out.start()
	w.saveRest(patient) // first of all: a reader may take its time
	w.drain(ctx)
	r := w.result()
	r.Interrupted = why != nil && ctx.Err() != nil
	if !r.Cut {
		w.tellEnd(&r)
	}
	w.announceRest(ctx)
	w.end()
	w.drain(ctx)
	switch {
	case isBroken(w.why):
		return r, w.why
	case w.out.err != nil && !r.Cut:
		return r, fmt.Errorf("standard output can't be written: %w", w.out.err)
	case (errors.Is(why, errStopped) || errors.Is(why, errNoDownload) || errors.Is(why, errNoMatch)) && !r.Interrupted:
		return r, why
	}
	return r, nil
}

// last is until, for what the end waits for: a panic meanwhile is kept for later.
func (w *watch) last(ctx context.Context, late <-chan time.Time, done func() bool) error {
	for {
		err := w.until(ctx, late, done)
		if !isBroken(err) {
			return err
		}
		w.why = err
	}
}

// saveRest waits for the save in flight, and saves what is left.
func (w *watch) saveRest(ctx context.Context) {
	_ = w.last(ctx, time.After(session.SaveGrace), w.saved)
	ops := w.session.Unsaved()
	if len(ops) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, session.SaveGrace)
	defer cancel()
	if err := w.cfg.Journal.Append(ctx, ops...); err != nil {
		w.unsaved = ops
		w.tell(fmt.Sprintf("%v; jobwatch ends without them", err))
	}
}

// drain waits until all is written; after an interruption, for a moment only.
func (w *watch) drain(ctx context.Context) {
	if err := w.last(ctx, nil, w.written); err != nil {
		_ = w.last(context.WithoutCancel(ctx), time.After(writeGrace), w.written)
	}
}

// result counts how the jobs stand.
func (w *watch) result() Result {
	r := Result{Once: w.cfg.Once, Cut: isCut(w.out.err)}
	for _, id := range w.order {
		at := w.jobs[id]
		r.count(at.job().End)
		if at.noFile != nil {
			r.NotSaved++
		}
	}
	return r
}

// announceRest waits until all is announced: the last is the end, which is what one waits
// for. A command that works may take its time for many; one that hangs or fails may not.
// After an interruption nobody waits.
func (w *watch) announceRest(ctx context.Context) {
	for {
		before, _, notifying := w.session.Announcing()
		if before == 0 && !notifying {
			return
		}
		err := w.last(ctx, time.After(commandPatience), func() bool {
			commands, failing, notifying := w.session.Announcing()
			return commands == 0 && !notifying || commands < before && !failing
		})
		if errors.Is(err, errLate) {
			commands, _, _ := w.session.Announcing()
			w.tell("the notify command takes too long: " + style.Plural(commands, "event") + " not told")
		}
		if err != nil {
			return
		}
	}
}

// end ends what still runs, and waits a little for that.
func (w *watch) end() {
	w.stop()
	ended := make(chan struct{})
	go func() {
		w.running.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-time.After(effectGrace):
	}
}
