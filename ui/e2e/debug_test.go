//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package e2e

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/sim/simtest"
	"example.com/jobwatch/ui/terminal/termtest"
)

// A debug log can be sent to somebody: it tells what went on, and no job's ID, URL or
// text.
func TestTheDebugLogGivesNothingAway(t *testing.T) {
	s := newStage(t)
	ids := s.jobs(8, 0)
	stranger, err := job.Parse("01890a5d-ac96-774b-bcce-b302099a8057")
	if err != nil {
		t.Fatal(err)
	}
	all := append(slices.Clone(ids), stranger)
	log := filepath.Join(s.home, "debug.log")
	given := s.command("--debug", log, "--rate", "100", ids[0].String(), s.base+"/job/"+ids[1].String()+"/status")
	tm := termtest.Open(s, given, 100, 30)
	tm.Sees("2 jobs")
	tm.Paste(lines(all))
	tm.Sees("8 done")
	s.api.Break(simtest.Answer(422, "application/json", `{"detail":[{"loc":["path","job_id"],"msg":"no such {id}","type":"x"}]}`))
	tm.Send("R")
	tm.Sees("1 rejected")
	s.api.Break(simtest.Redirect(302, "http://169.254.0.1/{path}"))
	tm.Type("*", "r")
	tm.Sees("API unavailable")
	tm.Type("p", "p", "q")
	tm.Left(0)

	info, err := os.Stat(log)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("its mode is %v", info.Mode())
	}
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	for _, said := range []string{
		"jobwatch begins", "track", "poll", "job=" + ids[0].Short() + "…", "status=Done", "kind=rejected", "host", `state="backing off"`,
		"save", "jobwatch ends",
	} {
		if !strings.Contains(string(text), said) {
			t.Errorf("it does not say %q", said)
		}
	}
	for _, id := range all {
		if strings.Contains(string(text), id.String()[9:]) {
			t.Errorf("the ID of %s is in it", id.Short())
		}
	}
	for _, secret := range []string{"/job/", "http:", "169.254", "no such", "Typesetting", "Markdown"} {
		if strings.Contains(string(text), secret) {
			t.Errorf("%q is in it", secret)
		}
	}
	if t.Failed() {
		t.Logf("%s", text)
	}
}

func TestADebugLogThatCannotBeWritten(t *testing.T) {
	s := newStage(t)
	_, said := s.run(1, "--debug", s.home, "--demo")
	if !strings.Contains(said, "debug log") || strings.Count(said, "\n") != 1 {
		t.Errorf("it says %q", said)
	}
}
