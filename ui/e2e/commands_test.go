//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/terminal/termtest"
)

// A script adds jobs and clears them up while two windows show them.
func TestCommandsBesideTwoDashboards(t *testing.T) {
	s := newStage(t)
	ids := s.running(3)
	windows := []*termtest.Terminal{s.open(), s.open()}
	see := func(what ...string) {
		t.Helper()
		for _, tm := range windows {
			tm.Sees(what...)
		}
	}
	if out, errs := s.ended(0, s.reading("made\n"+lines(ids[:2])+"in a log", "add", "--batch", "june")); out != lines(ids[:2]) || errs != "" {
		t.Errorf("add: %q %q", out, errs)
	}
	s.tracks(ids[:2], func(*store.Job) bool { return true }) // at once
	see("june", "0/2")
	out, errs := s.run(0, "add", "--batch", "july", "urn:uuid:"+ids[1].String(), ids[2].String(), ids[2].String())
	if out != lines(ids[2:]) || errs != "jobwatch: 1 job already tracked: "+ids[1].Short()+"; 1 of them in another batch, where they stay\n" {
		t.Errorf("add again: %q %q", out, errs)
	}
	see("july", "3 jobs")
	if out, errs := s.run(0, "remove", "--yes", "--filter", "batch:june", ids[0].String(), ids[2].String()); out != "removed 1 job\n" || errs != "" {
		t.Errorf("remove: %q %q", out, errs)
	}
	s.tracks(ids[1:], func(*store.Job) bool { return true })
	see("2 jobs")
	if out, errs := s.run(0, "remove", "-y", "--finished"); out != "removed 0 jobs\n" || errs != "" {
		t.Errorf("remove those that are finished: %q %q", out, errs)
	}
	for _, tm := range windows {
		tm.Quit()
	}
}

// A script's add is killed as soon as it has said something: all that it was given is tracked.
func TestWhatIsAddedOutlivesAKill(t *testing.T) {
	s := newStage(t)
	ids := s.running(2000)
	cmd := s.reading(lines(ids), "add")
	_, _ = s.begun(cmd)
	_ = cmd.Process.Kill() // it may have ended
	_ = cmd.Wait()
	s.tracks(ids, func(*store.Job) bool { return true })

	more := s.running(1)
	cmd = s.command("add", more[0].String())
	unwritable, err := os.Open(os.DevNull)
	if cmd.Stdout = unwritable; err != nil {
		t.Fatal(err)
	}
	if _, errs := s.ended(1, cmd); !strings.HasPrefix(errs, "jobwatch: standard output can't be written: ") {
		t.Error(errs)
	}
	s.tracks(append(ids, more...), func(*store.Job) bool { return true })
}

// list shows what is known, and the API hears nothing of it.
func TestListingAsksNobody(t *testing.T) {
	s := newStage(t)
	if out, errs := s.run(0, "list"); out != "" || errs != "jobwatch: no jobs are tracked\n" {
		t.Errorf("of nothing: %q %q", out, errs)
	}
	failed, waiting := s.described(0, "Broken", "no such font"), s.described(time.Hour, "Under way", "")
	s.run(1, "--once", "--batch", "may", failed.String(), waiting.String())
	list := s.command("list")
	list.Env = append(list.Env, "ALL_PROXY=socks4://nowhere") // not even a proxy has to be right
	out, errs := s.ended(0, list)
	before := s.api.Stats().Requests // also one that had not come in when --once ended
	if want := failed.Short() + "  Error "; strings.Count(out, "\n") != 3 || !strings.Contains(out, want) || !strings.Contains(out, "may") || errs != "" {
		t.Errorf("%s%s", errs, out)
	}
	out, _ = s.run(0, "list", "--json", "--filter", "status:error")
	if strings.Count(out, "\n") != 1 || !strings.Contains(out, failed.String()) || !strings.Contains(out, `"error":"no such font"`) {
		t.Errorf("%s", out)
	}
	if out, errs := s.run(0, "list", "--filter", "batch:june"); out != "" || errs != "jobwatch: no tracked job matches the filter\n" {
		t.Errorf("of no match: %q %q", out, errs)
	}
	if after := s.api.Stats().Requests; after != before {
		t.Errorf("%d requests were made", after-before)
	}
}

// Removing asks, where there is somebody to ask.
func TestRemovingAsksFirst(t *testing.T) {
	s := newStage(t)
	ids := s.running(2)
	s.run(0, "add", ids[0].String(), ids[1].String())
	const nobody = "jobwatch: jobwatch remove asks first, and there is no terminal to ask on: --yes removes without asking\n"
	if out, errs := s.run(2, "remove", ids[0].String()); out != "" || errs != nobody {
		t.Errorf("%q %q", out, errs)
	}
	s.configure("json = true") // it is for list and download
	for _, answer := range []struct {
		typed, says string
		status      int
		left        []job.ID
	}{
		{"n\r", "nothing was removed", 1, ids},
		{"\r", "nothing was removed", 1, ids},
		{"\x04", "nothing was removed", 1, ids},
		{"\x03", "^C", 130, ids},
		{"y\r", "removed 1 job", 0, ids[1:]},
	} {
		tm := termtest.Open(s, s.command("remove", ids[0].String()), 100, 30)
		tm.Sees("Remove 1 job (1 not heard of yet)? Adding them again brings them back. [y/N]", ids[0].Short())
		tm.Send(answer.typed)
		tm.Sees(answer.says)
		tm.Left(answer.status)
		s.tracks(answer.left, func(*store.Job) bool { return true })
	}
}

// A script wants the PDFs of a batch, some of which are still being made.
func TestDownloadingABatch(t *testing.T) {
	s := newStage(t)
	ready, later, broken := s.described(0, "Ready", ""), s.described(time.Second, "Later", ""), s.described(0, "Broken", "no such font")
	s.run(0, "add", "--batch", "june", ready.String(), later.String())
	s.run(0, "add", "--batch", "may", broken.String())
	dir := filepath.Join(s.home, "pdfs")
	s.run(0, "download", "-D", dir, "--filter", "batch:june")
	for _, name := range []string{"Ready.pdf", "Later.pdf"} {
		if _, err := os.Stat(filepath.Join(dir, "june", name)); err != nil {
			t.Error(err)
		}
	}
	if _, errs := s.run(1, "download", "--dir="+dir, broken.String()); !strings.Contains(errs, "no such font") {
		t.Errorf("of a job that failed: %s", errs)
	}
	if _, errs := s.run(1, "download", "--filter", "batch:june status:error"); !strings.Contains(errs, "nothing to download") {
		t.Errorf("of no match: %s", errs)
	}
}
