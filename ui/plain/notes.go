package plain

import (
	"fmt"
	"net/http"
	"strings"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/sanitize"
	"example.com/jobwatch/ui/style"
)

// tellAway says that the API has been away for a while. One look only doesn't wait
// for it any longer.
func (w *watch) tellAway() {
	w.gone = true
	why := "it asks for fewer requests"
	if p := w.session.Host().Problem; p != nil {
		why = p.Reason
	}
	if !w.cfg.Once {
		w.tell("the API is away: " + why + "; jobwatch goes on trying")
		return
	}
	w.tell("the API is away: " + why + "; what follows is what was known before")
	for _, id := range w.order {
		at := w.jobs[id]
		if !at.settled && at.Problem == nil {
			at.unreached = w.session.Host().Problem
		}
		w.settle(at)
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
		left = append(left, style.Plural(r.Unfinished, "unfinished job")+w.kept(r.Unfinished))
	}
	if w.noPDF > 0 {
		left = append(left, style.Plural(w.noPDF, "PDF")+" not saved yet")
	}
	if w.cfg.Demo {
		left = append(left, "nothing of the demo is kept")
	}
	if r.Interrupted && len(left) > 0 && !w.cfg.JSON {
		w.tell("interrupted; " + style.Joined(", ", left...))
	}
}

// kept says how many of so many unfinished jobs the next run goes on with.
func (w *watch) kept(unfinished int) string {
	lost := 0
	for _, op := range w.unsaved {
		if t, ok := op.(store.Track); ok && w.jobs[t.Job.ID] != nil && !w.jobs[t.Job.ID].job().End.Finished() {
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
	head := fmt.Sprintf("%d of %s are not Done:", failed, style.Plural(len(w.order), "job"))
	w.list(head, failed, func(j *store.Job) string {
		if cause(j) == "" {
			return ""
		}
		return sanitize.Line(failure(j, w.shorts.of(j.ID)))
	})
}

// list prints n jobs under a head: those for which line returns a text.
func (w *watch) list(head string, n int, line func(*store.Job) string) {
	w.tell(head)
	listed := 0
	for _, id := range w.order {
		text := line(w.public(w.jobs[id].job()))
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

// tellNotSaved lists which PDFs could not be saved, and why.
func (w *watch) tellNotSaved(n int) {
	wanted := w.noPDF
	for _, at := range w.jobs {
		if at.file != "" {
			wanted++
		}
	}
	head := fmt.Sprintf("%d of %s could not be saved; the same command tries again:", n, style.Plural(wanted, "PDF"))
	w.list(head, n, func(j *store.Job) string {
		err := w.jobs[j.ID].noFile
		if err == nil {
			return ""
		}
		line := w.shorts.of(j.ID) + ": " + w.session.PublicError(err)
		if d := j.Answer.Description; d != "" {
			line += " (" + d + ")"
		}
		return sanitize.Line(line)
	})
}

// tell says something about jobwatch itself.
func (w *watch) tell(text string) {
	w.err.pending = append(w.err.pending, "jobwatch: "+sanitize.Line(text)+"\n"...)
}

// oftenFailed is how many polls of a job fail in a row before that is told: one or two
// are soon made up for.
const oftenFailed = 3

// trouble is the kind of problem that a job's polls keep failing with. Its reason is no
// part of it, as that may count seconds. The zero trouble is none.
type trouble struct {
	kind job.Kind
	code int
}

// turn notes whether a job's polls keep failing, and of what. It reports whether that
// has changed. While the job has failed less often, nothing has.
func (at *watched) turn() bool {
	var now trouble
	switch {
	case at.Problem == nil:
	case at.Failed < oftenFailed:
		return false
	default:
		now = trouble{at.Problem.Kind, at.Problem.Code}
	}
	turned := now != at.trouble
	at.trouble = now
	return turned
}

// tellTrouble says that a job's polls keep failing, or fail no more. Once it was said of
// the API that it is away, it says nothing until it is back; nor of a job that has ended.
func (w *watch) tellTrouble(at *watched) {
	if at.trouble == at.complained || w.gone || at.End.Finished() {
		return
	}
	at.complained = at.trouble
	short := w.shorts.of(at.ID)
	switch at.trouble.kind {
	case job.NoProblem:
		w.tell(short + " can be checked again")
	case job.NotFound:
		w.tell(short + " can't be checked: " + problemText(w.problem(at)) + "; jobwatch gives it up after 10 minutes of this")
	default:
		w.tell(short + " can't be checked: " + problemText(w.problem(at)) + "; jobwatch goes on trying")
	}
}

// problemText returns why a poll failed, with the HTTP status if there was one: "403
// Forbidden: the API gave an unexpected answer"; "" if it did not fail.
func problemText(p *job.Problem) string {
	switch {
	case p == nil:
		return ""
	case p.Code == 0:
		return p.Reason
	}
	status := http.StatusText(p.Code)
	reason := strings.TrimSuffix(p.Reason, ": "+status) // it may end with these words
	return style.Joined(": ", strings.TrimSpace(fmt.Sprintf("%d %s", p.Code, status)), reason)
}
