package forecast

// runHeap holds running jobs, the one that will be ready last on top. Each job is
// in two of them: its batch's and that of all.
//
// What places are compared by stands in the heap itself, and each job that moves is
// told its new place once: most of 100,000 jobs are in no cache, and to look at one
// takes as long as all else that a report of it costs.
type runHeap struct {
	which int
	jobs  []running
}

// running is a job in its place.
type running struct {
	*live
	due float64 // a copy
}

func (h *runHeap) push(l *live) {
	h.jobs = append(h.jobs, running{})
	h.settle(len(h.jobs)-1, running{l, l.due})
}

func (h *runHeap) remove(l *live) {
	n := len(h.jobs) - 1
	last := h.jobs[n]
	h.jobs[n] = running{}
	h.jobs = h.jobs[:n]
	if last.live != l {
		h.settle(l.at[h.which], last)
	}
}

// fix puts a job whose due has changed where it belongs.
func (h *runHeap) fix(l *live) { h.settle(l.at[h.which], running{l, l.due}) }

// settle finds r's place from the hole at i on: up past all that are ready earlier,
// or down past all that are ready later.
func (h *runHeap) settle(i int, r running) {
	for i > 0 && h.jobs[(i-1)/2].due < r.due {
		h.set(i, h.jobs[(i-1)/2])
		i = (i - 1) / 2
	}
	for {
		next := 2*i + 1
		if next+1 < len(h.jobs) && h.jobs[next+1].due > h.jobs[next].due {
			next++
		}
		if next >= len(h.jobs) || h.jobs[next].due <= r.due {
			break
		}
		h.set(i, h.jobs[next])
		i = next
	}
	h.set(i, r)
}

func (h *runHeap) set(i int, r running) {
	h.jobs[i] = r
	r.at[h.which] = i
}
