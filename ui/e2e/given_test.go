//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package e2e

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/sim/simtest"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/terminal/termtest"
)

// A mail with jobs is piped in: its lines are broken, and an ID was not copied whole. Keys come
// from the terminal all the same.
func TestIDsOutOfAMail(t *testing.T) {
	s := newStage(t)
	ids := s.running(4)
	broken, typeset, cut := ids[1].String(), strings.ReplaceAll(ids[2].String(), "-", "\u2011"), ids[3].String()[:30]
	mail := "> " + ids[0].String() + " and\n> the job_id=3D" + broken[:20] + "=\n" + broken[20:] + "\n> " + typeset + "\n> " + cut + "\n"
	out, errs := s.ended(8, s.reading(mail, "--once"))
	if strings.Count(out, "\n") != 4 || errs != "jobwatch: 1 looks like a cut-off ID on standard input; jobwatch goes on without\n" {
		t.Errorf("%s\n%s", errs, out)
	}
	if _, errs := s.ended(2, s.reading(cut, "--once", "-")); errs != "jobwatch: no job IDs on standard input, but 1 looks like a cut-off ID\n" {
		t.Error(errs)
	}
	tm := termtest.Open(s, s.reading(mail, "--state", s.folder("other.jsonl"), "--batch", "invoices"), 100, 30)
	tm.Sees("1 looks like a cut-off ID", "invoices", "0/3")
	tm.Quit()
}

// IDs come from other systems: as arguments, in the UTF-16 of PowerShell and others, which >> appends
// to any file, and out of jobs.csv.
func TestIDsOfOtherSystems(t *testing.T) {
	s := newStage(t)
	ids := s.running(2)
	a, b := ids[0].String(), ids[1].String()
	lines := "jobs:\u2028" + a + "\r\n" + b + "\r\n"
	var windows, other string
	for _, c := range utf16.Encode([]rune(lines)) {
		low, high := string([]byte{byte(c & 0xFF)}), string([]byte{byte(c >> 8)})
		windows, other = windows+low+high, other+high+low
	}
	texts := []string{"\xff\xfe" + windows, windows, "\xfe\xff" + other, other, a + "\n" + windows, windows + lines, a + "\n" + other}

	tm := s.open()
	tm.Paste(windows)
	tm.Sees("2 jobs", "added 2 jobs")
	file := filepath.Join(s.home, "jobs.csv")
	tm.Type("e", "\x15", file, "\r")
	tm.Sees("wrote 2 jobs")
	tm.Quit()
	csv, err := os.ReadFile(file)
	if err != nil || !strings.HasPrefix(string(csv), "\ufeffid,") {
		t.Errorf("%.60q: %v", csv, err)
	}
	for _, text := range append(texts, string(csv)) {
		if out, errs := s.ended(8, s.reading(text, "--once", "--json", "--state=~/new", "-")); strings.Count(out, a) != 1 || strings.Count(out, b) != 1 {
			t.Errorf("of %q it finds\n%s%s", text, out, errs)
		}
		if err := os.Remove(filepath.Join(s.home, "new")); err != nil {
			t.Fatal(err)
		}
	}
	for _, arg := range []string{"urn:uuid:" + a, "{" + a + "}", "'" + a + "'", `"` + a + `"`, "“" + a + "”"} {
		s.run(8, "--once", arg)
	}
}

// Standard input is a log of some 70 MB, with jobs at its end, in UTF-8 and as PowerShell
// writes it. It is read to its end.
func TestAVastStandardInput(t *testing.T) {
	s := newStage(t)
	id := s.jobs(1, 0)[0].String()
	for name, filler := range map[string]string{"UTF-8": "", "UTF-16": "\x00"} {
		encode := func(text string) string { return strings.Join(strings.Split(text, ""), filler) + filler }
		once, text := s.command("--once"), encode(logText)
		all := []io.Reader{strings.NewReader(map[string]string{"UTF-16": "\xff\xfe"}[name])}
		for range (70 << 20) / len(text) {
			all = append(all, strings.NewReader(text))
		}
		once.Stdin = io.MultiReader(append(all, strings.NewReader(encode(id)))...)
		out, errs, status := s.says(once)
		errs = strings.TrimPrefix(errs, "jobwatch: waiting for the end of standard input, which may hold job IDs\n") // a slow machine
		if !strings.Contains(out, id[:8]) || errs != "" {
			t.Errorf("%s: exit status %d: %s\n%s", name, status, errs, out)
		}
	}
}

