package forecast

import (
	"fmt"
	"runtime"
	"strconv"
	"testing"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
)

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

func TestAJobIsComparedWithItsBatch(t *testing.T) {
	s := newScene()
	s.history() // the median is 54 s
	spread := s.Spread("b")
	if want := "40s 55s 1m8s 1m9s"; fmt.Sprint(spread.Min, spread.Median.Round(time.Second), spread.P95.Round(time.Second), spread.Max) != want {
		t.Errorf("the batch took %v, want %s", spread, want)
	}
	s.runs(1, 0, 108)
	if r, ok := s.Pace(id(1), clockAt(200)); !ok || r < 1.9 || r > 2.1 {
		t.Errorf("it took twice the median, but its pace is %v, %v", r, ok)
	}
	s.says(2, 0, job.NotStarted, 0)
	for sec := 0.0; sec <= 20; sec++ {
		s.says(2, sec, job.Processing, job.Progress(sec/27))
	}
	if r, ok := s.Pace(id(2), clockAt(20)); !ok || r < 0.4 || r > 0.6 {
		t.Errorf("it will have taken half of the median, but its pace is %v, %v", r, ok)
	}
	s.says(3, 0, job.Error, job.Unknown)
	if r, ok := s.Pace(id(3), clockAt(10)); ok {
		t.Errorf("a failed job has the pace %v", r)
	}
}

func TestMemoryStaysBoundedWhileJobsComeAndGo(t *testing.T) {
	s := newScene()
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	round := func(n int) {
		for i := n * 1000; i < n*1000+1000; i++ {
			sec := float64(i)
			s.batch = store.BatchID(strconv.Itoa(i / 10))
			s.add(i, sec)
			s.says(i, sec, job.NotStarted, 0)
			for k := range 8 {
				s.says(i, sec+float64(k), job.Processing, job.Progress(k)/8)
			}
			s.says(i, sec+8, job.Done, 1)
			s.Remove(id(i))
			delete(s.jobs, i)
		}
		s.add(-1, float64(n*1000))
		s.all(float64(n * 1000))
		s.Remove(id(-1))
	}
	for n := range 3 {
		round(n)
	}
	first := heap()
	for n := 3; n < 8; n++ {
		round(n)
	}
	if last := heap(); last > first+first/10+64<<10 {
		t.Errorf("after 3,000 jobs the heap held %d bytes, after 8,000 %d", first, last)
	}
	if len(s.batches) > 0 {
		t.Errorf("%d batches are kept, though all jobs were removed", len(s.batches))
	}
}

func TestOneJobsHistoryIsBoundedAndItsEndsKept(t *testing.T) {
	s := newScene()
	s.says(1, 0, job.NotStarted, 0)
	for sec := range 500 {
		s.says(1, float64(sec), job.Processing, job.Progress(float64(sec)/500))
	}
	got := s.Samples(id(1))
	if len(got) < 24 || len(got) > 48 {
		t.Fatalf("%d samples", len(got))
	}
	if got[0].Progress != 0 || got[len(got)-1].Progress != 499.0/500 {
		t.Errorf("from %v to %v", got[0], got[len(got)-1])
	}
	for i := 1; i < len(got); i++ {
		if got[i].At <= got[i-1].At || got[i].Progress < got[i-1].Progress {
			t.Fatalf("sample %d goes back: %v, %v", i, got[i-1], got[i])
		}
	}
	s.says(1, 500, job.Done, 1)
	after := s.Samples(id(1))
	if len(after) > 48 || after[len(after)-1].Progress != 1 {
		t.Errorf("finished, it has %d samples and ends with %v", len(after), after[len(after)-1])
	}
	line := Sparkline(Columns(after, 500*time.Second, 8), 1, false)
	if line != "▂▃▄▄▅▆▇█" { // the same rise, within a level
		t.Errorf("drawn: %q", line)
	}
}

func TestThroughputIsCountedInStretchesThatWiden(t *testing.T) {
	s := newScene()
	for i := range 3600 {
		s.runs(i, float64(i)-5, float64(i)) // one a second, for an hour
	}
	tp := s.Throughput("b", clockAt(3600))
	if len(tp.PerMinute) > 32 || len(tp.PerMinute) < 16 || !tp.From.Equal(clockAt(0)) || tp.To.Before(clockAt(3600)) {
		t.Errorf("%d stretches from %v to %v", len(tp.PerMinute), tp.From, tp.To)
	}
	for i, r := range tp.PerMinute {
		if r < 55 || r > 65 {
			t.Errorf("stretch %d: %.1f jobs/min, want 60", i, r)
		}
	}
	if tp := s.Throughput("b", clockAt(7200)); len(tp.PerMinute) == 0 || tp.PerMinute[len(tp.PerMinute)-1] != 0 {
		t.Errorf("an hour after the last: %v", tp.PerMinute)
	}
	s.runs(9999, -90000, -86400) // a state file is in no order of ends
	if tp = s.Throughput("b", clockAt(3600)); tp.PerMinute[0] == 0 || tp.From.After(clockAt(-86400)) {
		t.Errorf("with one of the day before: %v since %v", tp.PerMinute, tp.From)
	}
}

func TestSparklinesHaveAnASCIIVariant(t *testing.T) {
	values := []float64{0, 1, 2, 4, 8}
	if got := Sparkline(values, 0, false); got != "▁▂▃▅█" {
		t.Errorf("%q", got)
	}
	if got := Sparkline(values, 0, true); got != "_.-+@" {
		t.Errorf("%q", got)
	}
	if got := Sparkline([]float64{0, 0}, 0, true); got != "__" {
		t.Errorf("nothing at all is %q", got)
	}
	if got := Sparkline(Columns(nil, time.Minute, 4), 1, false); got != "    " {
		t.Errorf("no samples are %q", got)
	}
}
