//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package e2e

import (
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/sim/simtest"
	"example.com/jobwatch/ui/terminal/termtest"
)

// A script branches by the exit status alone, and reads the counts if it asked for them. More on
// signals is in [TestSignalsEndAScriptInOrder], on bugs in [TestAPanicAnywhere].
func TestEachWayOutHasItsStatusAndSummary(t *testing.T) {
	s := newStage(t)
	done, failed, running, lost := s.jobs(1, 0)[0], s.described(0, "", "no such font"), s.running(1)[0], s.described(0, "", "")
	s.api.Break(simtest.Only(lost, simtest.NotPDF()))
	summary := regexp.MustCompile(`^{"event":"summary","time":"[^"]+Z","jobs":(\d+),"done":(\d+),"failed":(\d+),"unfinished":(\d+),"removed":(\d+),` +
		`"files_saved":(\d+),"files_failed":(\d+),"files_unfinished":(\d+),"seconds":\d+\.\d+,"exit_status":(\d+)}$`)
	for _, tt := range []struct {
		args   string
		status int
		counts string // in the summary's order
	}{
		{"done", 0, "1 1 0 0 0 0 0 0"},
		{"done failed lost --download D", 1, "3 2 1 0 0 1 1 0"},
		{"--once failed running", 1, "2 0 1 1 0 0 0 0"},
		{"--fail-fast failed running", 1, "2 0 1 1 0 0 0 0"},
		{"--fail-fast failed -", 1, "1 0 1 0 0 0 0 0"},
		{"--filter batch:jnue", 1, "0 0 0 0 0 0 0 0"},
		{"done --timeout 0s", 2, ""},
		{"done lost --download D", 3, "2 2 0 0 0 1 1 0"},
		{"done --state D", 4, ""},
		{"--once lost running --download D", 8, "2 1 0 1 0 0 1 0"},
		{"--timeout 1s running", 124, "1 0 0 1 0 0 0 0"},
		{"--once --timeout 1s -", 124, "0 0 0 0 0 0 0 0"},
	} {
		t.Run(tt.args, func(t *testing.T) {
			t.Parallel()
			s := &stage{T: t, api: s.api, base: s.base, home: t.TempDir()}
			words := strings.NewReplacer("done", done.String(), "failed", failed.String(), "running", running.String(), "lost", lost.String(), "D", s.home)
			cmd := s.command(append(strings.Fields(words.Replace(tt.args)), "--json", "--summary")...)
			if strings.HasSuffix(tt.args, "-") {
				_, _ = cmd.StdinPipe() // nothing comes
			}
			out, errs := s.ended(tt.status, cmd)
			if cmd.Stdin != nil && !strings.HasSuffix(errs, "; standard input was still open\n") {
				t.Error(errs)
			}
			before, last, _ := strings.Cut(strings.TrimSuffix(out, "\n"), `{"event"`)
			got, want := "", ""
			if found := summary.FindStringSubmatch(`{"event"` + last); found != nil {
				got = strings.Join(found[1:], " ")
			}
			if tt.counts != "" {
				want = fmt.Sprint(tt.counts, " ", tt.status)
			}
			if got != want || want == "" && out != "" || before != "" && !strings.HasSuffix(before, "}\n") {
				t.Errorf("it says %s\nwant %q", out, want)
			}
		})
	}
	if out, _ := s.run(0, "--json", done.String()); strings.Contains(out, "event") {
		t.Errorf("unasked: %s", out)
	}
	cmd := s.command("--json", "--summary", running.String())
	out, _ := s.begun(cmd)
	_ = cmd.Process.Signal(syscall.SIGTERM)
	if text, _ := io.ReadAll(out); !strings.HasSuffix(string(text), `"exit_status":143}`+"\n") {
		t.Errorf("after SIGTERM: %s", text)
	}
	s.left(cmd, 143)
	cmd = s.command("download", "--timeout", "1s", "-")
	_, _ = cmd.StdinPipe()
	s.ended(124, cmd)
	termtest.Open(t, s.command("--state", s.home), 100, 30).Left(4)
}

// The time is over: what is unfinished is named, as far as that can be read, and still tracked.
func TestAScriptLeavesWhenItsTimeIsOver(t *testing.T) {
	s := newStage(t)
	ids := append([]job.ID{s.described(0, "", "")}, s.running(53)...)
	begin := time.Now()
	out, errs := s.ended(124, s.reading(lines(ids), "--plain", "--rate", "1000", "--timeout", "1500ms", "-"))
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
	said := strings.Split(errs, "\n")
	if said[0] != "jobwatch: timed out; 53 unfinished jobs still tracked" || said[51] != "  and 3 more" || len(said) != 53 ||
		!regexp.MustCompile(`^  `+ids[1].Short()+` Processing .*\(.+\)$`).MatchString(said[1]) {
		t.Errorf("%s\n%s", errs, out)
	}
	if _, errs = s.run(124, "--json", "--timeout=1s"); !strings.Contains(errs, "53 unfinished jobs") {
		t.Errorf("the next run says %s", errs)
	}
}

// One of several fails, or has failed before: the others are left as they are.
func TestAScriptLeavesAtTheFirstFailure(t *testing.T) {
	s := newStage(t)
	ids := append([]job.ID{s.described(time.Second, "Broken", "no such font")}, s.running(2)...)
	ended := "jobwatch: left at the first failure, " + ids[0].Short() + "; 2 unfinished jobs still tracked\n"
	out, errs := s.ended(1, s.reading(lines(ids), "--plain", "--fail-fast", "-"))
	if !strings.Contains(errs, ids[0].Short()+" Error: no such font (Broken)\n") || !strings.HasSuffix(errs, ended) {
		t.Errorf("%s\n%s", errs, out)
	}
	if out, errs = s.ended(1, s.reading(lines(ids), "--json", "--fail-fast", "-")); errs != ended || !strings.Contains(out, "no such font") {
		t.Errorf("%s\n%s", errs, out)
	}
	if out, _ := s.run(8, "--once"); strings.Count(out, "\n") != 3 {
		t.Errorf("it still tracks\n%s", out)
	}
	s.run(0, "--plain", "--fail-fast", "--timeout", "1m", "--state", filepath.Join(s.home, "other"), s.jobs(1, 0)[0].String())
}
