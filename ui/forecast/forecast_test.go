package forecast

import (
	"math"
	"testing"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/sim"
	"example.com/jobwatch/store"
)

// scene is a Forecaster and the jobs that it is told of, at times in seconds.
type scene struct {
	*Forecaster
	jobs  map[int]*store.Job
	batch store.BatchID // that jobs are added to
}

func newScene() *scene { return &scene{New(), map[int]*store.Job{}, "b"} }

func (s *scene) add(n int, sec float64) *store.Job {
	j := &store.Job{ID: id(n), Batch: s.batch, Added: clockAt(sec), Answer: job.Answer{Progress: job.Unknown}}
	s.jobs[n] = j
	s.See(j)
	return j
}

// says has the API answer of job n.
func (s *scene) says(n int, sec float64, status job.Status, progress job.Progress) {
	j := s.jobs[n]
	if j == nil {
		j = s.add(n, sec)
	}
	j.Answered = clockAt(sec)
	if status != j.Answer.Status {
		j.History = append(j.History, store.Change{At: j.Answered, Status: status})
	}
	j.Answer.Status, j.Answer.Progress = status, progress
	switch {
	case status == job.NotStarted:
		j.Started = time.Time{}
	case j.Started.IsZero():
		j.Started = j.Answered
	}
	switch status {
	case job.Done:
		j.Ended, j.End = j.Answered, job.EndedDone
	case job.Error:
		j.Ended, j.End = j.Answered, job.EndedError
	case job.NotStarted, job.Processing:
	}
	s.See(j)
}

// done tells of a job that was Done before.
func (s *scene) done(n int, batch store.BatchID, started, ended float64) {
	s.See(&store.Job{
		ID: id(n), Batch: batch, Added: clockAt(-1e5), Started: clockAt(started), Ended: clockAt(ended),
		Answered: clockAt(ended), Answer: job.Answer{Status: job.Done, Progress: 1}, End: job.EndedDone,
		History: []store.Change{{At: clockAt(-1e5), Status: job.NotStarted}},
	})
}

// serves tells every two seconds of 40 jobs of a minute that were added at once, of which 8 run
// at a time, and calls each after until it returns false.
func (s *scene) serves(each func(sec float64) bool) {
	lives, order := make([]sim.Life, 40), make([]int, 40)
	for i := range lives {
		s.add(i, 0)
		lives[i], order[i] = sim.Life{Duration: time.Minute}, i
	}
	end := serve(lives, order, 8, sim.Pause{})
	for sec := 0.0; sec < end; sec += 2 {
		for i := range lives {
			ran := sec - lives[i].Start.Seconds()
			switch {
			case s.jobs[i].End.Finished():
			case ran < 0:
				s.says(i, sec, job.NotStarted, job.Unknown)
			case ran >= 60:
				s.says(i, sec, job.Done, 1)
			default:
				s.says(i, sec, job.Processing, job.Progress(math.Floor(100*ran/60)/100))
			}
		}
		if !each(sec) {
			return
		}
	}
}

func (s *scene) all(sec float64) Estimate          { return s.All(clockAt(sec)) }
func (s *scene) ready(n int, sec float64) Estimate { return s.Job(id(n), clockAt(sec)).Ready }
func (s *scene) within(e Estimate, truth, by float64) bool {
	mid := max(e.Mid.Seconds(), 5)
	return e.Known && mid <= by*max(truth, 5) && mid >= max(truth, 5)/by
}

// 40 equal jobs, 8 at a time: a figure while the first ones run, near the truth from
// their first few percent on, and a countdown that does not jump back and forth.
func TestABatchOfEqualJobsCountsDown(t *testing.T) {
	s := newScene()
	rises, before := 0, Estimate{}
	s.serves(func(sec float64) bool {
		e := s.all(sec)
		if sec >= 5 && !e.Known {
			t.Fatalf("after %v s it says nothing", sec)
		}
		if sec >= 15 && !s.within(e, 300-sec, 1.4) && math.Abs(e.Mid.Seconds()-300+sec) > 10 {
			t.Errorf("after %v s of 300 it says %v", sec, e.Mid)
		}
		if sec >= 15 && e.shown > before.shown {
			rises++
		}
		before = e
		return true
	})
	if rises > 2 {
		t.Errorf("the figure went up %d times", rises)
	}
	for i := range s.jobs {
		s.says(i, 300, job.Done, 1)
	}
	if e := s.all(301); e.Known {
		t.Errorf("when all is ready it says %q", e)
	}
}

// The service stands still: nothing ends, no bar moves. Nobody knows for how long; the
// figure must not count down to nothing meanwhile.
func TestAStalledQueueIsNotNearlyReady(t *testing.T) {
	s := newScene()
	s.serves(func(sec float64) bool {
		if sec < 100 {
			return true
		}
		before := s.all(sec).Mid
		for still := sec; still < sec+600; still += 2 {
			for i, j := range s.jobs {
				if !j.End.Finished() {
					s.says(i, still, j.Answer.Status, j.Answer.Progress)
				}
			}
		}
		if e := s.all(sec + 600); e.Mid < before {
			t.Errorf("it stands still for ten minutes, and says %v after %v", e.Mid, before)
		}
		return false
	})
}

