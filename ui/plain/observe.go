package plain

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/forecast"
	"example.com/jobwatch/ui/joblist"
)

// updated takes in what the poller found out.
func (w *watch) updated(u poller.Update) {
	w.hosted(u.Host)
	for i := range u.Reports {
		w.reported(&u.Reports[i])
	}
}

func (w *watch) reported(r *job.Report) {
	at := w.jobs[r.ID]
	if at == nil || at.settled {
		return
	}
	j := at.job
	after, save := j.Observe(*r)
	*j = after
	w.oracle.See(j)
	if save {
		w.saves.observe(j)
	}
	at.problem = r.Problem
	turned := at.turn(r)
	if shown := w.show(j, r.At); turned && !shown && w.cfg.JSON && w.shows(j) {
		w.object(j, r.At)
	}
	w.tellTrouble(j)
	w.tellUnknown(j)
	if j.End.Finished() {
		w.overBy(j)
	}
	if w.cfg.Once && r.Polls > 0 {
		w.settle(r.ID)
	}
}

// settle ends the wait for a job.
func (w *watch) settle(id job.ID) {
	if at := w.jobs[id]; !at.settled {
		at.settled = true
		w.left--
		if at.polled {
			w.cfg.Watcher.Remove(id)
		}
	}
}

// show writes a job's line when it is first heard, or its status has changed since,
// and settles a job that is finished. What was known before is no news, until it is
// heard again. It reports whether it wrote a line.
func (w *watch) show(j *store.Job, now time.Time) (shown bool) {
	at := w.jobs[j.ID]
	heard := j.End.Finished() || !j.Answered.Equal(at.before)
	if changed := !at.told || at.status != j.Answer.Status || at.end != j.End; heard && changed {
		shown = true
		w.line(j, now)
		at.told, at.status, at.end = true, j.Answer.Status, j.End
	}
	if j.End.Finished() {
		w.settle(j.ID)
		w.download(j)
	}
	return shown
}

func (w *watch) line(j *store.Job, now time.Time) {
	when := stamp(j, now)
	switch {
	case !w.shows(j):
	case w.cfg.JSON:
		w.object(j, when)
	case !w.cfg.Once: // whose table comes at the end
		w.out.pending = plainLine(w.out.pending, w.public(j), when, w.ready(j, now), w.shorts.of(j.ID), w.shorts.width())
	}
}

// ready is when a job will be Done, as far as that can be told.
func (w *watch) ready(j *store.Job, now time.Time) forecast.Estimate {
	if s := joblist.StateOf(j.Answer.Status, j.End); s.Finished() || s == joblist.Other {
		return forecast.Estimate{}
	}
	return w.oracle.Job(j.ID, now).Ready
}

// fileLine tells what became of a job's PDF.
func (w *watch) fileLine(j *store.Job) {
	now := time.Now()
	switch {
	case !w.shows(j):
	case w.cfg.JSON:
		w.object(j, now)
	case !w.cfg.Once:
		w.out.pending = fileLine(w.out.pending, w.jobs[j.ID].file, now, w.shorts.of(j.ID), w.shorts.width())
	}
}

func (w *watch) object(j *store.Job, at time.Time) {
	o := objectOf(w.public(j), w.ready(j, at), at)
	o.ID, o.Batch = j.ID.String(), known(w.ledger.batches[j.Batch].Name)
	o.Problem = known(problemText(w.problem(j)))
	if w.cfg.Redact {
		o.ID = w.shorts.of(j.ID)
	}
	if err := w.jobs[j.ID].noFile; err != nil {
		o.File, o.NoFile = nil, known(w.errorText(err))
	}
	line, err := jsonLine(w.out.pending, &o)
	if err != nil { // of a number that JSON can't hold, which no progress is
		w.tell(fmt.Sprintf("%s can't be written as JSON: %v", w.shorts.of(j.ID), err))
	}
	w.out.pending = line
}

// followed takes in what another jobwatch wrote into the state file.
func (w *watch) followed(f following) {
	if f.err != nil {
		if !errors.Is(f.err, context.Canceled) {
			w.tell(fmt.Sprintf("what others write into the state file is not seen any more: %v", f.err))
		}
		return
	}
	if f.news.Warning.Kind != 0 {
		w.tell(f.news.Warning.Text)
	}
	w.tellDamage(f.news.Damaged, "")
	if f.news.Reset != nil {
		w.replaced(f.news.Reset)
	}
	for _, op := range f.news.Ops {
		w.applied(op)
	}
	if f.news.Lost {
		w.saves.add(w.ledger.ops()...)
	}
}

func (w *watch) applied(op store.Op) {
	switch op := op.(type) {
	case store.SetBatch:
		w.ledger.batches[op.Batch.ID] = op.Batch
	case store.Track:
		w.ledger.track(op.Job)
	case store.Observe:
		w.observed(op.Job)
	case store.Forget:
		w.forgotten(op.ID)
	}
}

// observed takes another's word for a job where it is newer than ours. Where the PDF
// is counts from both, as an end may have been noted before the PDF was there. What
// then differs from the file, or would once what waits is saved, is saved again.
func (w *watch) observed(theirs store.Job) {
	j := w.ledger.jobs[theirs.ID]
	if j == nil {
		return
	}
	lost := theirs.File == "" && j.File != ""
	j.File = cmp.Or(theirs.File, j.File)
	unended := j.End.Finished() && !theirs.End.Finished()
	at := w.jobs[theirs.ID]
	polled := at != nil && at.polled && !at.settled
	older := unended || theirs.Answered.Before(j.Answered) || polled && theirs.End.Verdict() // we ask ourselves
	undone := unended && !theirs.Answered.After(j.Answered)
	if !older {
		theirs.Batch, theirs.Added, theirs.File = j.Batch, j.Added, j.File
		*j = theirs
	}
	if lost || undone || w.saves.observes(j.ID) {
		w.saves.observe(j)
	}
	if at != nil && !at.settled && !older {
		if w.show(j, time.Now()); j.End.Finished() {
			w.overBy(j)
		}
	}
}

// removed is what stands for the status of a job that left the state file.
const removed = "removed"

// forgotten stops watching a job that left the state file: another jobwatch removed it,
// or another program put a file there that lacks it. Unless all that was wanted of it is
// there, it ended without success.
func (w *watch) forgotten(id job.ID) {
	j := w.ledger.jobs[id]
	if j == nil {
		return
	}
	delete(w.ledger.jobs, id)
	at := w.jobs[id]
	if at == nil || at.settled && w.files.under[id] == nil {
		return
	}
	now, gone := time.Now(), *j
	gone.Answer.Status, gone.End, gone.Ended = removed, job.EndedError, now
	gone.Cause = "another jobwatch or program took it out of the state file"
	at.job, at.told = &gone, true
	w.line(&gone, now)
	w.settle(id)
	w.files.cancel(id)
}

// replaced takes in a state file that was rewritten under us.
func (w *watch) replaced(c *store.Contents) {
	there := make(map[job.ID]bool, len(c.Jobs))
	for _, b := range c.Batches {
		w.ledger.batches[b.ID] = b
	}
	for _, j := range c.Jobs {
		there[j.ID] = true
		w.ledger.track(j)
		w.observed(j)
	}
	waiting := w.saves.tracking()
	for _, id := range w.ledger.order {
		if !there[id] && !waiting[id] {
			w.forgotten(id)
		}
	}
}
