//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package e2e

import (
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/sim/simtest"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/terminal/termtest"
)

// A mail with jobs is piped in: its lines are broken, and an ID was not copied whole.
func TestIDsOutOfAMail(t *testing.T) {
	s := newStage(t)
	ids := s.running(4)
	broken, typeset, cut := ids[1].String(), strings.ReplaceAll(ids[2].String(), "-", "\u2011"), ids[3].String()[:30]
	mail := "> " + ids[0].String() + " and\n> the job_id=3D" + broken[:20] + "=\n" + broken[20:] + "\n> " + typeset + "\n> " + cut + "\n"
	cmd := s.command("--once")
	cmd.Stdin = strings.NewReader(mail)
	out, errs, status := says(t, cmd)
	if status != 8 || strings.Count(out, "\n") != 4 || errs != "jobwatch: 1 looks like a cut-off ID on standard input; jobwatch goes on without\n" {
		t.Errorf("exit status %d: %s\n%s", status, errs, out)
	}
	cmd = s.command("--once", "-")
	cmd.Stdin = strings.NewReader(cut)
	if _, errs, status := says(t, cmd); status != 2 || errs != "jobwatch: no job IDs on standard input, but 1 looks like a cut-off ID\n" {
		t.Errorf("exit status %d: %s", status, errs)
	}
	cmd = s.command()
	cmd.Stdin = strings.NewReader(mail)
	tm := termtest.Open(s, cmd, 100, 30)
	tm.Sees("1 looks like a cut-off ID", "0/3")
	tm.Send("q")
	tm.Left(0)
}

// Standard input is a log of some 70 MB, with jobs at its end, in UTF-8 and as PowerShell
// writes it. It is read to its end.
func TestAVastStandardInput(t *testing.T) {
	s := newStage(t)
	id := s.jobs(1, 0)[0].String()
	noise := strings.Repeat("2025-11-23T10:00:00Z INFO worker 7 rendered page 12 of 40, 83 ms\n", 16<<10)
	for name, filler := range map[string]string{"UTF-8": "", "UTF-16": "\x00"} {
		encode := func(text string) string { return strings.Join(strings.Split(text, ""), filler) + filler }
		once, text := s.command("--once"), encode(noise)
		all := []io.Reader{strings.NewReader(map[string]string{"UTF-16": "\xff\xfe"}[name])}
		for range (70 << 20) / len(text) {
			all = append(all, strings.NewReader(text))
		}
		once.Stdin = io.MultiReader(append(all, strings.NewReader(encode(id)))...)
		out, errs, status := says(t, once)
		errs = strings.TrimPrefix(errs, "jobwatch: waiting for the end of standard input, which may hold job IDs\n") // a slow machine
		if !strings.Contains(out, id[:8]) || errs != "" {
			t.Errorf("%s: exit status %d: %s\n%s", name, status, errs, out)
		}
	}
}

// A job was rejected, and another given up, for a reason that is over: a script that names
// them, or looks once at all that is tracked, is told how they stand now.
func TestAVerdictIsLiftedByAskingForTheJob(t *testing.T) {
	for _, args := range []string{"--plain 1 2", "--once 1 2", "--once", "--json -"} {
		t.Run(args, func(t *testing.T) {
			s := newStage(t)
			ids := s.jobs(2, 0)
			s.api.Break(simtest.Answer(422, "application/json", `{"detail":[]}`))
			if out, errs, status := says(t, s.command("--plain", ids[0].String(), ids[1].String())); status != 1 || !strings.Contains(out, "Rejected") {
				t.Fatalf("exit status %d: %s%s", status, errs, out)
			}
			s.giveUp(ids[1])
			s.api.Mend()
			s.until("until they are done", func() bool {
				cmd := s.command(strings.Fields(strings.NewReplacer(" 1", " "+ids[0].String(), " 2", " "+ids[1].String()).Replace(args))...)
				if strings.HasSuffix(args, "-") {
					cmd.Stdin = strings.NewReader(lines(ids))
				}
				out, errs, status := says(t, cmd)
				if status == 1 {
					t.Fatalf("%s%s", errs, out)
				}
				return status == 0
			})
			if s.saved() != 2 {
				t.Errorf("the state file does not say that they are done:\n%s", s.state())
			}
		})
	}
}

// giveUp has the state file say that jobwatch has given up a job.
func (s *stage) giveUp(id job.ID) {
	s.Helper()
	file, opened, err := store.Open(s.Context(), s.folder("jobs.jsonl"))
	if err != nil {
		s.Fatal(err)
	}
	for _, j := range opened.Contents.Jobs {
		if j.ID == id {
			j.End = job.EndedGivenUp
			err = file.Append(s.Context(), store.Observe{Job: j})
		}
	}
	if err := errors.Join(err, file.Close()); err != nil {
		s.Fatal(err)
	}
}

