package theme

import "example.com/jobwatch/poller/job"

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
		return Look{g.Running, string(status), Accent}
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
