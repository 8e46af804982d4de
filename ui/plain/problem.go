package plain

import (
	"fmt"
	"net/http"
	"strings"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
)

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
func (at *watched) turn(r *job.Report) bool {
	var now trouble
	switch {
	case r.Problem == nil:
	case r.Failed < oftenFailed:
		return false
	default:
		now = trouble{r.Problem.Kind, r.Problem.Code}
	}
	turned := now != at.trouble
	at.trouble = now
	return turned
}

// tellTrouble says that a job's polls keep failing, or fail no more. Once it was said of
// the API that it is away, it says nothing until it is back; nor of a job that has ended.
func (w *watch) tellTrouble(j *store.Job) {
	at := w.jobs[j.ID]
	if at.trouble == at.complained || w.gone || j.End.Finished() {
		return
	}
	at.complained = at.trouble
	short := w.shorts.of(j.ID)
	switch at.trouble.kind {
	case job.NoProblem:
		w.tell(short + " can be checked again")
	case job.NotFound:
		w.tell(short + " can't be checked: " + problemText(w.problem(j)) + "; jobwatch gives it up after 10 minutes of this")
	default:
		w.tell(short + " can't be checked: " + problemText(w.problem(j)) + "; jobwatch goes on trying")
	}
}

// tellUnknown says that a job's status is a word that nobody knows. The table of one
// look says so itself.
func (w *watch) tellUnknown(j *store.Job) {
	if w.cfg.Once || j.End.Finished() {
		return
	}
	if text := w.unknown.Report(w.public(j).Answer.Status, w.shorts.of(j.ID)); text != "" {
		w.tell(text)
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
	return joined(": ", strings.TrimSpace(fmt.Sprintf("%d %s", p.Code, status)), reason)
}
