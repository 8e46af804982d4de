package plain

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"syscall"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/config"
	"example.com/jobwatch/ui/sanitize"
	"example.com/jobwatch/ui/session"
	"example.com/jobwatch/ui/style"
)

// finish saves and writes what is left, and returns the exit status.
func (w *watch) finish(ctx context.Context, why error) (status int, err error) {
	w.watching, w.ending = false, true
	patient := context.WithoutCancel(ctx)
	w.session.GiveUpFiles()
	_ = w.within(patient, endGrace, w.fetched) // what was whole a moment before is still noted
	if w.Once {
		w.showRest()
	}
	w.write(&w.out) // before anything is saved: a reader may take its time
	_ = w.within(patient, session.SaveGrace, w.saved)
	unsaved := w.session.Unsaved()
	if err := session.SaveRest(patient, w.Journal, unsaved); err != nil {
		w.tell(fmt.Sprintf("%v; jobwatch ends without them", err))
	} else {
		unsaved = nil
	}
	w.drain(ctx)
	cut, interrupted := isCut(w.out.err), why != nil && ctx.Err() != nil
	failed := w.those(func(at *watched) bool { return at.End.Finished() && at.End != job.EndedDone })
	unfinished := w.those(func(at *watched) bool { return !at.End.Finished() })
	noFile := w.those(func(at *watched) bool { return at.noFile != "" })
	if len(failed) > 0 && !w.Once && !w.JSON && !cut { // else the table or the objects have told
		are := map[bool]string{true: " is", false: " are"}[len(failed) == 1]
		w.tell(style.Of(len(failed), len(w.order), "job") + are + " not Done:")
		w.list(failed, func(_ *watched, j *store.Job) string { return failure(j, w.short[j.ID]) })
	}
	tried := len(w.those(func(at *watched) bool { return at.file != "" }))
	if len(noFile) > 0 && !cut {
		w.tell(style.Of(len(noFile), tried+w.noPDF, "PDF") + " could not be saved; the same command tries again:")
		w.list(noFile, func(at *watched, j *store.Job) string { return described(w.short[j.ID]+": "+at.noFile, j) })
	}
	late, left := errors.Is(context.Cause(ctx), config.ErrTimeout), w.left(len(unfinished), unsaved)
	if w.Arrivals != nil && (late || w.first != nil) {
		left = style.Joined(", ", left, "standard input was still open")
	}
	switch {
	case cut:
	case interrupted && late:
		w.tell(style.Joined("; ", config.ErrTimeout.Error(), left))
		w.list(w.those(func(at *watched) bool { return !at.settled }), func(at *watched, j *store.Job) string {
			said := style.Joined(" ", w.short[j.ID], word(j), style.Percent(j.Answer.Progress))
			return described(style.Joined(": ", said, w.problem(at)), j)
		})
	case interrupted && left != "" && !w.JSON:
		w.tell("interrupted; " + left)
	case w.first != nil && left != "":
		w.tell("left at the first failure, " + w.short[w.first.ID] + "; " + left)
	}
	w.announceRest(ctx)
	w.stop()
	_ = w.within(patient, endGrace, w.ended)
	end := func() (status int, err error) {
		switch cut := isCut(w.out.err); {
		case w.broke != nil:
			return config.ExitBroken, w.broke
		case w.out.err != nil && !cut:
			return config.ExitNotDone, fmt.Errorf("standard output can't be written: %w", w.out.err)
		case interrupted:
			return config.Status(context.Cause(ctx)), nil
		case why != nil && !cut:
			return config.Status(why), why
		case w.Look && !cut:
			return config.ExitDone, nil
		case cut, len(failed) > 0, len(unfinished) > 0 && !w.Once:
			return config.ExitNotDone, nil
		case len(unfinished) > 0:
			return config.ExitUnfinished, nil
		case len(noFile) > 0:
			return config.ExitNoPDF, nil
		}
		return config.ExitDone, nil
	}
	if w.Summary { // whose jobs are as many as the next four together
		w.drain(ctx) // what breaks at the last of the lines counts
		removed := len(w.those(func(at *watched) bool { return at.told == "removed" }))
		status, _ := end()
		w.out.pending = fmt.Appendf(w.out.pending, `{"event":"summary","time":%q,"jobs":%d,"done":%d,"failed":%d,"unfinished":%d,"removed":%d,`+
			`"files_saved":%d,"files_failed":%d,"files_unfinished":%d,"seconds":%.3f,"exit_status":%d}`+"\n",
			clock(time.Now()), len(w.order), len(w.order)-len(failed)-len(unfinished), len(failed)-removed, len(unfinished), removed,
			tried-len(noFile), len(noFile), w.noPDF, time.Since(w.begun).Seconds(), status)
	}
	w.drain(ctx)
	return end()
}

