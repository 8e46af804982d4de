package plain

import (
	"fmt"
	"time"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/sanitize"
)

// tellOpened says what was wrong with the state file when it was opened.
func (w *watch) tellOpened() {
	o := &w.cfg.Opened
	for _, warning := range o.Warnings {
		w.tell(warning.Text)
		w.saves.failing = w.saves.failing || warning.Kind == store.NotSaving // told already
	}
	w.tellDamage(o.Damaged, o.Backup)
}

// tellDamage tells of lines of the state file that could not be read, and of the copy
// that was made of it, if there is one.
func (w *watch) tellDamage(lines int, backup string) {
	if lines == 0 {
		return
	}
	text := "skipped " + plural(lines, "damaged line") + " of the state file"
	if backup != "" {
		text += "; the file as it was is kept as " + backup
	}
	w.tell(text)
}

// saved ends a save. Trouble with the disk is told once, and so is its end.
func (w *watch) saved(err error) {
	switch changed := w.saves.landed(err); {
	case changed && err != nil:
		w.tell(fmt.Sprintf("%v; jobwatch goes on watching and tries again", err))
	case changed:
		w.tell("changes are saved again")
	}
}

// hosted takes note of whether the API answers. After an outage it eases off for a
// while longer, but answers.
func (w *watch) hosted(h poller.Host) {
	away := h.State == poller.BackingOff && !h.RetryAt.IsZero()
	w.absent(away)
	was := w.gone || w.away != nil
	w.host = h
	switch {
	case away == was:
	case away:
		w.away = time.After(awayDelay)
	default:
		w.away = nil
		if w.gone {
			w.gone = false
			w.tell("the API answers again")
		}
	}
}

// tellAway says that the API has been away for a while. One look only doesn't wait
// for it any longer.
func (w *watch) tellAway() {
	w.away, w.gone = nil, true
	why := "it asks for fewer requests"
	if p := w.host.Problem; p != nil {
		why = p.Reason
	}
	if !w.cfg.Once {
		w.tell("the API is away: " + why + "; jobwatch goes on trying")
		return
	}
	w.tell("the API is away: " + why + "; what follows is what was known before")
	for _, id := range w.order {
		if at := w.jobs[id]; !at.settled && at.problem == nil {
			at.problem = w.host.Problem
		}
		w.settle(id)
	}
}

// tellEnd says what is to be said at the end. One look's table has told the causes
// of failures, and so have JSON's lines.
func (w *watch) tellEnd(r *Result) {
	if r.Failed > 0 && !w.cfg.Once && !w.cfg.JSON {
		w.tellCauses(r.Failed)
	}
	if r.NotSaved > 0 {
		w.tellNotSaved(r.NotSaved)
	}
	var left []string
	if r.Unfinished > 0 {
		left = append(left, plural(r.Unfinished, "unfinished job")+w.kept(r.Unfinished))
	}
	if w.files.canceled > 0 {
		left = append(left, plural(w.files.canceled, "PDF")+" not saved yet")
	}
	if w.cfg.Demo {
		left = append(left, "nothing of the demo is kept")
	}
	if r.Interrupted && len(left) > 0 && !w.cfg.JSON {
		w.tell("interrupted; " + joined(", ", left...))
	}
}

// kept says how many of so many unfinished jobs the next run goes on with.
func (w *watch) kept(unfinished int) string {
	lost := 0
	for id := range w.saves.tracking() {
		if j := w.ledger.jobs[id]; w.jobs[id] != nil && j != nil && !j.End.Finished() {
			lost++
		}
	}
	switch {
	case w.cfg.Demo:
		return ""
	case lost == 0:
		return " still tracked"
	case lost == unfinished:
		return " not tracked"
	}
	return fmt.Sprintf(", %d of them not tracked", lost)
}

// tellCauses lists why jobs failed.
func (w *watch) tellCauses(failed int) {
	head := fmt.Sprintf("%d of %s are not Done:", failed, plural(len(w.order), "job"))
	w.list(head, failed, func(j *store.Job) string {
		if cause(j) == "" {
			return ""
		}
		return sanitize.Line(failure(j, w.shorts.of(j.ID)))
	})
}

// list tells of n jobs under a head: those that line has something to say of.
func (w *watch) list(head string, n int, line func(*store.Job) string) {
	w.tell(head)
	listed := 0
	for _, id := range w.order {
		text := line(w.public(w.jobs[id].job))
		if text == "" {
			continue
		}
		if listed++; listed > mostCauses {
			w.err.pending = fmt.Appendf(w.err.pending, "  and %d more\n", n-mostCauses)
			return
		}
		w.err.pending = fmt.Appendf(w.err.pending, "  %s\n", text)
	}
}
