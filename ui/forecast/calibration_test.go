package forecast

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/sim"
	"example.com/jobwatch/poller/sim/simtest"
	"example.com/jobwatch/store"
)

// moment is something that happens in the simulation: an answer, or a question to
// the model.
type moment struct {
	at  time.Duration
	job int
	do  func(j int, at time.Duration)
}

const learnt = 20 // finished jobs before which nothing is judged

const batchSize = 50

func batchOf(i int) store.BatchID { return store.BatchID(strconv.Itoa(i / batchSize)) }

// watch plays a workload to a model: running jobs are asked every second, waiting
// ones every 15 s, and every 4 s when their turn is near, as about the poller's
// "follow the news" does.
func (c *calibration) watch(lives []sim.Life) {
	begin := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	m := New()
	jobs := make([]store.Job, len(lives))
	heard := make([]time.Duration, len(lives)) // the last answer before
	flagged := make([]bool, len(lives))
	done, ends := 0, map[store.BatchID]time.Duration{}
	for i := range jobs {
		binary.BigEndian.PutUint64(jobs[i].ID[:], uint64(i))
		jobs[i].Batch = batchOf(i)
		jobs[i].Added = begin
		m.See(&jobs[i])
		ends[batchOf(i)] = max(ends[batchOf(i)], lives[i].End)
	}
	answer := func(i int, at time.Duration) {
		j, l := &jobs[i], &lives[i]
		j.Answered = begin.Add(at)
		before := j.Answer.Status
		j.Answer.Status, j.Answer.Progress = l.At(at)
		if before != j.Answer.Status {
			j.History = append(j.History, store.Change{At: j.Answered, Status: j.Answer.Status})
		}
		if j.Answer.Status != job.NotStarted && j.Started.IsZero() {
			j.Started = begin.Add((heard[i] + at) / 2)
			if heard[i] == 0 {
				j.Started = begin
			}
		}
		if j.Answer.Status.Final() {
			j.Ended = j.Answered
			j.End = job.EndedDone
			if l.Fail {
				j.End = job.EndedError
			}
			done++
		}
		heard[i] = at
		m.See(j)
		if _, ok := m.Stalled(j.ID); ok {
			flagged[i] = true
		}
	}
	left := func(judge ...*score) func(int, time.Duration) {
		return func(i int, at time.Duration) {
			if done < learnt || jobs[i].Answer.Status != job.Processing {
				return
			}
			e := m.Job(jobs[i].ID, begin.Add(at)).Work
			for _, s := range judge {
				s.judge(e, lives[i].End-at)
			}
		}
	}
	waits := func(i int, at time.Duration) {
		if done < learnt {
			return
		}
		f := m.Job(jobs[i].ID, begin.Add(at))
		c.wait.judge(f.Wait, lives[i].Start-at)
		c.ready.judge(f.Ready, lives[i].End-at)
	}
	var all []moment
	for i, l := range lives {
		offset := time.Duration(i*7919%1000) * time.Millisecond
		for at := offset; at < l.Start; {
			all = append(all, moment{at, i, answer})
			if at += 15 * time.Second; at > l.Start-15*time.Second {
				at -= 11 * time.Second
			}
		}
		for at := l.Start + offset; ; at += time.Second {
			all = append(all, moment{at, i, answer})
			if at >= l.End {
				break
			}
		}
		all = append(all, moment{l.Start + l.Duration/2, i, left(c.half[l.Type])})
		for k := range 9 {
			all = append(all, moment{l.Start + l.Duration*time.Duration(k+1)/10, i, left(&c.life)})
		}
		for at := l.Start + 7*time.Second; at < l.End; at += 13 * time.Second {
			all = append(all, moment{at, i, left(&c.clock)})
		}
		if l.Start > 10*time.Second {
			all = append(all, moment{l.Start / 2, i, waits})
		}
	}
	for i := 0; i < len(lives); i += batchSize {
		b := batchOf(i)
		for k := range 9 {
			all = append(all, moment{ends[b] * time.Duration(k+1) / 10, i, func(_ int, at time.Duration) {
				if done >= learnt {
					c.batch.judge(m.Batch(b, begin.Add(at)), ends[b]-at)
				}
			}})
		}
	}
	slices.SortStableFunc(all, func(a, b moment) int { return cmp.Compare(a.at, b.at) })
	for _, e := range all {
		e.do(e.job, e.at)
	}
	for i, l := range lives {
		stood := l.Type == sim.Stalled && !l.Fail && standing(&l) > 2*time.Minute
		if stood || l.Type == sim.Linear || l.Type == sim.Stepped {
			s := c.stalled[l.Type]
			s.asked++
			if flagged[i] {
				s.known++
			}
		}
	}
}

