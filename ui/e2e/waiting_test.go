//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package e2e

import (
	"fmt"
	"io"
	"os"
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

// A script branches by the exit status alone. Those of signals are [ends], that of a bug is
// [TestAPanicAnywhere]'s.
func TestEachWayOutHasItsStatus(t *testing.T) {
	s := newStage(t)
	done, failed, running, lost := s.jobs(1, 0)[0], s.described(0, "", "no such font"), s.running(1)[0], s.described(0, "", "")
	s.api.Break(simtest.Only(lost, simtest.NotPDF()))
	for args, status := range map[string]int{
		"--plain done":                          0,
		"--plain done failed":                   1,
		"--plain done failed lost --download D": 1,
		"--plain done --timeout":                2,
		"--plain done lost --download D":        3,
		"--once done --state D":                 4,
		"--once done running":                   8,
		"--once lost running --download D":      8,
		"--once failed running":                 1,
		"--plain done running --timeout 1s":     124,
		"--once --timeout 1s -":                 124,
		"--plain --fail-fast failed -":          1,
	} {
		t.Run(args, func(t *testing.T) {
			t.Parallel()
			s := &stage{T: t, api: s.api, base: s.base, home: t.TempDir()}
			words := strings.NewReplacer("done", done.String(), "failed", failed.String(), "running", running.String(), "lost", lost.String(), "D", s.home)
			cmd := s.command(strings.Fields(words.Replace(args))...)
			if strings.HasSuffix(args, "-") {
				_, _ = cmd.StdinPipe() // nothing comes
			}
			if _, errs := s.ended(status, cmd); cmd.Stdin != nil && !strings.HasSuffix(errs, "; standard input was still open\n") {
				t.Error(errs)
			}
		})
	}
	tm := termtest.Open(t, s.command("--state", s.home), 100, 30)
	tm.Left(4)
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

// A program reads how it went, however it ended, but only if it asked for that.
func TestAProgramReadsASummary(t *testing.T) {
	s := newStage(t)
	done, failed, running, lost := s.jobs(1, 0)[0], s.described(0, "", "no such font"), s.running(1)[0], s.described(0, "", "")
	s.api.Break(simtest.Only(lost, simtest.NotPDF()))
	names := strings.NewReplacer("done", done.String(), "failed", failed.String(), "running", running.String(), "lost", lost.String())
	for _, tt := range []struct {
		args   string
		signal os.Signal // once there is a line
		want   string    // without what differs from run to run
	}{
		{"done", nil, `"jobs":1,"done":1,"failed":0,"unfinished":0,"removed":0,"files_saved":0,"files_failed":0,"files_unfinished":0,"exit_status":0`},
		{"done lost --download D", nil, `"jobs":2,"done":2,"failed":0,"unfinished":0,"removed":0,"files_saved":1,"files_failed":1,"files_unfinished":0,"exit_status":3`},
		{"--once failed running lost", nil, `"jobs":3,"done":1,"failed":1,"unfinished":1,"removed":0,"files_saved":0,"files_failed":0,"files_unfinished":0,"exit_status":1`},
		{"--fail-fast failed running", nil, `"jobs":2,"done":0,"failed":1,"unfinished":1,"removed":0,"files_saved":0,"files_failed":0,"files_unfinished":0,"exit_status":1`},
		{"--timeout 1s running", nil, `"jobs":1,"done":0,"failed":0,"unfinished":1,"removed":0,"files_saved":0,"files_failed":0,"files_unfinished":0,"exit_status":124`},
		{"running", syscall.SIGTERM, `"jobs":1,"done":0,"failed":0,"unfinished":1,"removed":0,"files_saved":0,"files_failed":0,"files_unfinished":0,"exit_status":143`},
		{"--filter batch:jnue", nil, `"jobs":0,"done":0,"failed":0,"unfinished":0,"removed":0,"files_saved":0,"files_failed":0,"files_unfinished":0,"exit_status":1`},
	} {
		t.Run(tt.args, func(t *testing.T) {
			t.Parallel()
			s := &stage{T: t, api: s.api, base: s.base, home: t.TempDir()}
			cmd := s.command(append(strings.Fields(strings.ReplaceAll(names.Replace(tt.args), "D", s.home)), "--json", "--summary")...)
			out, _ := s.begun(cmd)
			if tt.signal != nil {
				_ = cmd.Process.Signal(tt.signal)
			}
			text, _ := io.ReadAll(out)
			_ = cmd.Wait() // the summary has its status
			all := strings.Split(strings.TrimSuffix("{"+strings.TrimPrefix(string(text), "{"), "\n"), "\n")
			last := regexp.MustCompile(`^{"event":"summary","time":"[^"]+Z",(.*),"seconds":\d[^,]*(,.*)}$`).FindStringSubmatch(all[len(all)-1])
			if last == nil || last[1]+last[2] != tt.want || !strings.HasSuffix(tt.want, fmt.Sprintf(":%d", cmd.ProcessState.ExitCode())) {
				t.Errorf("exit status %d\n got %s\nwant %s", cmd.ProcessState.ExitCode(), text, tt.want)
			}
			if n := strings.Count(string(text), "event"); n != 1 {
				t.Errorf("%d events in %s", n, text)
			}
		})
	}
	if out, _ := s.run(0, "--json", done.String()); strings.Contains(out, "event") {
		t.Errorf("unasked: %s", out)
	}
}
