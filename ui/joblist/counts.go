package joblist

// Counts is how many jobs there are of each kind, and how far they are.
type Counts struct {
	Total       int
	By          [States]int
	News        int // ends that have not been looked at
	NewFailures int // those of them that are failures
	Selected    int

	done int64 // millionths of a job
}

// Finished is how many jobs have ended, one way or another.
func (c *Counts) Finished() int { return c.By[Done] + c.Failed() }

// Failed is how many jobs have ended without a result.
func (c *Counts) Failed() int { return c.By[Error] + c.By[Rejected] + c.By[GivenUp] }

// Live is how many jobs are still polled.
func (c *Counts) Live() int { return c.Total - c.Finished() }

// Progress is how much of the whole is over, 0 to 1: a finished job counts 1,
// failed or not, since nothing more will come of it; a live job counts its
// progress, 0 while that is unknown. 0 if there are no jobs.
func (c *Counts) Progress() float64 {
	if c.Total == 0 {
		return 0
	}
	return float64(c.done) / (whole * float64(c.Total))
}

// whole is what one finished job adds to Counts.done. Whole numbers, since a sum
// of fractions that is added to and taken from for weeks would drift.
const whole = 1e6

// tally is what one row adds to the counts.
type tally struct {
	done     int32
	state    State
	news     bool
	selected bool
}

func tallyOf(r *Row) tally {
	t := tally{state: r.State(), news: r.News, selected: r.Selected}
	switch p := r.Answer.Progress; {
	case t.state.Finished():
		t.done = whole
	case p.Known():
		t.done = int32(min(p, 1)*whole + 0.5)
	}
	return t
}

// add adds n times t, n being 1 or -1.
func (c *Counts) add(t tally, n int) {
	c.Total += n
	c.By[t.state] += n
	c.done += int64(n) * int64(t.done)
	if t.selected {
		c.Selected += n
	}
	if t.news {
		c.News += n
		if t.state.Failed() {
			c.NewFailures += n
		}
	}
}
