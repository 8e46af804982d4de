//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package e2e

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/sim/simtest"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/terminal/termtest"
)

// script is jobwatch watching jobs while something happens.
func (s *stage) script(ids []job.ID, args ...string) (cmd *exec.Cmd, out, errs *bytes.Buffer) {
	s.Helper()
	cmd = s.command(append(args, strings.Fields(lines(ids))...)...)
	out, errs = new(bytes.Buffer), new(bytes.Buffer)
	cmd.Stdout, cmd.Stderr = out, errs
	if err := cmd.Start(); err != nil {
		s.Fatal(err)
	}
	return cmd, out, errs
}

// left waits for the end of a script.
func (s *stage) left(cmd *exec.Cmd, status int) {
	s.Helper()
	_ = cmd.Wait() // the status says it
	if got := cmd.ProcessState.ExitCode(); got != status {
		s.Errorf("exit status %d, want %d", got, status)
	}
}

func TestAScriptWaitsForItsJobs(t *testing.T) {
	s := newStage(t)
	ids := s.quick(3)
	out, _ := s.run(0, ids[0].String(), "/job/"+ids[1].String()+"/status", s.base+"/job/"+ids[2].String())
	if strings.Contains(out, "\x1b") {
		t.Errorf("there are escapes in\n%q", out)
	}
	for _, id := range ids {
		if !strings.Contains(out, id.Short()) {
			t.Errorf("%s is not in\n%s", id.Short(), out)
		}
	}
}

func TestAFailedJobIsAFailedCommand(t *testing.T) {
	s := newStage(t)
	id := s.described(time.Second, "", "the bibliography is missing")
	out, errs := s.run(1, "--json", id.String())
	if !strings.Contains(out, `"status":"Error"`) || !strings.Contains(out, "the bibliography is missing") {
		t.Errorf("the cause is not told:\n%s%s", out, errs)
	}
}

// Counts and verbs agree, and a job without a description is called by its ID, as far as that tells it apart.
func TestWhatIsSaidOfOneJobIsSaidInTheSingular(t *testing.T) {
	s := newStage(t)
	failed, done := s.described(0, "", "no such font"), s.described(0, "", "")
	_, errs := s.run(1, "--plain", "--download", s.home, failed.String(), done.String())
	if want := "jobwatch: 1 of 2 jobs is not Done:\n  " + failed.Short() + " Error: no such font\n"; errs != want {
		t.Errorf("it says\n%swant\n%s", errs, want)
	}
	if files, err := filepath.Glob(filepath.Join(s.home, "*", "*.pdf")); len(files) != 1 || filepath.Base(files[0]) != "job "+done.Short()+".pdf" {
		t.Errorf("the files are %q, %v", files, err)
	}
	s.api.Break(simtest.Redirect(http.StatusFound, "http://127.0.0.1:1/"))
	alike := "01890a5d-ac96-774b-bcce-b302099a8057"
	for address, want := range map[string]string{
		s.base:               "redirected to another port, 127.0.0.1:1 (",
		"http://127.0.0.1:1": "connection refused by 127.0.0.1:1\n",
	} {
		out, errs := s.run(8, "--once", "--api", address, "--state", s.TempDir()+"/jobs", alike, strings.Replace(alike, "ac96", "ac97", 1))
		if strings.Count(out, want) != 2 || !strings.Contains(out, "\n01890a5d-ac96  ") || strings.Contains(out+errs, "within") {
			t.Errorf("%s:\n%s%s", address, errs, out)
		}
	}
}

