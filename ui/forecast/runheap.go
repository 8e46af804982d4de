package forecast

import "container/heap"

// runHeap holds running jobs, the one that will be ready last on top. Each job is
// in two of them: its batch's and that of all.
type runHeap struct {
	which int
	jobs  []*live
}

func (h *runHeap) Len() int           { return len(h.jobs) }
func (h *runHeap) Less(i, j int) bool { return h.jobs[i].due > h.jobs[j].due }
func (h *runHeap) Swap(i, j int) {
	h.jobs[i], h.jobs[j] = h.jobs[j], h.jobs[i]
	h.jobs[i].at[h.which], h.jobs[j].at[h.which] = i, j
}

// Push is for container/heap.
func (h *runHeap) Push(x any) {
	l := x.(*live) // push gives it nothing else
	l.at[h.which] = len(h.jobs)
	h.jobs = append(h.jobs, l)
}

// Pop is for container/heap.
func (h *runHeap) Pop() any {
	n := len(h.jobs) - 1
	l := h.jobs[n]
	h.jobs[n] = nil
	h.jobs = h.jobs[:n]
	return l
}

func (h *runHeap) push(l *live)   { heap.Push(h, l) }
func (h *runHeap) remove(l *live) { heap.Remove(h, l.at[h.which]) }
func (h *runHeap) fix(l *live)    { heap.Fix(h, l.at[h.which]) }
