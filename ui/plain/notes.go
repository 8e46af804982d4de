package plain

import (
	"fmt"
	"time"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/safe"
)

// tellOpened says what was wrong with the state file when it was opened.
func (w *watch) tellOpened() {
	o := &w.cfg.Opened
	for _, warning := range o.Warnings {
		w.tell(warning.Text)
		w.saves.failing = w.saves.failing || warning.Kind == store.NotSaving // told already
	}
	switch {
	case o.Damaged > 0 && o.Backup != "":
		w.tell(fmt.Sprintf("%s of the state file were damaged and skipped; the file as it was is kept as %s",
			plural(o.Damaged, "line"), o.Backup))
	case o.Damaged > 0:
		w.tell(plural(o.Damaged, "line") + " of the state file were damaged and skipped")
	}
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
	away := h.State == poller.EasingOff && !h.RetryAt.IsZero()
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
		w.settle(id)
	}
}

// tellCauses lists why jobs failed.
func (w *watch) tellCauses(failed int) {
	if failed == 0 || w.cfg.Once { // whose table has the causes
		return
	}
	w.tell(fmt.Sprintf("%d of %s are not Done:", failed, plural(len(w.order), "job")))
	listed := 0
	for _, id := range w.order {
		j := w.ledger.jobs[id]
		if j == nil || cause(j) == "" {
			continue
		}
		if listed++; listed > mostCauses {
			w.err.pending = fmt.Appendf(w.err.pending, "  and %d more\n", failed-mostCauses)
			return
		}
		w.err.pending = fmt.Appendf(w.err.pending, "  %s\n", safe.Line(failure(j, w.shorts.of(id))))
	}
}
