package joblist

import (
	"time"

	"example.com/jobwatch/poller/job"
)

// Running jobs' bars are drawn ahead of their answers, so that they move while nobody
// hears of them. Only what is drawn is ahead: orders, filters, counts and all that
// leaves the screen keep to what the API said.

// Drawn is the progress that the row's bar shows: what the API said, or more if it was
// carried on meanwhile. It goes back only when the job truly began again, and it is
// complete only when the job is Done.
func (r *Row) Drawn() job.Progress {
	p := r.Progress()
	if r.State() == Done || !p.Known() {
		return p
	}
	if !r.End.Finished() { // then nothing is guessed any more
		p = max(p, r.drawn)
	}
	return min(p, almost)
}

const (
	almost = 0.999 // of a bar; what is drawn of a job that says that it's complete, but not Done
	fall   = 0.05  // by so much an answer is below the one before if the job began again
)

// Carry moves the bars in view, and the current row's, on to where they may be at a
// time, unless their last answer came before since: nothing is told of a job by a
// pace from before a silence.
func (l *List) Carry(at, since time.Time) {
	for _, line := range l.Lines() {
		if line.Row != nil {
			line.Row.carry(at, since)
		}
	}
	if i := l.cursor.row; i >= 0 {
		l.rows[i].carry(at, since)
	}
}

func (r *Row) carry(at, since time.Time) {
	if r.moves(at, since) {
		r.drawn = max(r.drawn, r.report().ProgressAt(at))
	}
}

// Reaches is when [List.Carry] will have moved the row's bar to p. It is false if it
// won't without another answer.
func (r *Row) Reaches(p job.Progress, now, since time.Time) (time.Time, bool) {
	if !r.moves(now, since) {
		return time.Time{}, false
	}
	return r.report().ReachesAt(p)
}

// moves reports whether the row's bar moves on without another answer.
func (r *Row) moves(now, since time.Time) bool {
	return r.Speed > 0 && r.State() == Running && !r.Stalled && !r.Stale(now) && r.Answered.After(since)
}

func (r *Row) report() *job.Report {
	return &job.Report{Answer: r.Answer, Answered: r.Answered, Speed: r.Speed}
}

// hear carries the bar over to what is known of the row's job now, which was in a state
// before.
func (r *Row) hear(before State) {
	was, is := r.progress, r.Answer.Progress
	r.progress = is
	revived := before.Finished() && !r.End.Finished()
	if revived || r.Answer.Status == job.NotStarted || !is.Known() || is < was-fall {
		r.drawn = 0 // it began again
		return
	}
	r.drawn = max(r.drawn, was)
}
