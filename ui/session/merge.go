package session

import (
	"cmp"
	"math"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
)

// Merge returns what is true of a job of which two windows know different things. It is
// the same whichever of the two it is told first, so that windows that exchange what they
// know agree. Only the batch and the time of adding are always ours: no window changes
// those of a job.
//
// Where the PDF is counts from both. Of all else the one that says more is true, whole:
//
//   - one that knows that the API put the job back after its end, before one that does not
//   - one with an end that the API gave the job, before one without
//   - one with the later answer
//   - of the same answer, one by which we gave the job up (or the API rejected its ID)
func Merge(ours, theirs store.Job) store.Job {
	merged, other := ours, theirs
	if compare(&theirs, &ours) > 0 {
		merged, other = theirs, ours
	}
	merged.File = cmp.Or(merged.File, other.File)
	merged.Batch, merged.Added = ours.Batch, ours.Added
	return merged
}

// compare orders what windows know of one job; the greatest is true. The last lines only see
// to it that two windows choose alike.
func compare(a, b *store.Job) int {
	return cmp.Or(
		cmp.Compare(restarts(a), restarts(b)),
		cmp.Compare(truth(a.End.Finished() && !a.End.Verdict()), truth(b.End.Finished() && !b.End.Verdict())),
		cmp.Compare(a.Answered.UnixMilli(), b.Answered.UnixMilli()),
		cmp.Compare(truth(a.End.Verdict()), truth(b.End.Verdict())),
		cmp.Compare(a.Ended.UnixMilli(), b.Ended.UnixMilli()),
		cmp.Compare(a.End, b.End),
		cmp.Compare(a.Answer.Status, b.Answer.Status),
		cmp.Compare(thousandths(a), thousandths(b)),
		cmp.Compare(a.Answer.Meta, b.Answer.Meta),
		cmp.Compare(a.Answer.Description, b.Answer.Description),
		cmp.Compare(a.Answer.Path, b.Answer.Path),
		cmp.Compare(a.Cause, b.Cause),
		cmp.Compare(a.File, b.File),
	)
}

// restarts is how often the API put the job back after it had ended.
func restarts(j *store.Job) int {
	n := 0
	for i := 1; i < len(j.History); i++ {
		if j.History[i-1].Status.Final() && !j.History[i].Status.Final() {
			n++
		}
	}
	return n
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

func thousandths(j *store.Job) int {
	if !j.Answer.Progress.Known() {
		return -1
	}
	return int(math.Round(1000 * float64(j.Answer.Progress)))
}

// lacks reports whether a state file that says written of a job last has lost something
// that is true of it.
func lacks(written, truth *store.Job) bool {
	a, b := written.Answer, truth.Answer
	a.Progress, b.Progress = job.Progress(thousandths(written)), job.Progress(thousandths(truth))
	return a != b || written.End != truth.End || written.Cause != truth.Cause || written.File != truth.File
}
