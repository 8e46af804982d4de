package plain

import (
	"fmt"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/ui/forecast"
	"example.com/jobwatch/ui/joblist"
	"example.com/jobwatch/ui/sanitize"
	"example.com/jobwatch/ui/session"
	"example.com/jobwatch/ui/style"
)

// watched is what is known and was told of a job that is watched.
type watched struct {
	*session.Record // a copy of it, once something else is to be told than what is known

	before  time.Time // when the answer came that was known at the start
	told    string    // the status and end of its last line; "" before
	settled bool      // nothing more is expected of it
	trouble [2]int    // the kind and code of what its polls keep failing with, as was told
	file    string    // how its download ended, for people; "" before that
	noFile  string    // why it could not be saved
}

// happened shows one thing that has happened.
func (w *watch) happened(e *session.Event) {
	switch e.Kind {
	case session.Warned, session.Noted:
		w.tell(e.Text)
	case session.UnknownStatus:
		if !w.Once { // whose table says so
			w.tell(e.Text)
		}
	case session.Notified:
		w.err.pending = append(w.err.pending, w.Notify(sanitize.Line(e.Text))...)
	case session.FileSaved, session.FileFailed, session.FileCanceled:
		w.fileEnded(e)
	case session.Changed:
		w.changed(e.Record)
	case session.Removed:
		w.removed(e.Record)
	case session.APIAway:
		w.tellAway()
	case session.APIBack:
		w.gone = false
		w.tell("the API answers again")
	default:
	}
}

// watches returns what was told of a job, if it is watched; else nil.
func (w *watch) watches(r *session.Record) *watched {
	if at := w.jobs[r.ID]; at != nil && at.Record == r && w.watching {
		return at
	}
	return nil
}

// changed shows what is known of a job now.
func (w *watch) changed(r *session.Record) {
	w.forecaster.See(&r.Job)
	at := w.watches(r)
	if at == nil || at.settled {
		return
	}
	now := time.Now()
	shown := w.show(at, now)
	if w.tellTrouble(at) && !shown && w.JSON {
		w.line(at, now)
	}
	if w.Once && r.Polls > 0 {
		w.settle(at)
	}
}

// settle ends the wait for a job.
func (w *watch) settle(at *watched) {
	if !at.settled {
		at.settled = true
		w.unsettled--
	}
	if w.FailFast && w.first == nil && at.End.Finished() && at.End != job.EndedDone {
		w.first = at
	}
	w.session.Unwatch(at.Record)
}

// show writes a job's line when it is first heard, or its status has changed since, and settles
// a job that is finished. It reports whether it wrote a line.
func (w *watch) show(at *watched, now time.Time) (shown bool) {
	heard, is := at.End.Finished() || !at.Answered.Equal(at.before), fmt.Sprint(at.Answer.Status, at.End)
	if shown = heard && at.told != is; shown {
		w.showStatus(at, now)
		at.told = is
	}
	if at.End.Finished() {
		w.settle(at)
	}
	return shown
}

// removed stops watching a job that left the state file. Unless all that was wanted of it is
// there, it ended without success.
func (w *watch) removed(r *session.Record) {
	w.forecaster.Remove(r.ID)
	at := w.watches(r)
	if _, fetching := w.session.File(r.ID); at == nil || at.settled && !fetching {
		return
	}
	now, gone := time.Now(), *r
	gone.Answer.Status, gone.End, gone.Ended = "removed", job.EndedError, now
	gone.Cause = "another jobwatch or program took it out of the state file"
	at.Record, at.told = &gone, "removed"
	w.settle(at)
	w.showStatus(at, now)
}

// showStatus writes a job's status, at the time of its end or answer, if it has one.
func (w *watch) showStatus(at *watched, now time.Time) {
	when := now
	switch {
	case at.End.Finished() && !at.Ended.IsZero():
		when = at.Ended
	case !at.Answered.IsZero():
		when = at.Answered
	}
	j := w.session.Public(&at.Job)
	ready := w.ready(at, now).WithClock(when.Local())
	if ready != "" {
		ready = "(ready " + ready + ")"
	}
	w.line(at, when, padded(word(&j), style.WordWidth), percent(j.Answer.Progress), about(&j), ready)
}

// line writes a line about a job if the filter shows it. One look has a table at the end instead.
func (w *watch) line(at *watched, when time.Time, said ...string) {
	switch {
	case !w.matches(w.Filter, at.Record):
	case w.JSON:
		w.out.pending = w.object(at, when).append(w.out.pending)
	case !w.Once:
		text := style.Joined("  ", said...)
		w.out.pending = fmt.Appendf(w.out.pending, "%s  %s  %s\n", when.Local().Format(time.DateTime), padded(w.short[at.ID], w.shortest), text)
	}
}

// ready is when a job will be Done, as far as that can be told.
func (w *watch) ready(at *watched, now time.Time) forecast.Estimate {
	if s := joblist.StateOf(at.Answer.Status, at.End); s.Finished() || s == joblist.Other {
		return forecast.Estimate{}
	}
	return w.forecaster.Job(at.ID, now).Ready
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
		at.noFile, at.file = e.Text, "PDF failed: "+e.Text
	default:
		at.file = e.Text
	}
	w.line(at, time.Now(), sanitize.Line(at.file))
}

// matches reports whether a filter matches a job. Its age is that at the start.
func (w *watch) matches(f joblist.Filter, r *session.Record) bool {
	return f.Match(&joblist.Row{Record: r}, w.begun)
}

// tell says something about jobwatch itself.
func (w *watch) tell(text string) {
	w.err.pending = fmt.Appendf(w.err.pending, "jobwatch: %s\n", sanitize.Line(text))
}

// tellAway says that the API has been away for a while. One look waits for it no longer.
func (w *watch) tellAway() {
	if w.gone {
		return
	}
	w.gone = true
	problem, why := w.session.Host().Problem, "it asks for fewer requests"
	if problem != nil {
		why = problem.Reason
	}
	if !w.Once {
		w.tell("the API is away: " + why + "; jobwatch goes on trying")
		return
	}
	w.tell("the API is away: " + why + "; what follows is what was known before")
	for _, at := range w.order {
		if !at.settled && at.Problem == nil {
			missed := *at.Record
			missed.Problem = problem
			at.Record = &missed
		}
		w.settle(at)
	}
}

// oftenFailed is how many polls of a job fail in a row before that is told.
const oftenFailed = 3

// tellTrouble says that a job's polls keep failing, or fail no more, unless the API is away as
// a whole or the job has ended, and reports whether it did.
func (w *watch) tellTrouble(at *watched) bool {
	now, text := [2]int{}, " can be checked again"
	if p := at.Problem; p != nil {
		now = [2]int{int(p.Kind), p.Code} // without the reason, which may count seconds
		goesOn := "; jobwatch goes on trying"
		if p.Kind == job.NotFound {
			goesOn = "; jobwatch gives it up after 10 minutes of this"
		}
		text = " can't be checked: " + w.problem(at) + goesOn
	}
	if rare := at.Problem != nil && at.Failed < oftenFailed; rare || now == at.trouble || w.gone || at.End.Finished() {
		return false
	}
	at.trouble = now
	w.tell(w.short[at.ID] + text)
	return true
}