// standing is how long a job's bar stands still before its end.
func standing(l *sim.Life) time.Duration {
	_, last := l.At(l.End - 1)
	lo, hi := l.Start, l.End
	for hi-lo > time.Second {
		mid := (lo + hi) / 2
		if _, p := l.At(mid); p < last {
			lo = mid
		} else {
			hi = mid
		}
	}
	return l.End - hi
}

func disciplines() []struct {
	name  string
	start simtest.Discipline
} {
	return []struct {
		name  string
		start simtest.Discipline
	}{
		{"all at once", sim.AllAtOnce},
		{"own waits", simtest.OwnWaits},
		{"first in first out", simtest.FirstInFirstOut},
	}
}

func calibrate(start simtest.Discipline, n int, seeds ...uint64) *calibration {
	c := newCalibration()
	for _, seed := range seeds {
		c.watch(start(sim.Plans(seed, n)))
	}
	return c
}

const heading = "start               remaining time at                 n  stated  overdue  med.err  in range   width\n"

// The figures of issue 3: at half of a job's life, once 20 jobs have finished. The
// bounds of what issue 3 leaves open (other moments, waits, batches) are what was
// reached, with some room.
func TestForecastsCanBeBelieved(t *testing.T) {
	for _, d := range disciplines() {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			c := calibrate(d.start, 500, 1, 2)
			off := func(what string, s *score, most float64) {
				t.Helper()
				if e := median(s.errors); !(e <= most) {
					t.Errorf("%s is off by %.0f %% (median), want at most %.0f %%", what, 100*e, 100*most)
				}
			}
			holds := func(what string, s *score, least, most float64) {
				t.Helper()
				if h := share(s.held, s.known); !(h >= least && h <= most) {
					t.Errorf("the range of %s holds the truth in %.0f %%, want %.0f to %.0f %%", what, 100*h, 100*least, 100*most)
				}
			}
			off("steady work", c.half[sim.Linear], 0.25)
			off("work without progress", c.half[sim.Silent], 0.60)
			off("work in quarters", c.half[sim.Stepped], 0.60)
			holds("work at half of its life", c.allHalf(), 0.74, 0.90)
			holds("work all along", &c.life, 0.74, 0.86)
			holds("work as a watcher sees it", &c.clock, 0.74, 0.86)
			holds("batches", &c.batch, 0.68, 0.92)
			if s := &c.life; share(s.known, s.asked) < 0.95 {
				t.Errorf("a forecast is given in %.0f %% only", 100*share(s.known, s.asked))
			}
			if d.name == "first in first out" {
				off("the start", &c.wait, 0.30)
				holds("the start", &c.wait, 0.70, 0.95)
			}
			if s := c.stalled[sim.Stalled]; share(s.known, s.asked) < 0.95 {
				t.Errorf("only %d of %d that stood still for 2 min were flagged", s.known, s.asked)
			}
			if s := c.stalled[sim.Linear]; share(s.known, s.asked) > 0.02 {
				t.Errorf("%d of %d steady jobs were flagged as stalled", s.known, s.asked)
			}
			if t.Failed() {
				t.Log("\n" + heading + c.table(d.name))
			}
		})
	}
}

// BenchmarkCalibration prints the table, over five seeds of 1,000 jobs:
//
//	go test -run - -bench Calibration -benchtime 1x ./ui/forecast
func BenchmarkCalibration(b *testing.B) {
	for b.Loop() {
		fmt.Print("\n", heading) // b.Log would cut it
		for _, d := range disciplines() {
			fmt.Print(calibrate(d.start, 1000, 1, 2, 3, 4, 5).table(d.name))
		}
	}
}
