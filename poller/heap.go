package poller

import (
	"container/heap"
	"math"
)

// never is later than every time.
const never = math.MaxFloat64

// The keys by which jobs that are not being asked right now are ordered.
const (
	byDue     = iota // when the policy wants it looked at next
	byUnheard        // when it was last heard of
	orders
)

// queue is a heap of jobs by one of their keys, smallest first.
type queue struct {
	order int
	jobs  []*entry
}

func (q *queue) Len() int           { return len(q.jobs) }
func (q *queue) Less(i, j int) bool { return q.jobs[i].key[q.order] < q.jobs[j].key[q.order] }

func (q *queue) Swap(i, j int) {
	q.jobs[i], q.jobs[j] = q.jobs[j], q.jobs[i]
	q.jobs[i].place[q.order], q.jobs[j].place[q.order] = i, j
}

// Push is container/heap's.
func (q *queue) Push(x any) {
	e, _ := x.(*entry)
	e.place[q.order] = len(q.jobs)
	q.jobs = append(q.jobs, e)
}

// Pop is container/heap's.
func (q *queue) Pop() any {
	last := len(q.jobs) - 1
	e := q.jobs[last]
	q.jobs[last] = nil
	q.jobs = q.jobs[:last]
	e.place[q.order] = nowhere
	return e
}

// nowhere is the place of a job that is in no queue.
const nowhere = -1

// set puts the job into the queue, or moves it in it.
func (q *queue) set(e *entry, key float64) {
	e.key[q.order] = key
	if e.place[q.order] == nowhere {
		heap.Push(q, e)
	} else {
		heap.Fix(q, e.place[q.order])
	}
}

func (q *queue) remove(e *entry) {
	if i := e.place[q.order]; i != nowhere {
		heap.Remove(q, i)
	}
}

// first is the job with the smallest key, nil if there is none.
func (q *queue) first() *entry {
	if len(q.jobs) == 0 {
		return nil
	}
	return q.jobs[0]
}
