package forecast

import (
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
)

// scene is a model, a clock and the jobs on it, told in seconds.
type scene struct {
	*Model
	t    *testing.T
	zero time.Time
	jobs map[int]*store.Job

	batch store.BatchID // that jobs are added to
}

func newScene(t *testing.T) *scene {
	t.Helper()
	return &scene{New(), t, time.Date(2026, 3, 4, 14, 28, 0, 0, time.UTC), map[int]*store.Job{}, "b"}
}

func (s *scene) at(sec float64) time.Time {
	return s.zero.Add(time.Duration(sec * float64(time.Second)))
}

func id(n int) (id job.ID) {
	binary.BigEndian.PutUint32(id[:], uint32(n)) //nolint:gosec // few
	return id
}

func (s *scene) add(n int, sec float64) *store.Job {
	j := &store.Job{ID: id(n), Batch: s.batch, Added: s.at(sec), Answer: job.Answer{Progress: job.Unknown}}
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
	j.Answered = s.at(sec)
	if status != j.Answer.Status {
		j.History = append(j.History, store.Change{At: j.Answered, Status: status})
	}
	j.Answer.Status, j.Answer.Progress = status, progress
	if status != job.NotStarted && j.Started.IsZero() {
		j.Started = j.Answered
	}
	if status.Final() {
		j.Ended, j.End = j.Answered, job.EndedDone
		if status == job.Error {
			j.End = job.EndedError
		}
	}
	s.See(j)
}

// runs has job n run from start to end without a word about its progress.
func (s *scene) runs(n int, start, end float64) {
	s.says(n, start, job.Processing, job.Unknown)
	s.says(n, end, job.Done, 1)
}

// history has 30 jobs finished, that took 40 to 69 s.
func (s *scene) history() {
	for i := range 30 {
		s.runs(1000+i, -1000, -1000+40+float64(i))
	}
}

func (s *scene) work(n int, sec float64) Estimate { return s.Job(id(n), s.at(sec)).Work }

func TestNoNumberIsBetterThanAWrongOne(t *testing.T) {
	s := newScene(t)
	for i := range 4 {
		s.runs(1000+i, 0, 50)
	}
	s.says(1, 60, job.Processing, job.Unknown)
	if e := s.work(1, 70); e.Known || e.Overdue || e.String() != "" || e.WithClock(s.at(70)) != "" {
		t.Errorf("after 4 finished jobs it says %q", e)
	}
	if e := s.Batch("b", s.at(70)); e.Known || e.String() != "" {
		t.Errorf("after 4 finished jobs the batch says %q", e)
	}
	if e := s.Batch("nowhere", s.at(70)); e != (Estimate{}) {
		t.Errorf("of no batch it says %q", e)
	}
	if f := s.Job(id(77), s.at(70)); f != (Forecast{}) {
		t.Errorf("of no job it says %v", f)
	}
}

func TestAJobWithoutProgressIsForecastFromItsLikeAndItsAge(t *testing.T) {
	s := newScene(t)
	s.history()
	s.says(1, 0, job.Processing, job.Unknown)
	if e := s.work(1, 0); !e.Known || e.Low < 38*time.Second || e.Mid < 48*time.Second || e.Mid > 60*time.Second || e.High > 72*time.Second {
		t.Errorf("at its start: %v, %v, %v; its like took 40 to 69 s", e.Low, e.Mid, e.High)
	}
	if e := s.work(1, 55); !e.Known || e.Mid > 12*time.Second || e.High > 20*time.Second {
		t.Errorf("after 55 s: %v to %v; none of its like took over 69 s", e.Low, e.High)
	}
	for _, sec := range []float64{110, 200, 36000} {
		if e := s.work(1, sec); !e.Overdue || e.String() != "overdue" || e.Clock(s.at(sec)) != "" {
			t.Errorf("after %v s it says %q, want overdue", sec, e.String())
		}
	}
	if e := s.Batch("b", s.at(200)); e.String() != "overdue" {
		t.Errorf("the batch, of which only an overdue job is left, says %q", e.String())
	}
}

func TestABarInStepsDoesNotSwing(t *testing.T) {
	s := newScene(t)
	const whole = 400.0
	texts, before := []string{}, ""
	for sec := 0.0; sec < whole; sec += 3 {
		s.says(1, sec, job.Processing, job.Progress(float64(int(sec/100))/4))
		e := s.work(1, sec)
		if sec < 105 {
			continue
		}
		if end := sec + e.Mid.Seconds(); !e.Known || end < 0.85*whole || end > 1.15*whole {
			t.Fatalf("at %v s it is forecast to end at %.0f s, in truth at %v s", sec, end, whole)
		}
		if text := e.String(); text != before {
			texts, before = append(texts, text), text
		}
	}
	seen := map[string]int{}
	for _, text := range texts {
		if seen[text]++; seen[text] > 2 {
			t.Errorf("the text flickers: %q", texts)
			break
		}
	}
}