func TestAJobThatRestartedIsForecastAnew(t *testing.T) {
	s := newScene()
	s.says(1, 0, job.NotStarted, job.Unknown)
	for sec := 0.0; sec <= 80; sec++ {
		s.says(1, sec, job.Processing, job.Progress(sec/100))
	}
	for sec := 81.0; sec <= 181; sec++ {
		s.says(1, sec, job.Processing, job.Progress((sec-81)/400))
	}
	if e := s.ready(1, 181); !s.within(e, 300, 1.5) {
		t.Errorf("it restarted and would take 5 min more, but it says %v", e.Mid)
	}
	s.says(1, 182, job.NotStarted, job.Unknown)
	if f := s.Job(id(1), clockAt(183)); f.Ready.Known && f.Work == (Estimate{}) {
		t.Errorf("put back, it is forecast as if it ran: %v", f)
	}
}

// After a restart in the middle of a batch, what the state file says of its done jobs
// counts as much as if this process had seen it; of older batches only a little.
func TestForecastsGoOnAfterARestart(t *testing.T) {
	s := newScene()
	for i := range 30 {
		s.done(1000+i, "old", -5040, -5000)
		s.done(2000+i, "new", -160, -60+float64(i))
	}
	s.batch = "new"
	for i := range 4 {
		s.jobs[i] = &store.Job{
			ID: id(i), Batch: "new", Added: clockAt(-900), Started: clockAt(-10), Answered: clockAt(-5),
			Answer: job.Answer{Status: job.Processing, Progress: job.Unknown},
		}
		s.See(s.jobs[i])
	}
	if e := s.Batch("new", clockAt(0)); !e.Known {
		t.Error("it says nothing before the first report")
	}
	for i := range 4 {
		s.says(i, 1, job.Processing, job.Unknown)
	}
	if e := s.Batch("new", clockAt(2)); !s.within(e, 110, 1.5) {
		t.Errorf("it says %v, and its like took 100 to 129 s", e.Mid)
	}
	if spread := s.Spread("old"); spread.Max != 40*time.Second || spread.Jobs != 30 {
		t.Errorf("the old batch took %v", spread)
	}
}

// The state file is read some jobs at a time, while others are reported already.
func TestJobsReadLateCountAsMuch(t *testing.T) {
	var forecasts [2]Estimate
	for i := range forecasts {
		s := newScene()
		live := func() {
			for n := range 4 {
				s.says(n, 0, job.Processing, job.Unknown)
				s.says(n, 1, job.Processing, job.Unknown)
			}
		}
		if i == 0 {
			live()
		}
		for n := range 30 {
			s.done(100+n, "b", -800, -700+float64(n))
		}
		if i == 1 {
			live()
		}
		s.says(0, 2, job.Processing, job.Unknown)
		forecasts[i] = s.all(2)
	}
	if a, b := forecasts[0].Mid.Seconds(), forecasts[1].Mid.Seconds(); !forecasts[0].Known || a < 100 || a > 1.2*b || b > 1.2*a {
		t.Errorf("ready in %v s if they are read late, else in %v s", a, b)
	}
}

func TestRemovedJobsAreNotWaitedFor(t *testing.T) {
	s := newScene()
	s.says(1, 0, job.NotStarted, job.Unknown)
	for sec := 1.0; sec < 10; sec++ {
		s.says(1, sec, job.Processing, job.Progress(sec/100))
	}
	s.says(2, 9, job.NotStarted, job.Unknown)
	s.Remove(id(2))
	if e := s.all(10); !e.Known || e != s.Batch("b", clockAt(10)) {
		t.Errorf("one job is left, and it says %v", e)
	}
	s.Remove(id(1))
	s.Remove(id(1))
	if e := s.all(11); e.Known {
		t.Errorf("nothing is left, and it says %v", e.Mid)
	}
	s.See(s.jobs[1]) // undone
	s.says(1, 20, job.Processing, 0.2)
	if e := s.Batch("b", clockAt(20)); e == (Estimate{}) {
		t.Error("of a job that is back it says nothing")
	}
	if f := s.Job(id(77), clockAt(20)); f != (Forecast{}) {
		t.Errorf("of no job it says %v", f)
	}
	if e := s.Batch("nowhere", clockAt(20)); e != (Estimate{}) {
		t.Errorf("of no batch it says %v", e)
	}
}

// A night in which the computer slept says nothing of how long jobs take.
func TestANightAsleepTeachesNothing(t *testing.T) {
	s := newScene()
	const night = 8 * 3600
	for i := range 30 {
		s.says(i, 0, job.NotStarted, job.Unknown)
	}
	run := func(from, to int, sec float64) {
		for i := from; i < to; i++ {
			for k := range 4 {
				s.says(i, sec+10*float64(k), job.Processing, job.Unknown)
			}
			s.says(i, sec+40, job.Done, 1)
			sec += 40
		}
	}
	run(0, 10, 0)
	s.says(10, 401, job.Processing, job.Unknown)
	s.says(10, night, job.Done, 1)
	run(11, 20, night)
	if e := s.all(night + 361); !s.within(e, 400, 1.5) {
		t.Errorf("10 jobs of 40 s are left, one at a time, and it says %v", e.Mid)
	}
}
