package style

import "example.com/jobwatch/poller/job"

// Look is how a job's state is shown: by a glyph and a word, and also by colour.
type Look struct {
	Glyph string
	Word  string // at most WordWidth cells, unless it is an unknown status
	Role  Role
}

// WordWidth is the width of the longest word for a known status.
const WordWidth = len("Not Started")

// Look returns the look of a job, given the API's last status, how its polling ended, and
// the problem of its last poll, nil if that succeeded. The word of an unknown status is the
// API's own and untrusted.
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
		return t.unanswered(problem)
	default:
		return Look{g.Running, string(status), Warn}
	}
}

// unanswered returns the look of a job before the API's first answer.
func (t *Theme) unanswered(problem *job.Problem) Look {
	switch {
	case problem == nil:
		return Look{t.Glyphs.Checking, "Checking", Dim}
	case problem.Kind == job.NotFound:
		return Look{t.Glyphs.GivenUp, "Not found", Warn}
	default:
		return Look{t.Glyphs.Checking, "No answer", Warn}
	}
}

// UnknownStatus is the note on a job with an unknown status.
const UnknownStatus = "jobwatch does not know this status"