func TestABarThatStopsIsNoLongerBelieved(t *testing.T) {
	s := newScene(t)
	s.history()
	for sec := 0.0; sec <= 30; sec++ {
		s.says(1, sec, job.Processing, job.Progress(float64(int(sec))/60))
	}
	if e := s.work(1, 30); e.Mid < 25*time.Second || e.Mid > 35*time.Second {
		t.Errorf("half-way it says %v, want about 30 s", e.Mid)
	}
	for sec := 31.0; sec <= 100; sec += 3 {
		s.says(1, sec, job.Processing, 0.5)
		if e := s.work(1, sec); e.Known && e.High < 2*time.Second {
			t.Fatalf("after it stopped, at %v s, it says %v to %v", sec, e.Low, e.High)
		}
	}
	s.says(1, 150, job.Processing, 0.5)
	if e := s.work(1, 150); !e.Overdue {
		t.Errorf("long after all its like had ended it says %q", e.String())
	}
}

func TestTextDoesNotFlickerFromNoise(t *testing.T) {
	s := newScene(t)
	changes, before := 0, ""
	for sec := range 1000 {
		noise := []float64{0, 0.004, -0.004, 0.002}[sec%4] * float64(sec) / 1000
		p := max(0, float64(sec)/1000+noise)
		s.says(1, float64(sec), job.Processing, job.Progress(float64(int(p*100))/100))
		if text := s.work(1, float64(sec)).String(); sec > 100 && text != before {
			changes++
			before = text
		}
	}
	if changes > 25 {
		t.Errorf("from 15 min down to nothing the text changed %d times", changes)
	}
}

func TestAJobThatBeganAgainIsForecastAnew(t *testing.T) {
	s := newScene(t)
	for sec := 0.0; sec <= 80; sec++ {
		s.says(1, sec, job.Processing, job.Progress(sec/100))
	}
	for sec := 81.0; sec <= 121; sec++ {
		s.says(1, sec, job.Processing, job.Progress((sec-81)/400))
	}
	if e := s.work(1, 121); e.Mid < 5*time.Minute || e.Mid > 7*time.Minute {
		t.Errorf("it began again and would take 6 min more, but it says %v", e.Mid)
	}
	s.says(1, 122, job.NotStarted, job.Unknown)
	s.says(1, 200, job.Processing, 0)
	if e := s.work(1, 201); e.Known {
		t.Errorf("put back and started again, nothing is known of it, but it says %q", e.String())
	}
}

// fifo has n jobs wait, of which w run at a time for 60 s each, until sec.
func (s *scene) fifo(n, w int, until float64) {
	for i := range n {
		s.add(i, 0)
	}
	for sec := 0.0; sec <= until; sec += 3 {
		for i := range n {
			start := 60 * float64(i/w) / 1
			start += float64(i%w) * 60 / float64(w)
			switch {
			case s.jobs[i].End.Finished():
			case sec < start:
				s.says(i, sec, job.NotStarted, job.Unknown)
			case sec < start+60:
				s.says(i, sec, job.Processing, job.Unknown)
			default:
				s.says(i, sec, job.Done, 1)
			}
		}
	}
}

func TestTheQueueIsForecastFromItsHead(t *testing.T) {
	s := newScene(t)
	s.fifo(100, 5, 600) // one starts every 12 s
	now := 600.0
	for _, i := range []int{60, 80, 99} {
		f := s.Job(id(i), s.at(now))
		want := 12*float64(i) - now
		if got := f.Wait.Mid.Seconds(); !f.Wait.Known || got < 0.8*want-10 || got > 1.2*want+10 {
			t.Errorf("job %d starts in %.0f s, but it says %.0f s", i, want, got)
		}
		if got := f.Work.Mid.Seconds(); got < 50 || got > 70 {
			t.Errorf("job %d will run for 60 s, but it says %.0f s", i, got)
		}
		if f.Ready.Mid != f.Wait.Mid+f.Work.Mid || f.Ready.High <= f.Ready.Mid || f.Ready.Low >= f.Ready.Mid {
			t.Errorf("job %d: ready in %v, after %v and %v", i, f.Ready, f.Wait, f.Work)
		}
	}
	e, want := s.Batch("b", s.at(now)), 12*99+60-now
	if got := e.Mid.Seconds(); !e.Known || got < 0.85*want || got > 1.15*want {
		t.Errorf("the batch is ready in %.0f s, but it says %.0f s", want, got)
	}
	if all := s.All(s.at(now)); all.Mid != e.Mid {
		t.Errorf("the only batch is ready in %v, all in %v", e.Mid, all.Mid)
	}
	s.fifo(100, 5, 12*99+70)
	if e := s.Batch("b", s.at(12*99+71)); e.Known || e.Overdue {
		t.Errorf("when all is ready it says %q", e.String())
	}
}

