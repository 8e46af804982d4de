//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package e2e

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/sim/simtest"
	"example.com/jobwatch/store"
)

// only confines a fault to requests for one job.
func only(id job.ID, f simtest.Fault) simtest.Fault {
	return func(w http.ResponseWriter, r *http.Request, next http.HandlerFunc) {
		if _, asked := simtest.RouteOf(r); asked == id.String() {
			f(w, r, next)
		} else {
			next(w, r)
		}
	}
}

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

// One of three is forbidden for a while, in the midst of others that are not.
func TestAScriptIsToldOfAJobThatCannotBeChecked(t *testing.T) {
	s := newStage(t)
	ids := s.jobs(3, 6*time.Second)
	begin := time.Now()
	s.api.Break(s.api.During(begin, begin.Add(10*time.Second), only(ids[2], simtest.Trouble(http.StatusForbidden))))
	cmd, out, errs := s.script(ids, "--json")
	s.left(cmd, 0)
	short := ids[2].Short()
	if said := strings.Split(errs.String(), "\n"); len(said) < 2 || !strings.HasPrefix(said[0], "jobwatch: "+short+" can't be checked: 403 Forbidden: ") {
		t.Errorf("standard error:\n%s", errs)
	}
	if n := strings.Count(out.String(), `"problem":"403 Forbidden: `); n != 1 || strings.Contains(errs.String(), "away") {
		t.Errorf("%d objects with the problem:\n%s%s", n, out, errs)
	}

	s.api.Break(only(ids[2], simtest.Trouble(http.StatusGone)))
	table, _ := ended(t, s.command("--once", "--state", s.folder("other.jsonl"), ids[2].String()), 8)
	if !strings.Contains(table, "last check failed: 410 Gone: ") {
		t.Errorf("the table says\n%s", table)
	}
	object, _ := ended(t, s.command("--once", "--json", "--state", s.folder("other.jsonl"), ids[2].String()), 8)
	if !strings.Contains(object, `"problem":"410 Gone: `) {
		t.Errorf("the object is %s", object)
	}
}

// Somebody removes jobs in another window while a script waits for them.
func TestAScriptIsToldOfARemovedJob(t *testing.T) {
	s := newStage(t)
	ids := s.jobs(2, time.Hour)
	cmd, out, errs := s.script(ids, "--plain")
	s.until("for the first to be Done", func() bool { return s.saved() == 1 })
	other, _, err := store.Open(t.Context(), s.folder("jobs.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close() //nolint:errcheck // nothing is written at the end
	if err := other.Append(t.Context(), store.Forget{ID: ids[0]}, store.Forget{ID: ids[1]}); err != nil {
		t.Fatal(err)
	}
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
	s.api.Break(s.api.During(begin, begin.Add(3*time.Second), only(ids[1], simtest.JSON(`{"id":"{id}","status":"Can\u200bcelled\u001b[2J"}`))))
	cmd, out, errs := s.script(ids, "--plain")
	s.left(cmd, 0)
	if !strings.Contains(out.String(), ids[1].Short()+"  Cancelled ") || !strings.Contains(out.String(), ids[1].Short()+"  Done ") {
		t.Errorf("standard output:\n%s", out)
	}
	if !strings.Contains(errs.String(), ids[1].Short()+` the status "Can\u200bcelled\x1b[2J", which jobwatch does not know`) {
		t.Errorf("standard error:\n%s", errs)
	}
}

// A script's list of jobs came out empty, or with none in it: that is not all Done, and
// other jobs are not what it waits for. Only an input that is none means all tracked jobs.
func TestAScriptIsToldOfAnEmptyList(t *testing.T) {
	s := newStage(t)
	if out, _ := ended(t, s.command("--plain", s.jobs(1, 0)[0].String()), 0); out == "" {
		t.Error("nothing was told of a job")
	}
	empty, err := os.Create(filepath.Join(s.home, "ids.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer empty.Close() //nolint:errcheck // nothing was written
	for what, in := range map[string]io.Reader{"a line": strings.NewReader("\n"), "a text": strings.NewReader("none today"), "an empty file": empty} {
		for _, args := range [][]string{{"--plain"}, {"--json"}, {"--once"}, {"--once", "-"}} {
			cmd := s.command(args...)
			cmd.Stdin = in
			if seeker, ok := in.(io.Seeker); ok {
				_, _ = seeker.Seek(0, io.SeekStart) // a text and a file can be read again
			}
			out, errs, status := says(t, cmd)
			if status != 2 || out != "" || !strings.HasPrefix(errs, "jobwatch: no job IDs on standard input") {
				t.Errorf("%s, %q: exit status %d: %s%s", what, args, status, out, errs)
			}
		}
	}
	for what, in := range map[string]io.Reader{"no input": nil, "an empty pipe": strings.NewReader("")} {
		cmd := s.command("--plain")
		cmd.Stdin = in
		if _, errs, status := says(t, cmd); status != 0 || !strings.Contains(errs, "there is nothing to watch") {
			t.Errorf("%s: exit status %d: %s", what, status, errs)
		}
	}
}

// Its input comes from a program that has hung.
func TestAScriptIsToldThatItsInputIsWaitedFor(t *testing.T) {
	s := newStage(t)
	cmd := s.command("--once", "-")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	errs, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	told, err := bufio.NewReader(errs).ReadString('\n')
	if err != nil || told != "jobwatch: waiting for the end of standard input, which may hold job IDs\n" {
		t.Errorf("it says %q, %v", told, err)
	}
	_, _ = io.WriteString(in, lines(s.jobs(1, 0)))
	_ = in.Close()
	s.left(cmd, 8)
}
