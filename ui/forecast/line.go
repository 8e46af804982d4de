package forecast

// line holds waiting jobs in the order they were added, for their number, the first and
// the last of them. Like running ones, each is in two: its batch's and that of all.
type line struct {
	which int
	jobs  []*live // nil where one has left, but neither the first nor the last
	gone  int     // how many places there were before jobs[0]
	n     int     // how many wait
}

func (w *line) first() *live      { return w.jobs[0] }
func (w *line) last() *live       { return w.jobs[len(w.jobs)-1] }
func (w *line) index(l *live) int { return l.at[w.which] - w.gone }

func (w *line) add(l *live) {
	if len(w.jobs) > 2*w.n+16 {
		w.pack()
	}
	w.push(l)
}

func (w *line) push(l *live) {
	l.at[w.which] = w.gone + len(w.jobs)
	w.jobs = append(w.jobs, l)
	w.n++
}

// pack renumbers those that are left: O(n), after n have come and gone.
func (w *line) pack() {
	old := w.jobs
	w.jobs, w.gone, w.n = make([]*live, 0, w.n+1), 0, 0
	for _, l := range old {
		if l != nil {
			w.push(l)
		}
	}
}

func (w *line) remove(l *live) {
	w.jobs[w.index(l)] = nil
	w.n--
	for len(w.jobs) > 0 && w.jobs[0] == nil {
		w.jobs = w.jobs[1:]
		w.gone++
	}
	for n := len(w.jobs); n > 0 && w.jobs[n-1] == nil; n-- {
		w.jobs = w.jobs[:n-1]
	}
}
