package poller

import (
	"fmt"
	"math"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/sim"
)

// rival is another policy: how long after the nth answer of a job, that came so long
// after the first question, it's asked again. Each job for itself, the first
// question at once.
type rival struct {
	name string
	tau  func(n int, age float64, s job.Status, p float64) float64
}

// fixed is what the official clients do, every 3 s.
func fixed(interval float64) rival {
	return rival{fmt.Sprintf("fixed %gs", interval), func(int, float64, job.Status, float64) float64 { return interval }}
}

func rivals() []rival {
	return []rival{
		fixed(1), fixed(3), fixed(10), fixed(55),
		{"back-off 1 to 30 s", func(n int, _ float64, _ job.Status, _ float64) float64 {
			return min(30, math.Exp2(float64(n-1)))
		}},
		{"a tenth of the age", func(_ int, age float64, _ job.Status, _ float64) float64 {
			return max(1, age/10)
		}},
		{"textbook slope", func(_ int, age float64, _ job.Status, p float64) float64 {
			if p <= 0 {
				return 3
			}
			return max(1, (1-p)/(p/age))
		}},
	}
}

// alone runs a rival without a cap.
func alone(lives []sim.Life, r rival, latency float64) *outcome {
	o := &outcome{jobs: len(lives)}
	for i := range lives {
		l := &lives[i]
		submitted := l.Submitted.Seconds()
		t := submitted
		for n := 1; ; n++ {
			o.requests++
			s, p := l.At(time.Duration((t + latency/2) * 1e9))
			t += latency
			if s.Final() {
				break
			}
			tau := r.tau(n, t-submitted, s, float64(p))
			o.stalest = max(o.stalest, tau+latency)
			t += tau
		}
		o.delays = append(o.delays, t-l.End.Seconds())
	}
	return o.sum()
}

// fixedFigures is requests a job and mean delay of a fixed interval. Nothing but a
// job's end matters to it, hence the closed form.
func fixedFigures(seeds [][]sim.Life, interval, latency float64) (requests, delay float64) {
	period := interval + latency
	for _, lives := range seeds {
		for i := range lives {
			end := (lives[i].End - lives[i].Submitted).Seconds()
			n := math.Ceil(max(0, end-latency/2) / period)
			requests += (n + 1) / float64(len(lives)*len(seeds))
			delay += (n*period + latency - end) / float64(len(lives)*len(seeds))
		}
	}
	return requests, delay
}

// against compares with the best fixed interval: the delay at equal requests, and
// the requests at equal delay, as shares of its.
func against(seeds [][]sim.Life, requests, delay float64) (delayShare, requestShare float64) {
	search := func(tooShort func(requests, delay float64) bool) (r, d float64) {
		lo, hi := 0.0, 10_000.0
		for range 40 {
			mid := (lo + hi) / 2
			if tooShort(fixedFigures(seeds, mid, 0.1)) {
				lo = mid
			} else {
				hi = mid
			}
		}
		return fixedFigures(seeds, hi, 0.1)
	}
	_, d := search(func(r, _ float64) bool { return r > requests })
	r, _ := search(func(_, d float64) bool { return d < delay })
	return delay / d, requests / r
}

// queued is a fixed interval under a budget: whoever is due first is asked first.
func queued(lives []sim.Life, interval, rate, latency float64) *outcome {
	o := &outcome{jobs: len(lives)}
	type look struct {
		job int
		due float64
	}
	queue := make([]look, 0, 2*len(lives))
	for i := range lives {
		queue = append(queue, look{i, 0})
	}
	last := make([]float64, len(lives))
	now := 0.0
	for head := 0; head < len(queue); head++ {
		q := queue[head]
		now = max(now, q.due)
		o.requests++
		l := &lives[q.job]
		s, _ := l.At(time.Duration((now + latency/2) * 1e9))
		o.stalest = max(o.stalest, now-last[q.job])
		last[q.job] = now
		if s.Final() {
			o.delays = append(o.delays, now+latency-l.End.Seconds())
		} else {
			queue = append(queue, look{q.job, now + latency + interval})
		}
		now += 1 / rate
	}
	return o.sum()
}

// optimum is the least that mean delay and requests can cost together, at λ seconds
// a request, for jobs that start at once, tell no progress, and last as sim's
// do. It's computed backwards over all moments to look at.
func optimum(lambda, latency float64) float64 {
	const (
		step  = 0.05
		end   = 1200.0
		reach = 40.0 // seconds: no gap is longer
	)
	n := int(end/step) + 1
	alive := make([]float64, n+1) // the chance that a job runs for longer
	waste := make([]float64, n+1) // its integral
	for i := range alive {
		alive[i] = survival(float64(i) * step)
		if i > 0 {
			waste[i] = waste[i-1] + step*(alive[i-1]+alive[i])/2
		}
	}
	// best[i] is the cost from moment i on, times the chance to get there.
	best := make([]float64, n+1)
	for i := n - 1; i >= 0; i-- {
		if alive[i] == 0 {
			continue
		}
		best[i] = math.Inf(1)
		for j := i + 1; j <= min(n, i+int(reach/step)); j++ {
			gap := float64(j-i) * step
			// Of those that end in between, the time from their ends to moment j.
			delay := gap*alive[i] - (waste[j] - waste[i])
			c := alive[i]*lambda + delay + (alive[i]-alive[j])*latency/2 + best[j]
			best[i] = min(best[i], c)
		}
	}
	return best[0]
}

// survival is the chance that a job of sim's workload lasts longer than t seconds.
func survival(t float64) float64 {
	work := func(t float64) float64 {
		if t < 1 {
			return 1
		}
		if t >= 1200 {
			return 0
		}
		return math.Erfc(math.Log(t/15)/1.4/math.Sqrt2) / 2
	}
	// An Error ends a job at a share of its work that is as likely as any other.
	failing := 0.0
	if t < 1 {
		failing = 1
	} else {
		for i := range 100 {
			failing += work(t/(float64(i)+0.5)*100) / 100
		}
	}
	return 0.97*work(t) + 0.03*failing
}