// One of three is forbidden for a while, in the midst of others that are not.
func TestAScriptIsToldOfAJobThatCannotBeChecked(t *testing.T) {
	s := newStage(t)
	ids := s.jobs(3, 3*time.Second)
	s.api.Break(simtest.Only(ids[2], simtest.Times(3, simtest.Trouble(http.StatusForbidden))))
	cmd, out, errs := s.script(ids, "--json")
	s.left(cmd, 0)
	short := ids[2].Short()
	if said := strings.Split(errs.String(), "\n"); len(said) < 2 || !strings.HasPrefix(said[0], "jobwatch: "+short+" can't be checked: 403 Forbidden: ") {
		t.Errorf("standard error:\n%s", errs)
	}
	if n := strings.Count(out.String(), `"problem":"403 Forbidden: `); n != 1 || strings.Contains(errs.String(), "away") {
		t.Errorf("%d objects with the problem:\n%s%s", n, out, errs)
	}

	s.api.Break(simtest.Only(ids[2], simtest.Trouble(http.StatusGone)))
	for args, want := range map[string]string{"--once": "last check failed: 410 Gone: ", "--once --json": `"problem":"410 Gone: `} {
		if out, _ := s.run(8, append(strings.Fields(args), "--state", s.folder("other.jsonl"), ids[2].String())...); !strings.Contains(out, want) {
			t.Errorf("%s says\n%s", args, out)
		}
	}
}

// Somebody removes jobs in another window while a script waits for them.
func TestAScriptIsToldOfARemovedJob(t *testing.T) {
	s := newStage(t)
	ids := s.jobs(2, time.Hour)
	cmd, out, errs := s.script(ids, "--plain")
	s.until("for the first to be Done", func() bool { return s.saved() == 1 })
	s.changes(func(j store.Job) store.Op { return store.Forget{ID: j.ID} })
	s.left(cmd, 1)
	if n := strings.Count(out.String(), "  removed "); n != 1 || !strings.Contains(out.String(), ids[1].Short()+"  removed ") {
		t.Errorf("standard output:\n%s\nstandard error:\n%s", out, errs)
	}
}

// The service has a new word for what a job is doing.
func TestAScriptIsToldOfAStatusThatNobodyKnows(t *testing.T) {
	s := newStage(t)
	ids := s.jobs(2, 0)
	begin := time.Now()
	s.api.Break(s.api.During(begin, begin.Add(3*time.Second), simtest.Only(ids[1], simtest.JSON(`{"id":"{id}","status":"Can\u200bcelled\u001b[2J"}`))))
	cmd, out, errs := s.script(ids, "--plain")
	s.left(cmd, 0)
	if !strings.Contains(out.String(), ids[1].Short()+"  Cancelled ") || !strings.Contains(out.String(), ids[1].Short()+"  Done ") {
		t.Errorf("standard output:\n%s", out)
	}
	if !strings.Contains(errs.String(), ids[1].Short()+` the status "Can\u200bcelled\x1b[2J", which jobwatch does not know`) {
		t.Errorf("standard error:\n%s", errs)
	}
}

// A script's list of jobs came out empty, or with none in it. With -, that is not all Done, and
// other jobs are not what it waits for.
func TestAScriptIsToldOfAnEmptyList(t *testing.T) {
	s := newStage(t)
	s.run(0, "--plain", s.jobs(1, 0)[0].String())
	const none, nothing = "jobwatch: no job IDs on standard input", "jobwatch: no unfinished jobs are tracked: there is nothing to watch\n"
	for _, text := range []string{"", "\n", "none today"} {
		for _, args := range []string{"--plain", "--json", "--once"} {
			if out, errs := s.ended(2, s.reading(text, args, "-")); out != "" || errs != none+"\n" {
				t.Errorf("%q, %s -: %s%s", text, args, errs, out)
			}
			want := nothing
			if text != "" {
				want = none + "; jobwatch watches the tracked jobs\n" + nothing
			}
			if _, errs := s.ended(0, s.reading(text, args)); errs != want {
				t.Errorf("%q, %s: %s", text, args, errs)
			}
		}
	}
	id := s.running(1)[0].String()
	if out, errs := s.ended(8, s.reading("\n", "--once", "-", id)); errs != none+"; jobwatch takes the given jobs\n" || !strings.Contains(out, id[:8]) {
		t.Errorf("with a job, too: %s%s", errs, out)
	}
}

