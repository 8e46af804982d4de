package forecast

// queue holds the waiting jobs in the order they were added, which is about the
// order in which services start them. "How many are ahead of this one?" takes
// O(log n), by a Fenwick tree (1994).
type queue struct {
	jobs    []*live // nil where one has left
	tree    []int32 // 1-based: tree[i] counts the waiting among the last lowbit(i) places up to i
	waiting int

	starts  int     // seen while others waited
	follows float64 // where in the queue jobs start: 0 is its head, 0.5 anywhere
}

func (q *queue) add(l *live) {
	if len(q.jobs) > 2*q.waiting+1024 {
		q.pack()
	}
	q.push(l)
}

func (q *queue) push(l *live) {
	if len(q.tree) == 0 {
		q.tree = append(q.tree, 0)
	}
	q.jobs = append(q.jobs, l)
	i := len(q.jobs)
	l.place = i
	sum := int32(1)
	for j := i - 1; j > i-i&-i; j -= j & -j {
		sum += q.tree[j]
	}
	q.tree = append(q.tree, sum)
	q.waiting++
}

// pack renumbers those that are left: O(n), after n have come and gone.
func (q *queue) pack() {
	old := q.jobs
	q.jobs, q.tree, q.waiting = nil, nil, 0
	for _, l := range old {
		if l != nil {
			q.push(l)
		}
	}
}

func (q *queue) remove(l *live) {
	for i := l.place; i < len(q.tree); i += i & -i {
		q.tree[i]--
	}
	q.jobs[l.place-1] = nil
	q.waiting--
}

// ahead is how many wait in front of l.
func (q *queue) ahead(l *live) int {
	sum := int32(0)
	for i := l.place - 1; i > 0; i -= i & -i {
		sum += q.tree[i]
	}
	return int(sum)
}

// started notes from where in the queue a job started; l is still in it.
func (q *queue) started(l *live) {
	if q.waiting < 4 {
		return
	}
	q.starts++
	rank := float64(q.ahead(l)) / float64(q.waiting-1)
	q.follows += max(1/float64(q.starts), 1.0/16) * (rank - q.follows)
}

// inOrder says that the queue's head is served first, which is assumed until
// something else was seen.
func (q *queue) inOrder() bool { return q.starts < 5 || q.follows < 0.2 }

// rate is how fast jobs finish, from the last of them: as one finishes, another
// starts.
type rate struct {
	began float64
	ends  [64]float64 // a ring
	n     int         // since began
}

func (r *rate) reset(now float64) { *r = rate{began: now} }

func (r *rate) finish(now float64) {
	r.ends[r.n%len(r.ends)] = now
	r.n++
}

// perSecond is the rate and the number of finishes that it rests on; 0, 0 while
// there are too few to say.
func (r *rate) perSecond(now float64) (float64, int) {
	k, since := r.n, r.began
	if k > len(r.ends) {
		k, since = len(r.ends)-1, r.ends[r.n%len(r.ends)]
	}
	if k < 3 {
		return 0, 0
	}
	return float64(k) / max(now-since, tiny), k
}
