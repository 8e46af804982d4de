package plain

import (
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/ui/config"
)

// Result is how the jobs stood at the end.
type Result struct {
	Done        int
	Failed      int // finished, but not Done
	Unfinished  int
	NotSaved    int  // PDFs that were wanted and could not be had
	Interrupted bool // the context ended before the jobs did
	Cut         bool // nobody reads standard output any more
	Once        bool // it was one look only
}

// Exit is the exit status: of unfinished jobs there are only some after one look,
// an interruption, or when nobody reads on.
func (r Result) Exit() int {
	switch {
	case r.Interrupted:
		return config.ExitInterrupted
	case r.Failed > 0, r.NotSaved > 0, r.Cut:
		return config.ExitNotDone
	case r.Unfinished > 0 && r.Once:
		return config.ExitUnfinished
	case r.Unfinished > 0:
		return config.ExitNotDone
	}
	return config.ExitDone
}

// count adds a job.
func (r *Result) count(end job.End) {
	switch {
	case end == job.EndedDone:
		r.Done++
	case end.Finished():
		r.Failed++
	default:
		r.Unfinished++
	}
}
