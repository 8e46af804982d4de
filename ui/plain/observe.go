package plain

import (
	"context"
	"errors"
	"fmt"
	"time"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
)

// updated takes in what the poller found out.
func (w *watch) updated(u poller.Update) {
	w.hosted(u.Host)
	for i := range u.Reports {
		w.reported(&u.Reports[i])
	}
}

func (w *watch) reported(r *job.Report) {
	at, j := w.jobs[r.ID], w.ledger.jobs[r.ID]
	if at == nil || j == nil || at.settled {
		return
	}
	after, save := j.Observe(*r)
	*j = after
	if save {
		w.saves.observe(j)
	}
	at.problem = r.Problem
	w.show(j, r.At)
	if w.cfg.Once && r.Polls > 0 {
		w.settle(r.ID)
	}
	unknown := r.Problem != nil && r.Problem.Kind == job.NotFound && r.Answer.Status == ""
	if unknown && !at.hinted && !at.settled {
		at.hinted = true
		if w.hints++; w.hints <= mostHints {
			w.tell(w.shorts.of(r.ID) + " is not known to the API (yet); it is asked again for 10 minutes")
		}
	}
}

// settle ends the wait for a job.
func (w *watch) settle(id job.ID) {
	if at := w.jobs[id]; !at.settled {
		at.settled = true
		w.left--
		if at.polled {
			w.cfg.Watcher.Forget(id)
		}
	}
}

// show writes a job's line when it is first heard, or its status has changed since,
// and settles a job that is finished. What was known before is no news, until it is
// heard again.
func (w *watch) show(j *store.Job, now time.Time) {
	at := w.jobs[j.ID]
	heard := j.End.Finished() || !j.Answered.Equal(at.before)
	if changed := !at.told || at.status != j.Answer.Status || at.end != j.End; heard && changed {
		w.line(j, now)
		at.told, at.status, at.end = true, j.Answer.Status, j.End
	}
	if j.End.Finished() {
		w.settle(j.ID)
	}
}

func (w *watch) line(j *store.Job, now time.Time) {
	when := stamp(j, now)
	switch {
	case w.cfg.JSON:
		line, err := jsonLine(w.out.pending, j, when, w.ledger.batches[j.Batch].Name)
		if err != nil { // of a number that JSON can't hold, which no progress is
			w.tell(fmt.Sprintf("%s can't be written as JSON: %v", w.shorts.of(j.ID), err))
		}
		w.out.pending = line
	case !w.cfg.Once: // whose table comes at the end
		w.out.pending = plainLine(w.out.pending, j, when, w.shorts.of(j.ID), w.shorts.width())
	}
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

// observed takes another's word for a job where it is newer than ours.
func (w *watch) observed(theirs store.Job) {
	j := w.ledger.jobs[theirs.ID]
	if j == nil || j.End.Finished() && !theirs.End.Finished() || theirs.Answered.Before(j.Answered) {
		return
	}
	theirs.Batch, theirs.Added = j.Batch, j.Added
	*j = theirs
	if at := w.jobs[j.ID]; at != nil && !at.settled {
		w.show(j, time.Now())
	}
}

// forgotten stops watching a job that somebody has forgotten in another jobwatch.
func (w *watch) forgotten(id job.ID) {
	if w.ledger.jobs[id] == nil {
		return
	}
	delete(w.ledger.jobs, id)
	if at := w.jobs[id]; at != nil && !at.settled {
		w.tell(w.shorts.of(id) + " was forgotten in another jobwatch: it is not watched any more")
		w.settle(id)
	}
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
	for _, id := range w.ledger.order {
		if !there[id] && !w.saves.holds(id) {
			w.forgotten(id)
		}
	}
}
