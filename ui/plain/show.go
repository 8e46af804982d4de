package plain

import (
	"cmp"
	"fmt"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/forecast"
	"example.com/jobwatch/ui/joblist"
	"example.com/jobwatch/ui/sanitize"
	"example.com/jobwatch/ui/session"
)

// watched is what is known and was told of a job that is watched.
type watched struct {
	*session.Record
	removed *store.Job // what is told of it once it has left the state file
	before  time.Time  // when the answer came that was known at the start
	told    bool
	status  job.Status // as told
	end     job.End
	settled bool // nothing more is expected of it

	unreached  *job.Problem // why it was not asked in one look
	trouble    trouble      // its polls keep failing of it
	complained trouble      // standard error has said so

	file   string // how its download ended, for people; "" before that
	noFile error  // why it could not be saved
}

// job is what is known of it, or what is told of it when it is gone.
func (at *watched) job() *store.Job {
	if at.removed != nil {
		return at.removed
	}
	return &at.Job
}

// happened shows one thing that has happened.
func (w *watch) happened(e *session.Event) {
	switch e.Kind {
	case session.Warned, session.Noted:
		w.tell(e.Text)
	case session.Notified:
		w.err.pending = append(w.err.pending, w.cfg.Notify(sanitize.Line(e.Text))...)
	case session.FileSaved, session.FileFailed, session.FileCanceled:
		w.fileEnded(e)
	case session.Changed:
		w.changed(e.Record)
	case session.Removed:
		w.removed(e.Record)
	case session.UnknownStatus:
		if !w.cfg.Once { // whose table says so
			w.tell(e.Text)
		}
	case session.APIAway:
		if !w.gone {
			w.tellAway()
		}
	case session.APIBack:
		w.gone = false
		w.tell("the API answers again")
	default:
	}
}

// unsettled returns what was told of a job, if it is watched and not settled.
func (w *watch) unsettled(r *session.Record) (*watched, bool) {
	at := w.jobs[r.ID]
	return at, at != nil && at.Record == r && !at.settled && w.watching
}

// changed shows what is known of a job now.
func (w *watch) changed(r *session.Record) {
	w.forecaster.See(&r.Job)
	at, ok := w.unsettled(r)
	if !ok {
		return
	}
	now := time.Now()
	turned := at.turn()
	if shown := w.show(at, now); turned && !shown && w.cfg.JSON && w.shows(at) {
		w.object(at, now)
	}
	w.tellTrouble(at)
	if w.cfg.Once && r.Polls > 0 {
		w.settle(at)
	}
}

// settle ends the wait for a job.
func (w *watch) settle(at *watched) {
	if !at.settled {
		at.settled = true
		w.left--
		w.session.Unwatch(at.Record)
	}
}

// show writes a job's line when it is first heard, or its status has changed since,
// and settles a job that is finished. What was known before is not printed until it is
// heard again. It reports whether it wrote a line.
func (w *watch) show(at *watched, now time.Time) (shown bool) {
	heard := at.End.Finished() || !at.Answered.Equal(at.before)
	if changed := !at.told || at.status != at.Answer.Status || at.end != at.End; heard && changed {
		shown = true
		w.line(at, now)
		at.told, at.status, at.end = true, at.Answer.Status, at.End
	}
	if at.End.Finished() {
		w.settle(at)
	}
	return shown
}

// removed is what stands for the status of a job that left the state file.
const removed = "removed"

// removed stops watching a job that left the state file: another jobwatch removed it, or
// another program put a file there that lacks it. Unless all that was wanted of it is
// there, it ended without success.
func (w *watch) removed(r *session.Record) {
	w.forecaster.Remove(r.ID)
	at := w.jobs[r.ID]
	_, fetching := w.session.File(r.ID)
	if at == nil || at.Record != r || !w.watching || at.settled && !fetching {
		return
	}
	now, gone := time.Now(), r.Job
	gone.Answer.Status, gone.End, gone.Ended = removed, job.EndedError, now
	gone.Cause = "another jobwatch or program took it out of the state file"
	at.removed, at.told = &gone, true
	w.line(at, now)
	w.settle(at)
}

func (w *watch) line(at *watched, now time.Time) {
	j := at.job()
	when := stamp(j, now)
	switch {
	case !w.shows(at):
	case w.cfg.JSON:
		w.object(at, when)
	case !w.cfg.Once: // whose table comes at the end
		w.out.pending = plainLine(w.out.pending, w.public(j), when, w.ready(j, now), w.shorts.of(j.ID), w.shorts.width())
	}
}

// ready is when a job will be Done, as far as that can be told.
func (w *watch) ready(j *store.Job, now time.Time) forecast.Estimate {
	if s := joblist.StateOf(j.Answer.Status, j.End); s.Finished() || s == joblist.Other {
		return forecast.Estimate{}
	}
	return w.forecaster.Job(j.ID, now).Ready
}

func (w *watch) object(at *watched, now time.Time) {
	j := at.job()
	o := objectOf(w.public(j), w.ready(j, now), now)
	o.ID, o.Batch = j.ID.String(), known(at.In().Name)
	o.Problem = known(problemText(w.problem(at)))
	if w.cfg.Session.Redact {
		o.ID = w.shorts.of(j.ID)
	}
	if at.noFile != nil {
		o.File, o.NoFile = nil, known(w.session.PublicError(at.noFile))
	}
	line, err := jsonLine(w.out.pending, &o)
	if err != nil { // of a number that JSON can't hold, which no progress is
		w.tell(fmt.Sprintf("%s can't be written as JSON: %v", w.shorts.of(j.ID), err))
	}
	w.out.pending = line
}

// fileEnded prints how a download ended.
func (w *watch) fileEnded(e *session.Event) {
	at := w.jobs[e.Record.ID]
	switch {
	case at == nil || e.Again:
		return
	case e.Kind == session.FileCanceled:
		w.noPDF++
		return
	case e.Kind == session.FileFailed:
		at.noFile = e.Err
		at.file = "PDF failed: " + w.session.PublicError(e.Err)
	case e.Already:
		at.file = "already there: " + w.session.PublicFile(at.File)
	default:
		at.file = "saved " + w.session.PublicFile(at.File)
	}
	now := time.Now()
	switch {
	case !w.shows(at):
	case w.cfg.JSON:
		w.object(at, now)
	case !w.cfg.Once:
		w.out.pending = fileLine(w.out.pending, at.file, now, w.shorts.of(at.ID), w.shorts.width())
	}
}

// shows reports whether the filter shows a job as it stands now.
func (w *watch) shows(at *watched) bool { return w.cfg.Filter.Match(w.subject(at)) }

// subject returns what a filter may ask of a job. Its age is that at the start.
func (w *watch) subject(at *watched) *joblist.Subject {
	j := at.job()
	return &joblist.Subject{
		ID: j.ID, Description: j.Answer.Description, Batch: at.In().Name, Meta: j.Answer.Meta,
		Progress: j.Answer.Progress, Age: w.begun.Sub(j.Added), State: joblist.StateOf(j.Answer.Status, j.End),
		Stale: (at.Problem != nil || at.unreached != nil) && !j.End.Finished(),
	}
}

// public is what may be told of a job: all, or what is left with --redact.
func (w *watch) public(j *store.Job) *store.Job {
	public := w.session.Public(j)
	return &public
}

// problem is what may be told of why a job's last poll failed; nil when it did not.
func (w *watch) problem(at *watched) *job.Problem {
	return w.session.PublicProblem(cmp.Or(at.unreached, at.Problem), &at.Job)
}