func TestShortJobsThatFinishFirstDoNotFoolIt(t *testing.T) {
	s := newScene(t)
	for i := range 200 { // all start together; they take 1, 2, 3, ... 200 s
		s.says(i, 0, job.Processing, job.Unknown)
	}
	for sec := 1; sec <= 40; sec++ {
		for i := range 200 {
			switch {
			case i+1 == sec:
				s.says(i, float64(sec), job.Done, 1)
			case i+1 > sec:
				s.says(i, float64(sec), job.Processing, job.Unknown)
			}
		}
	}
	// All 40 that finished took at most 40 s, but four of five jobs are still running.
	if e := s.work(150, 40); e.Overdue || e.High < time.Minute {
		t.Errorf("it says %q (%v), as if 40 s were the longest", e.String(), e.High)
	}
}

func TestForecastsGoOnAfterARestart(t *testing.T) {
	s := newScene(t)
	for i := range 30 {
		s.See(&store.Job{
			ID: id(1000 + i), Batch: "old", Added: s.at(-1000), Started: s.at(-900), Ended: s.at(-840 - float64(i)),
			Answered: s.at(-840), Answer: job.Answer{Status: job.Done, Progress: 1}, End: job.EndedDone,
			History: []store.Change{{At: s.at(-999), Status: job.NotStarted}, {At: s.at(-900), Status: job.Processing}},
		})
	}
	s.See(&store.Job{
		ID: id(1), Batch: "new", Added: s.at(-20), Started: s.at(-10), Answered: s.at(-5),
		Answer: job.Answer{Status: job.Processing, Progress: job.Unknown},
	})
	if e := s.Batch("new", s.at(0)); !e.Known || e.Mid < 15*time.Second || e.Mid > time.Minute {
		t.Errorf("10 s into its work it says %v, its like took 31 to 60 s", e.Mid)
	}
	spread, ok := s.Spread("old")
	if want := "31s 46s 59s 1m0s"; !ok || fmt.Sprint(spread.Min, spread.Median.Round(time.Second), spread.P95.Round(time.Second), spread.Max) != want {
		t.Errorf("the old batch took %v, want %s", spread, want)
	}
	if spread.Slowest != id(1000) {
		t.Errorf("its slowest is %v", spread.Slowest)
	}
}

func TestAStalledJobIsFlaggedAndAnAPIThatIsAwayIsNot(t *testing.T) {
	s := newScene(t)
	for sec := 0.0; sec <= 100; sec += 5 {
		s.says(1, sec, job.Processing, job.Progress(sec/500))
	}
	if d, ok := s.Stalled(id(1)); ok {
		t.Errorf("a job that moves is stalled for %v", d)
	}
	// The API is away for an hour: no answers, nothing to be said of the job.
	if d, ok := s.Stalled(id(1)); ok {
		t.Errorf("without answers it is stalled for %v", d)
	}
	s.says(1, 3700, job.Processing, 0.4)
	if d, ok := s.Stalled(id(1)); ok {
		t.Errorf("it moved meanwhile, and is stalled for %v", d)
	}
	s.says(2, 0, job.Processing, 0)
	for sec := 0.0; sec <= 820; sec += 5 {
		s.says(2, sec, job.Processing, job.Progress(min(sec, 100)/500))
	}
	if d, ok := s.Stalled(id(2)); !ok || d < 715*time.Second || d > 725*time.Second {
		t.Errorf("it has stood still for 12 min, but it says %v, %v", d, ok)
	}
	s.says(2, 825, job.Processing, 0.21)
	if d, ok := s.Stalled(id(2)); ok {
		t.Errorf("it moves again, and is stalled for %v", d)
	}
	s.says(3, 0, job.Processing, job.Unknown)
	s.says(3, 9999, job.Processing, job.Unknown)
	if d, ok := s.Stalled(id(3)); ok {
		t.Errorf("a job that reports no progress is stalled for %v", d)
	}
}

func TestForgottenJobsAreNotWaitedFor(t *testing.T) {
	s := newScene(t)
	s.history()
	s.says(1, 0, job.Processing, job.Unknown)
	s.add(2, 0)
	s.says(2, 0, job.NotStarted, job.Unknown)
	s.Forget(id(1))
	s.Forget(id(2))
	s.Forget(id(2))
	if e := s.Batch("b", s.at(10)); e.Known || e.Overdue {
		t.Errorf("nothing is left, but it says %q", e.String())
	}
	s.See(s.jobs[2]) // undone
	s.says(2, 20, job.Processing, job.Unknown)
	if e := s.Batch("b", s.at(20)); !e.Known {
		t.Error("a forget that was undone leaves the job unknown")
	}
}
