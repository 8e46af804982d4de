//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package e2e

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/sim"
	"example.com/jobwatch/poller/sim/simtest"
	"example.com/jobwatch/store"
	"example.com/jobwatch/store/storetest"
	"example.com/jobwatch/ui/terminal/termtest"
)

// soakEnv sets how long the soak goes on; without it, one round:
//
//	JOBWATCH_SOAK=2h go test -run LeftRunning -timeout 0 -v ./ui/e2e
const soakEnv = "JOBWATCH_SOAK"

// The program is left running while batches come and go, from a script and a second window, too,
// the service fails in one way after the other and somebody plays with the keys. Every job's end
// is known, both windows agree with the commands, and nothing piles up.
func TestAProgramLeftRunning(t *testing.T) {
	s := newStage(t)
	tm, second := s.open("--rate", "40", "--no-mouse"), s.open("--rate", "10", "--no-mouse")
	length, _ := time.ParseDuration(os.Getenv(soakEnv)) // none: 0
	faults := []simtest.Fault{
		simtest.ResetMidBody(), simtest.Trouble(502), simtest.ResetMidHeaders(), simtest.CaptivePortal(), simtest.Hangup(),
		simtest.TooMany("1"), simtest.Unavailable(""), simtest.BreakMidBody(), simtest.NotHTTP(), simtest.Hang(), simtest.HangMidBody(),
		simtest.EndlessHeaders(), simtest.GzipBomb(64 << 20), simtest.Huge(64<<20, false), simtest.Delay(3 * time.Second),
		simtest.Redirect(302, "https://example.invalid/"), simtest.Answer(500, "application/json", `{"detail":"Error"}`),
	}
	var early, most, last resources
	begun, rounds := time.Now(), uint64(0)
	defer func() {
		if t.Failed() {
			t.Logf("in round %d\n%s\n%s", rounds, tm.Text(), second.Text())
		}
	}()
	for ; rounds == 0 || time.Since(begun) < length; rounds++ {
		s.round(tm, second, rounds, faults[rounds%uint64(len(faults))])
		last = resourcesOf(tm)
		most = resources{max(most.memory, last.memory), max(most.files, last.files), max(most.threads, last.threads)}
		if early == (resources{}) && time.Since(begun) >= length/10 {
			early = last
		}
		if size := len(s.state()); size > 1<<20 {
			t.Errorf("the state file has grown to %d bytes", size)
		}
	}
	if last.memory > early.memory*5/4+16<<20 || last.files > early.files+8 || last.threads > early.threads+8 {
		t.Errorf("it has grown from %v to %v", early, last)
	}
	t.Logf("rounds: %d, requests: %d; %v after a tenth of the time, %v at most, %v at the end", rounds, s.api.Stats().Requests, early, most, last)
	tm.Quit()
	second.Quit()
}

// round is two batches, one pasted and one added by a script, to their end and out of the list.
func (s *stage) round(tm, second *termtest.Terminal, n uint64, fault simtest.Fault) {
	s.Helper()
	ids := s.api.Add(shortLives(n, 30)...)
	tm.Paste(lines(ids[:20]))
	if out, _ := s.ended(0, s.reading(lines(ids[20:]), "add", "--batch", "script")); out != lines(ids[20:]) {
		s.Errorf("added %s", out)
	}
	s.tracks(ids, func(*store.Job) bool { return true })
	second.Sees("30 jobs", "script")
	s.api.Break(simtest.Sometimes(0.4, n, fault))
	s.play(tm, n)
	s.api.Mend()
	tm.Send("R")
	s.tracks(ids, func(j *store.Job) bool {
		status, _, _ := s.api.Truth(j.ID)
		return j.End.Finished() && j.Answer.Status == status
	})
	if out, _ := s.run(0, "list", "--filter", "is:finished"); strings.Count(out, "\n") != 1+30 {
		s.Errorf("it lists\n%s", out)
	}
	if out, errs := s.ended(0, s.reading(lines(ids[20:]), "remove", "--yes", "-")); out != "removed 10 jobs\n" {
		s.Errorf("%s%s", errs, out)
	}
	second.Sees("20 jobs")
	s.forgetAll(tm)
	s.tracks(nil, nil)
	second.Sees("Nothing tracked yet.")
}

