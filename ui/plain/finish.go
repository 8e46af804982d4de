package plain

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"syscall"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/sanitize"
	"example.com/jobwatch/ui/session"
	"example.com/jobwatch/ui/style"
)

// finish saves and writes what is left, and says how it ended.
func (w *watch) finish(ctx context.Context, why error) (Result, error) {
	w.watching, w.ending = false, true
	patient := context.WithoutCancel(ctx)
	w.session.GiveUpFiles()
	_ = w.within(patient, fileGrace, w.fetched) // what was whole a moment before is still noted
	if w.Once {
		w.showRest()
	}
	w.write(&w.out) // before anything is saved: a reader may take its time
	_ = w.within(patient, session.SaveGrace, w.saved)
	rest := w.session.Unsaved()
	if err := session.SaveRest(patient, w.Journal, rest); err != nil {
		w.unsaved = rest
		w.tell(fmt.Sprintf("%v; jobwatch ends without them", err))
	}
	w.drain(ctx)
	r := w.result()
	r.Interrupted = why != nil && ctx.Err() != nil
	if !r.Cut {
		w.tellEnd(&r)
	}
	w.announceRest(ctx)
	w.stop()
	_ = w.within(patient, effectGrace, w.ended)
	w.drain(ctx)
	switch {
	case w.broke != nil:
		return r, w.broke
	case w.out.err != nil && !r.Cut:
		return r, fmt.Errorf("standard output can't be written: %w", w.out.err)
	case r.Interrupted, r.Cut:
		return r, nil
	}
	return r, why
}

// drain waits until all is written; after an interruption, for a moment only.
func (w *watch) drain(ctx context.Context) {
	if w.until(ctx, w.written) != nil {
		_ = w.within(context.WithoutCancel(ctx), writeGrace, w.written)
	}
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
		err := w.within(ctx, commandPatience, func() bool {
			commands, failing, notifying := w.session.Announcing()
			return commands == 0 && !notifying || commands < before && !failing
		})
		if err != nil && ctx.Err() == nil {
			commands, _, _ := w.session.Announcing()
			w.tell("the notify command takes too long: " + style.Plural(commands, "event") + " not told")
		}
		if err != nil {
			return
		}
	}
}

// result counts how the jobs stand.
func (w *watch) result() Result {
	r := Result{Once: w.Once, Cut: isCut(w.out.err)}
	for _, at := range w.order {
		switch {
		case at.End == job.EndedDone:
			r.Done++
		case at.End.Finished():
			r.Failed++
		default:
			r.Unfinished++
		}
		if at.noFile != "" {
			r.NotSaved++
		}
	}
	return r
}

// isCut reports whether a write failed because nobody reads any more.
func isCut(err error) bool {
	errno, _ := errors.AsType[syscall.Errno](err)
	const brokenPipe, noData = 109, 232 // of Windows
	windows := runtime.GOOS == "windows" && (errno == brokenPipe || errno == noData)
	return windows || errors.Is(err, syscall.EPIPE) || errors.Is(err, io.ErrClosedPipe)
}

// tellEnd says what is to be said at the end. One look's table has told the causes
// of failures, and so have JSON's lines.
func (w *watch) tellEnd(r *Result) {
	if r.Failed > 0 && !w.Once && !w.JSON {
		w.tell(fmt.Sprintf("%d of %s are not Done:", r.Failed, style.Plural(len(w.order), "job")))
		w.list(func(at *watched, j *store.Job) string {
			if cause(j) == "" {
				return ""
			}
			return failure(j, w.short[j.ID])
		})
	}
	if r.NotSaved > 0 {
		wanted := w.noPDF
		for _, at := range w.order {
			if at.file != "" {
				wanted++
			}
		}
		w.tell(fmt.Sprintf("%d of %s could not be saved; the same command tries again:", r.NotSaved, style.Plural(wanted, "PDF")))
		w.list(func(at *watched, j *store.Job) string {
			if at.noFile == "" {
				return ""
			}
			return described(w.short[j.ID]+": "+at.noFile, j)
		})
	}
	var left []string
	if r.Unfinished > 0 {
		left = append(left, style.Plural(r.Unfinished, "unfinished job")+w.kept(r.Unfinished))
	}
	if w.noPDF > 0 {
		left = append(left, style.Plural(w.noPDF, "PDF")+" not saved yet")
	}
	if w.Demo {
		left = append(left, "nothing of the demo is kept")
	}
	if r.Interrupted && len(left) > 0 && !w.JSON {
		w.tell("interrupted; " + style.Joined(", ", left...))
	}
}

// list prints the jobs of which line returns a text.
func (w *watch) list(line func(*watched, *store.Job) string) {
	var lines []string
	for _, at := range w.order {
		j := w.session.Public(&at.Job)
		if text := line(at, &j); text != "" {
			lines = append(lines, sanitize.Line(text))
		}
	}
	if more := len(lines) - mostCauses; more > 0 {
		lines = append(lines[:mostCauses], fmt.Sprintf("and %d more", more))
	}
	for _, line := range lines {
		w.err.pending = fmt.Appendf(w.err.pending, "  %s\n", line)
	}
}

// kept says how many of so many unfinished jobs the next run goes on with.
func (w *watch) kept(unfinished int) string {
	lost := 0
	for _, op := range w.unsaved {
		if t, ok := op.(store.Track); ok && w.jobs[t.Job.ID] != nil && !w.jobs[t.Job.ID].End.Finished() {
			lost++
		}
	}
	switch {
	case w.Demo:
		return ""
	case lost == 0:
		return " still tracked"
	case lost == unfinished:
		return " not tracked"
	}
	return fmt.Sprintf(", %d of them not tracked", lost)
}