// Without a screen, the flag --filter selects what is watched and shown; what the config
// file has of it is the list's.
func TestAFilterSelectsWhatAScriptWatches(t *testing.T) {
	s := newStage(t)
	june, july := s.jobs(2, 0), s.jobs(2, time.Hour)
	run := func(want int, args ...string) (out, errs string) {
		t.Helper()
		out, errs, status := says(t, s.command(args...))
		if status != want {
			t.Errorf("%q: exit status %d: %s%s", args, status, errs, out)
		}
		return out, errs
	}
	says(t, s.command("--once", "--batch", "june", june[0].String(), june[1].String())) // done by now on a slow machine
	run(8, "--once", "--batch", "july", july[0].String(), july[1].String())

	out, errs := run(0, "--plain", "--filter", "batch:june")
	if strings.Count(out, "Done") != 2 || !strings.Contains(out, june[0].Short()) || errs != "" {
		t.Errorf("of june it says %s%s", errs, out)
	}
	if out, _ := run(0, "--once", "--filter=batch:june"); strings.Count(out, "june") != 2 || strings.Count(out, "\n") != 3 {
		t.Errorf("what is finished is not in the table:\n%s", out)
	}
	s.until("until one of july is done", func() bool { run(8, "--once", "--json"); return s.saved() == 3 })
	for _, args := range [][]string{{"--once", "--json", "--filter=status:processing"}, {"--once", "--json", "--filter", "july !status:done"}} {
		if out, _ := run(8, args...); strings.Count(out, "\n") != 1 || !strings.Contains(out, july[1].String()) {
			t.Errorf("%q: %s", args, out)
		}
	}
	if out, errs := run(1, "--plain", "--filter", "batch:jnue"); out != "" || errs != "jobwatch: no tracked job matches the filter\n" {
		t.Errorf("of a batch that there is not, it says %s%s", errs, out)
	}
	if out, errs := run(0, "--once", "--filter", "status:failed batch:june"); out != "" || errs != "jobwatch: no tracked job matches the filter: there is nothing to watch\n" {
		t.Errorf("of failures where there is none, it says %s%s", errs, out)
	}
	run(2, "--once", "--filter", "status:")
	home := configured(t, `filter = "batch:june"`+"\njson = true\n")
	july2 := []string{"--api", s.base, "--batch", "july", july[0].String(), july[1].String()}
	out, _, status := says(t, settled(t, home, append(july2, "--once", "--plain")...))
	if status != 8 || !strings.HasPrefix(out, "JOB") || strings.Count(out, "july") != 2 {
		t.Errorf("with a filter and JSON in the config file, --plain says\n%s", out)
	}
	out, errs, status = says(t, settled(t, home, append(july2, "--once", "--plain", "--json")...))
	if status != 8 || !strings.HasPrefix(out, "{") || errs != "jobwatch: --plain is ignored beside --json\n" {
		t.Errorf("--json --plain: %s%s", errs, out)
	}
}

// --batch is taken for a filter, or to move jobs: it only names the batch of new ones.
func TestABatchNameIsForNewJobs(t *testing.T) {
	s := newStage(t)
	id := s.running(1)[0].String()
	if _, errs, status := says(t, s.command("--once", "--batch", "june", id)); status != 8 || errs != "" {
		t.Errorf("exit status %d: %s", status, errs)
	}
	for _, args := range []string{"--once", "--plain", "--json", "--once -"} {
		cmd := s.command(append(strings.Fields(args), "--batch", "june")...)
		_, errs, status := says(t, cmd)
		if status != 2 || errs != "jobwatch: no job IDs on standard input; --batch only names the batch of new jobs: --filter batch:NAME watches a batch\n" {
			t.Errorf("%s: exit status %d: %s", args, status, errs)
		}
	}
	tm := termtest.Open(s, s.command("--once", "--batch", "june"), 100, 30)
	tm.Left(2)
	if !strings.Contains(tm.Raw(), "no jobs are given; --batch only names") {
		t.Errorf("at a terminal it says %q", tm.Raw())
	}
	for batch, want := range map[string]string{"july": "jobwatch: 1 job already tracked in another batch: --batch only names new jobs\n", "june": ""} {
		if out, errs, _ := says(t, s.command("--once", "--batch", batch, id)); errs != want || !strings.Contains(out, "june") {
			t.Errorf("--batch %s: %s%s", batch, errs, out)
		}
	}
	tm = termtest.Open(s, s.command("--batch", "july", id), 100, 30)
	tm.Sees("nothing new (1 already tracked); 1 of them in another batch", "june")
	tm.Send("q")
	tm.Left(0)
}