// those returns the watched jobs of which is says so, in their order.
func (w *watch) those(is func(*watched) bool) (all []*watched) {
	for _, at := range w.order {
		if is(at) {
			all = append(all, at)
		}
	}
	return all
}

// drain waits until all is written; after an interruption, for a moment only.
func (w *watch) drain(ctx context.Context) {
	if w.until(ctx, w.written) != nil {
		_ = w.within(context.WithoutCancel(ctx), writeGrace, w.written)
	}
}

// announceRest waits until all is announced, unless interrupted. A command that works may take
// its time for many events; one that hangs or fails may not.
func (w *watch) announceRest(ctx context.Context) {
	for w.broke == nil {
		before, _ := w.session.Announcing()
		if before == 0 {
			return
		}
		err := w.within(ctx, commandPatience, func() bool {
			left, failing := w.session.Announcing()
			return left == 0 || left < before && !failing || w.broke != nil
		})
		if err != nil && ctx.Err() == nil {
			left, _ := w.session.Announcing()
			w.tell("the notify command takes too long: " + style.Plural(left, "event") + " not told")
		}
		if err != nil {
			return
		}
	}
}

// isCut reports whether a write failed because nobody reads any more.
func isCut(err error) bool {
	errno, _ := errors.AsType[syscall.Errno](err)
	const brokenPipe, noData = 109, 232 // of Windows
	windows := runtime.GOOS == "windows" && (errno == brokenPipe || errno == noData)
	return windows || errno == syscall.EPIPE
}

// list prints a line of each job, up to a limit.
func (w *watch) list(jobs []*watched, line func(*watched, *store.Job) string) {
	for i, at := range jobs {
		if i == mostCauses {
			w.err.pending = fmt.Appendf(w.err.pending, "  and %d more\n", len(jobs)-i)
			return
		}
		j := w.session.Public(&at.Job)
		w.err.pending = fmt.Appendf(w.err.pending, "  %s\n", sanitize.Line(line(at, &j)))
	}
}

// left says what an interruption leaves for the next run.
func (w *watch) left(unfinished int, unsaved []store.Op) string {
	lost := 0
	for _, op := range unsaved {
		if t, ok := op.(store.Track); ok && w.jobs[t.Job.ID] != nil && !w.jobs[t.Job.ID].End.Finished() {
			lost++
		}
	}
	var jobs, pdfs, demo string
	if unfinished > 0 {
		jobs = style.Plural(unfinished, "unfinished job")
		switch {
		case w.Demo:
		case lost == 0:
			jobs += " still tracked"
		case lost == unfinished:
			jobs += " not tracked"
		default:
			jobs += fmt.Sprintf(", %d of them not tracked", lost)
		}
	}
	if w.noPDF > 0 {
		pdfs = style.Plural(w.noPDF, "PDF") + " not saved yet"
	}
	if w.Demo {
		demo = "nothing of the demo is kept"
	}
	return style.Joined(", ", jobs, pdfs, demo)
}
