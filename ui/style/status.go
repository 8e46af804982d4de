package style

import (
	"fmt"

	"example.com/jobwatch/poller/job"
)

// Look is how a job's state is shown: always by a glyph and a word, and by a
// colour besides.
type Look struct {
	Glyph string
	Word  string // at most WordWidth cells when it is one of ours; the API's own word otherwise
	Role  Role
}

// WordWidth is the width of the longest word that [Theme.Look] makes itself.
const WordWidth = len("Not Started")

// Look returns how a job looks of which the API last said status, whose polling
// ended with end, and whose last poll failed with problem if that is not nil.
// A word of the API that we don't know comes back as it is: untrusted.
func (t *Theme) Look(status job.Status, end job.End, problem *job.Problem) Look {
	g := &t.Glyphs
	switch end {
	case job.EndedRejected:
		return Look{g.Rejected, "Rejected", Error}
	case job.EndedGivenUp:
		return Look{g.GivenUp, "Given up", Error}
	case job.Live, job.EndedDone, job.EndedError:
	}
	switch status {
	case job.NotStarted:
		return Look{g.Queued, "Not Started", Dim}
	case job.Processing:
		return Look{g.Running, "Processing", Accent}
	case job.Done:
		return Look{g.Done, "Done", OK}
	case job.Error:
		return Look{g.Error, "Error", Error}
	case "":
		return t.unheard(problem)
	default:
		return Look{g.Running, string(status), Warn}
	}
}

// unheard is how a job looks of which the API has not said anything yet.
func (t *Theme) unheard(problem *job.Problem) Look {
	switch {
	case problem == nil:
		return Look{t.Glyphs.Checking, "Checking", Dim}
	case problem.Kind == job.NotFound:
		return Look{t.Glyphs.GivenUp, "Not found", Warn}
	default:
		return Look{t.Glyphs.Checking, "No answer", Warn}
	}
}

// UnknownStatus is what is said of a job whose status is none of the API's words.
const UnknownStatus = "jobwatch does not know this status"

// Unknown remembers which status words were reported as unknown.
type Unknown struct{ told map[job.Status]bool }

// mostUnknown is how many words are reported: a status that changes with every answer
// must not fill a log.
const mostUnknown = 10

// Report returns what to say of a live job's status: "" if the word is known or was
// reported before.
func (u *Unknown) Report(status job.Status, short string) string {
	if status == "" || status.Known() || u.told[status] || len(u.told) == mostUnknown {
		return ""
	}
	if u.told == nil {
		u.told = make(map[job.Status]bool)
	}
	u.told[status] = true
	return fmt.Sprintf("the API gives %s the status %q, which jobwatch does not know; "+
		"it waits until such jobs are Done or Error, and checks them ever more rarely", short, string(status))
}
