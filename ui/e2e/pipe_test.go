//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package e2e

import (
	"bufio"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"testing"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/terminal/termtest"
)

// piped is jobwatch with a standard input that is open.
func (s *stage) piped(args ...string) (cmd *exec.Cmd, in io.WriteCloser) {
	s.Helper()
	cmd = s.command(args...)
	in, err := cmd.StdinPipe()
	if err != nil {
		s.Fatal(err)
	}
	return cmd, in
}

// batches are the tracked jobs by the names of their batches.
func (s *stage) batches() map[string][]job.ID {
	s.Helper()
	_, opened, err := store.Open(s.Context(), store.OSDisk{}, s.folder("jobs.jsonl"))
	if err != nil {
		s.Fatal(err)
	}
	all, names := make(map[string][]job.ID), make(map[store.BatchID]string)
	for _, b := range opened.Contents.Batches {
		names[b.ID] = fmt.Sprint(b.Name, strings.Count(fmt.Sprint(names), b.Name)) // two of a name are two
	}
	for _, j := range opened.Contents.Jobs {
		all[names[j.Batch]] = append(all[names[j.Batch]], j.ID)
	}
	return all
}

// A program makes jobs, and prints their IDs in its own time.
func TestALivePipe(t *testing.T) {
	s := newStage(t)
	ids := s.running(5)
	cmd, in := s.piped("--batch", "june", ids[0].String(), "-")
	say := func(text string) { _, _ = io.WriteString(in, text) }
	tm := termtest.Open(s, cmd, 120, 30)
	tm.Sees("input open: 1 taken", "june", "0/1")
	say("made " + ids[1].String()[:20])
	tm.Type("?")
	tm.Sees("remove finished jobs", "input open") // the help
	tm.Type("?")
	say(ids[1].String()[20:] + "\nand " + ids[2].String()[:33] + "?\n" + ids[0].String() + "\n")
	tm.Sees("input open: 2 taken", "0/2")
	say(ids[3].String() + "\n")
	tm.Sees("input open: 3 taken", "u removes 3 added jobs")
	tm.Type("u")
	tm.Sees("Remove 3 jobs")
	tm.Type("y")
	tm.Sees("removed 3 added jobs", "Nothing tracked yet", "input open")
	tm.Type("\x12") // ctrl+r
	say(ids[4].String() + "\n")
	tm.Sees("4 jobs", "june", "0/4")
	tm.Quit()
	if got := s.batches(); len(got) != 1 || fmt.Sprint(got["june0"]) != fmt.Sprint([]job.ID{ids[0], ids[1], ids[3], ids[4]}) {
		t.Errorf("in the state file: %v", got)
	}

	tm = termtest.Open(s, s.reading(lines(ids[:3])+ids[1].String()), 100, 30)
	tm.Sees("added 1 job (2 already tracked, 1 repeated)", "live")
	if strings.Contains(tm.Text(), "input open") {
		t.Error("an input that has ended is said to be open")
	}
	tm.Quit()
}

// What was read is kept, whenever the user leaves.
func TestLeavingALivePipe(t *testing.T) {
	s := newStage(t)
	ids := s.running(3000)
	cmd, in := s.piped()
	tm := termtest.Open(s, cmd, 120, 30)
	tm.Sees("input open")
	go func() { _, _ = io.WriteString(in, lines(ids)) }() // up to the end of jobwatch
	tm.Sees("taken")
	tm.Quit()
	var kept []job.ID
	for _, jobs := range s.batches() {
		kept = append(kept, jobs...)
	}
	if n := len(kept); n == 0 || fmt.Sprint(kept) != fmt.Sprint(ids[:n]) {
		t.Errorf("%d jobs are kept, and not the first", n)
	}
}

// Lines are printed from the first ID on, and the end is that of the input and all jobs.
func TestAScriptWithALivePipe(t *testing.T) {
	for _, flag := range []string{"--plain", "--json"} {
		t.Run(flag, func(t *testing.T) {
			s := newStage(t)
			ids := s.jobs(3, 0)
			cmd, in := s.piped(flag, "--rate", "100", "--batch", "june")
			pipe, err := cmd.StdoutPipe()
			errs := new(strings.Builder)
			if cmd.Stderr = errs; err != nil || cmd.Start() != nil {
				t.Fatal(err)
			}
			out := bufio.NewScanner(pipe)
			for _, id := range ids {
				_, _ = io.WriteString(in, id.String()+"\n"+id.String()[:30]+"\n")
				for out.Scan() && (!strings.Contains(out.Text(), id.Short()) || !strings.Contains(out.Text(), "Done")) {
				}
			}
			_ = in.Close()
			s.left(cmd, 0)
			if want := "jobwatch: 3 look like cut-off IDs on standard input; jobwatch goes on without\n"; !strings.HasSuffix(errs.String(), want) {
				t.Errorf("standard error: %q", errs)
			}
			if got := s.batches(); len(got) != 1 || len(got["june0"]) != 3 {
				t.Errorf("in the state file: %v", got)
			}
		})
	}
}

// An input may end without an ID, right away or later.
func TestAPipeWithoutIDs(t *testing.T) {
	s := newStage(t)
	s.run(8, "--once", s.running(1)[0].String())
	tm := termtest.Open(s, s.reading("none today\n", "-"), 100, 30)
	tm.Left(2)
	if !strings.Contains(tm.Text(), "jobwatch: no job IDs on standard input\n") {
		t.Errorf("the shell says\n%s", tm.Text())
	}
	cmd, in := s.piped("-")
	tm = termtest.Open(s, cmd, 100, 30)
	tm.Sees("input open", "1 job")
	tm.Quit() // by then, nothing is wrong
	_ = in.Close()
	tm = termtest.Open(s, s.reading("none today\n"), 100, 30)
	tm.Sees("no job IDs on standard input; jobwatch watches the tracked jobs", "1 job")
	tm.Quit()
	tm = termtest.Open(s, s.reading(""), 100, 30)
	tm.Sees("live", "1 job")
	tm.Quit()
}