// Its input comes from a program that has hung, at the start or later.
func TestAScriptIsToldThatItsInputIsWaitedFor(t *testing.T) {
	s := newStage(t)
	id := s.jobs(1, 0)[0]
	s.run(8, "--once", id.String())
	s.until("for the job to be Done", func() bool { s.says(s.command("--once")); return s.saved() == 1 })
	for _, args := range []string{"--once -", "--plain", "--json - " + id.String(), "add"} {
		cmd, in := s.piped(strings.Fields(args)...)
		errs, err := cmd.StderrPipe()
		if err := errors.Join(err, cmd.Start()); err != nil {
			t.Fatal(err)
		}
		told, err := bufio.NewReader(errs).ReadString('\n')
		if err != nil || told != "jobwatch: waiting for the end of standard input, which may hold job IDs\n" {
			t.Errorf("%s: it says %q, %v", args, told, err)
		}
		_, _ = io.WriteString(in, lines([]job.ID{id}))
		_ = in.Close()
		s.left(cmd, 0)
	}
}

func TestOneLookSaysHowThingsStand(t *testing.T) {
	s := newStage(t)
	done, running, failed := s.described(0, "Ready", ""), s.described(time.Hour, "Under way", ""), s.described(0, "Broken", "no such font")
	out, errs := s.run(8, "--once", "--batch", "may", done.String(), running.String())
	if !strings.HasPrefix(out, "JOB ") || strings.Count(out, "\n") != 3 || strings.Contains(out, "\x1b") || errs != "" {
		t.Errorf("%s\n%s", errs, out)
	}
	for _, text := range []string{done.Short() + "  Done ", running.Short() + "  Processing ", "may", "Under way"} {
		if !strings.Contains(out, text) {
			t.Errorf("%q is not in\n%s", text, out)
		}
	}
	s.run(0, "--once", done.String())
	if out, _ := s.run(1, "--once", failed.String(), running.String()); !strings.Contains(out, "no such font") {
		t.Errorf("of a failed job it says\n%s", out)
	}
	// Without jobs: all that are tracked and unfinished.
	out, _ = s.run(8, "--once", "--json")
	var o struct{ ID, Status string }
	if err := json.Unmarshal([]byte(out), &o); err != nil || o.ID != running.String() || o.Status != "Processing" {
		t.Errorf("%v:\n%s", err, out)
	}
}

func TestTheDemoCanBeLookedAtWithoutAScreen(t *testing.T) {
	if out, errs := newStage(t).run(8, "--demo", "--once"); strings.Count(out, "\n") < 20 || errs != "" {
		t.Errorf("%s\n%s", errs, out)
	}
}

func TestRedactedLinesGiveNothingAway(t *testing.T) {
	s := newStage(t)
	ids := []job.ID{s.described(0, "Salaries", ""), s.described(0, "Salaries", "Salaries is no Markdown")}
	secrets := func(text string) bool {
		return strings.Contains(text, "Salaries") || strings.Contains(text, ids[0].String()) || strings.Contains(text, ids[1].String())
	}
	for _, args := range []string{"--plain", "--json", "--once", "--once --json"} {
		out, errs := s.run(1, append(strings.Fields(args), "--redact", "--state", s.TempDir()+"/jobs", ids[0].String(), ids[1].String())...)
		if !strings.Contains(out, ids[0].Short()) || !strings.Contains(out+errs, "… is no Markdown") || secrets(out+errs) {
			t.Errorf("%q:\n%s%s", args, out, errs)
		}
	}
	tm := termtest.Open(t, s.command("--redact", ids[0].String(), ids[1].String()), 100, 30)
	tm.Sees("2/2")
	tm.Quit()
	if secrets(tm.Raw()) || !strings.Contains(tm.Text(), ids[1].Short()+" Error: … is no Markdown") {
		t.Errorf("the receipt:\n%s", tm.Text())
	}
}