// A job was rejected, and another given up, for a reason that is over: a script that names
// them, or looks once at all that is tracked, is told how they stand now.
func TestAVerdictIsLiftedByAskingForTheJob(t *testing.T) {
	t.Parallel()
	for _, args := range []string{"--plain 1 2", "--once 1 2", "--once", "--json -"} {
		t.Run(args, func(t *testing.T) {
			s := newStage(t)
			ids := s.jobs(2, 0)
			s.api.Break(simtest.Answer(422, "application/json", `{"detail":[]}`))
			if out, errs := s.run(1, "--plain", ids[0].String(), ids[1].String()); !strings.Contains(out, "Rejected") {
				t.Fatalf("%s%s", errs, out)
			}
			s.changes(func(j store.Job) store.Op {
				if j.ID != ids[1] {
					return nil
				}
				j.End = job.EndedGivenUp
				return store.Observe{Job: j}
			})
			s.api.Mend()
			s.until("until they are done", func() bool {
				cmd := s.command(strings.Fields(strings.NewReplacer(" 1", " "+ids[0].String(), " 2", " "+ids[1].String()).Replace(args))...)
				if strings.HasSuffix(args, "-") {
					cmd.Stdin = strings.NewReader(lines(ids))
				}
				out, errs, status := s.says(cmd)
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

// changes has another window write what f says of each tracked job, if anything.
func (s *stage) changes(f func(store.Job) store.Op) {
	s.Helper()
	file, opened, err := store.Open(s.Context(), store.OSDisk{}, s.folder("jobs.jsonl"))
	if err != nil {
		s.Fatal(err)
	}
	var ops []store.Op
	for _, j := range opened.Contents.Jobs {
		if op := f(j); op != nil {
			ops = append(ops, op)
		}
	}
	if err := file.Append(s.Context(), ops...); err != nil {
		s.Fatal(err)
	}
}

// Without a screen, the flag --filter selects what is watched and shown; what the config
// file has of it is the list's.
func TestAFilterSelectsWhatAScriptWatches(t *testing.T) {
	s := newStage(t)
	june, july := s.jobs(2, 0), s.jobs(2, time.Hour)
	s.says(s.command("--once", "--batch", "june", june[0].String(), june[1].String())) // done by now on a slow machine
	s.run(8, "--once", "--batch", "july", july[0].String(), july[1].String())

	out, errs := s.run(0, "--plain", "--filter", "batch:june")
	if strings.Count(out, "Done") != 2 || !strings.Contains(out, june[0].Short()) || errs != "" {
		t.Errorf("of june it says %s%s", errs, out)
	}
	if out, _ := s.run(0, "--once", "--filter=batch:june"); strings.Count(out, "june") != 2 || strings.Count(out, "\n") != 3 {
		t.Errorf("what is finished is not in the table:\n%s", out)
	}
	s.until("until one of july is done", func() bool { s.run(8, "--once", "--json"); return s.saved() == 3 })
	for _, filter := range []string{"status:processing", "july !status:done"} {
		if out, _ := s.run(8, "--once", "--json", "--filter", filter); strings.Count(out, "\n") != 1 || !strings.Contains(out, july[1].String()) {
			t.Errorf("%q: %s", filter, out)
		}
	}
	if out, errs := s.run(1, "--plain", "--filter", "batch:jnue"); out != "" || errs != "jobwatch: no tracked job matches the filter\n" {
		t.Errorf("of a batch that there is not, it says %s%s", errs, out)
	}
	if out, errs := s.run(0, "--once", "--filter", "status:failed batch:june"); out != "" || errs != "jobwatch: no tracked job matches the filter: there is nothing to watch\n" {
		t.Errorf("of failures where there is none, it says %s%s", errs, out)
	}
	s.run(2, "--once", "--filter", "status:")

	s.configure(`filter = "batch:june"` + "\njson = true\n")
	other := []string{"--once", "--state", s.folder("other.jsonl"), "--batch", "july", july[0].String(), july[1].String(), "--plain"}
	if out, _ := s.run(8, other...); !strings.HasPrefix(out, "JOB") || strings.Count(out, "july") != 2 {
		t.Errorf("with a filter and JSON in the config file, --plain says\n%s", out)
	}
	if out, errs := s.run(8, append(other, "--json")...); !strings.HasPrefix(out, "{") || errs != "jobwatch: --plain is ignored beside --json\n" {
		t.Errorf("--json --plain: %s%s", errs, out)
	}
}

// --batch is taken for a filter, or to move jobs: it only names the batch of new ones.
func TestABatchNameIsForNewJobs(t *testing.T) {
	s := newStage(t)
	id := s.running(1)[0].String()
	if _, errs := s.run(8, "--once", "--batch", "june", id); errs != "" {
		t.Error(errs)
	}
	for _, args := range []string{"--once", "--plain", "--json", "--once -"} {
		_, errs := s.run(2, append(strings.Fields(args), "--batch", "june")...)
		if errs != "jobwatch: no job IDs on standard input; --batch only names the batch of new jobs: --filter batch:NAME watches a batch\n" {
			t.Errorf("%s: %s", args, errs)
		}
	}
	tm := termtest.Open(s, s.command("--once", "--batch", "june"), 100, 30)
	tm.Left(2)
	if !strings.Contains(tm.Raw(), "no jobs are given; --batch only names") {
		t.Errorf("at a terminal it says %q", tm.Raw())
	}
	for batch, want := range map[string]string{"july": "jobwatch: 1 job already tracked in another batch: --batch only names new jobs\n", "june": ""} {
		if out, errs, _ := s.says(s.command("--once", "--batch", batch, id)); errs != want || !strings.Contains(out, "june") {
			t.Errorf("--batch %s: %s%s", batch, errs, out)
		}
	}
	tm = termtest.Open(s, s.command("--batch", "july", id), 100, 30)
	tm.Sees("nothing new (1 already tracked); 1 of them in another batch", "june")
	tm.Quit()
}