// tracks waits for the state file to hold just these jobs, of which something is true.
func (s *stage) tracks(ids []job.ID, is func(*store.Job) bool) {
	s.Helper()
	var of map[job.ID]*store.Job
	s.until("for the state file to say so", func() bool {
		contents, _, err := storetest.Replay(s.state())
		if err != nil {
			s.Fatal(err)
		}
		of = make(map[job.ID]*store.Job, len(contents.Jobs))
		for i := range contents.Jobs {
			of[contents.Jobs[i].ID] = &contents.Jobs[i]
		}
		for _, id := range ids {
			if j := of[id]; j == nil || !is(j) {
				return false
			}
		}
		return len(of) == len(ids)
	})
}

// play presses keys that move, look and narrow, and drags at the window's corner.
func (s *stage) play(tm *termtest.Terminal, seed uint64) {
	keys := []string{
		"j", "k", "G", "g", "\r", "\x1b", "?", "l", "f", "\t", "s", " ", "-", "\x1b[D", "!",
		"/\x1b[I4\x1b[I\r", "\x1b[6~", "\x1b[5~", "y", "*", "\x1b[I", "\x1b[O",
	}
	r := rand.New(rand.NewPCG(seed, 0))
	ticks := time.NewTicker(50 * time.Millisecond)
	defer ticks.Stop()
	for n := range 80 {
		<-ticks.C
		tm.Send(keys[r.IntN(len(keys))])
		if n%8 == 0 {
			tm.Resize(20+r.IntN(200), 5+r.IntN(60))
		}
	}
	tm.Resize(100, 30)
}

// forgetAll leaves whatever screens, prompts, filters and selections there are, and
// forgets the finished jobs.
func (s *stage) forgetAll(tm *termtest.Terminal) {
	s.Helper()
	s.presses(tm, "\x1b", "the whole list", func(footer string) bool {
		return strings.Contains(footer, "? help  / filter") &&
			!strings.Contains(footer, " of 20 jobs") && !strings.Contains(footer, "selected")
	})
	s.presses(tm, "c", "the question", func(footer string) bool { return strings.Contains(footer, "Remove 20 finished jobs?") })
	tm.Send("y")
}

// presses presses a key until the footer is as wanted: slowly, as escape and what comes
// with it at once are another key.
func (s *stage) presses(tm *termtest.Terminal, key, what string, is func(footer string) bool) {
	s.Helper()
	turn := 0
	s.until("to see "+what, func() bool {
		lines := strings.Split(strings.TrimSpace(tm.Text()), "\n")
		if is(lines[len(lines)-1]) {
			return true
		}
		if turn++; turn%50 == 0 {
			tm.Send(key)
		}
		return false
	})
}

// shortLives are jobs of all kinds that are over within 4 s.
func shortLives(seed uint64, n int) []sim.Job {
	lives := sim.Lives(seed, n)
	for i := range lives {
		l := &lives[i]
		share := min(1, 3/l.Work.Seconds())
		l.Work = time.Duration(float64(l.Work) * share)
		l.Duration = time.Duration(float64(l.Duration) * share)
		l.Start = time.Second
		l.End = l.Start + l.Duration
	}
	return sim.Describe(seed, lives)
}

// resources are what a program has of its machine: bytes, descriptors, threads. They
// are 0 where the system doesn't say.
type resources struct{ memory, files, threads int }

func (r resources) String() string {
	return fmt.Sprintf("%.1f MB, %d files, %d threads", float64(r.memory)/1e6, r.files, r.threads)
}

func resourcesOf(tm *termtest.Terminal) resources {
	files, _ := os.ReadDir(fmt.Sprintf("/proc/%d/fd", tm.PID()))
	threads, _ := os.ReadDir(fmt.Sprintf("/proc/%d/task", tm.PID()))
	return resources{memory(tm), len(files), len(threads)}
}
