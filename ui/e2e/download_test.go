//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package e2e

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/sim/simtest"
)

// inFolder is how many files there are in a folder and its folders, hidden ones, too.
func inFolder(t *testing.T, folder string) (pdfs, others int) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, e os.DirEntry, err error) error {
		switch {
		case errors.Is(err, os.ErrNotExist) || e.IsDir():
		case strings.HasSuffix(path, ".pdf"):
			pdfs++
		default:
			others++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return pdfs, others
}

// A night's batch for a script: one PDF can't be had, so the command fails; once that
// is mended, it gets this one, and none twice.
func TestAScriptGetsItsPDFsAndThoseThatWereMissing(t *testing.T) {
	s := newStage(t)
	folder := filepath.Join(t.TempDir(), "pdfs")
	ids := s.jobs(5, 150*time.Millisecond)
	var asked atomic.Int32
	login := simtest.NotPDF()
	s.api.Break(simtest.On(simtest.FilePage, func(w http.ResponseWriter, r *http.Request, next http.HandlerFunc) {
		if asked.Add(1); strings.Contains(r.URL.Path, ids[3].String()) {
			login(w, r, next)
			return
		}
		next(w, r)
	}))
	run := func(status int, args ...string) (out, errs string) {
		return s.ended(status, s.reading(lines(ids), append([]string{"--batch", "night", "--download", folder, "-"}, args...)...))
	}
	out, errs := run(3)
	if n := strings.Count(out, "  saved "+filepath.Join(folder, "night")+"/"); n != 4 {
		t.Errorf("%d PDFs are told to be saved, want 4:\n%s", n, out)
	}
	if !strings.Contains(out, ids[3].Short()+"  PDF failed: what came is not a PDF") ||
		!strings.Contains(errs, "1 of 5 PDFs could not be saved") || !strings.Contains(errs, "  "+ids[3].Short()+": what came is not a PDF") {
		t.Errorf("why one is missing is not told:\n%s%s", out, errs)
	}
	if pdfs, others := inFolder(t, folder); pdfs != 4 || others != 0 || asked.Load() != 5 {
		t.Errorf("%d PDFs, %d other files, %d were asked for", pdfs, others, asked.Load())
	}

	s.api.Mend()
	s.api.Break(simtest.On(simtest.FilePage, func(w http.ResponseWriter, r *http.Request, next http.HandlerFunc) {
		if !strings.Contains(r.URL.Path, ids[3].String()) {
			t.Errorf("asked again for %s", r.URL.Path)
		}
		next(w, r)
	}))
	out, _ = run(0, "--json")
	if n := strings.Count(out, `"file":"`+filepath.Join(folder, "night")); n != 4+5 { // known before, and found or saved now
		t.Errorf("%d lines say where a PDF is:\n%s", n, out)
	}
	if pdfs, others := inFolder(t, folder); pdfs != 5 || others != 0 {
		t.Errorf("%d PDFs, %d other files", pdfs, others)
	}
}

func TestCtrlCDuringADownloadLeavesNoLitter(t *testing.T) {
	s, folder := newStage(t), t.TempDir()
	id := s.jobs(1, 0)[0]
	began := make(chan struct{}, 1)
	s.api.Break(simtest.HeldFile(began))
	args := []string{"--plain", "--download", folder}
	cmd, _, errs := s.script([]job.ID{id}, args...)
	<-began
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if s.left(cmd, 130); !strings.Contains(errs.String(), "1 PDF not saved yet") {
		t.Error(errs)
	}
	if pdfs, others := inFolder(t, folder); pdfs+others != 0 {
		t.Errorf("%d PDFs and %d other files are left", pdfs, others)
	}

	s.api.Mend()
	out, _ := s.run(0, args...) // no job needs to be named
	if pdfs, others := inFolder(t, folder); pdfs != 1 || others != 0 || !strings.Contains(out, fmt.Sprintf("%s  saved %s", id.Short(), folder)) {
		t.Errorf("%d PDFs, %d other files\n%s", pdfs, others, out)
	}
}

// What is for others is as the umask has it, what jobwatch keeps for itself never is.
func TestTheUmaskIsRespected(t *testing.T) {
	s := newStage(t)
	folder, log := filepath.Join(s.home, "new", "pdfs"), filepath.Join(s.home, "log")
	cmd := exec.CommandContext(t.Context(), "sh", "-c", `umask 027; exec "$0" "$@"`, binary, "--plain", "--batch", "may",
		"--debug", log, "--download", folder, s.described(time.Second, "Report", "").String())
	cmd.Env = s.env()
	s.ended(0, cmd)
	for file, want := range map[string]os.FileMode{
		filepath.Dir(folder): 0o750, filepath.Join(folder, "may"): 0o750, filepath.Join(folder, "may", "Report.pdf"): 0o640,
		s.folder(): 0o700, s.folder("jobs.jsonl"): 0o600, log: 0o600,
	} {
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: want %v: %v, %v", file, want, info.Mode(), err)
		}
	}
}
