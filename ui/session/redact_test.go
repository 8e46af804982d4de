package session

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
)

func TestNothingTellsWhatAJobIsAbout(t *testing.T) {
	const id = "01890a5d-ac96-774b-bcce-b302099a8057"
	parsed, err := job.Parse(id)
	if err != nil {
		t.Fatal(err)
	}
	before := store.Job{
		ID: parsed, Cause: "no font for Salaries 2026",
		Answer: job.Answer{
			Status: job.Error, Description: "Salaries 2026", Meta: "rendering Salaries 2026, page 3",
			Path: "https://api.example/job/" + id + "/output?token=secret#x",
		},
		File: filepath.Join("may", "Salaries 2026.pdf"),
	}
	s := New(Config{Redact: true})
	j := s.Public(&before)
	p := s.PublicProblem(&job.Problem{Reason: "Salaries 2026 is too large: bad " + id}, &before)
	file := s.PublicError(fmt.Errorf("“Salaries 2026.pdf” can't be saved: %w", &fs.PathError{Op: "open", Path: before.File, Err: fs.ErrPermission}))
	all := fmt.Sprintf("%+v %+v %s", j, p, file)
	for _, secret := range []string{"Salaries", "secret", id} {
		if strings.Contains(strings.ReplaceAll(all, j.ID.String(), ""), secret) {
			t.Errorf("%q is in %s", secret, all)
		}
	}
	for _, kept := range []string{"rendering …, page 3", "no font for …", "job/01890a5d…/output", filepath.Join("may", "….pdf"), "permission denied", "bad 01890a5d…"} {
		if !strings.Contains(all, kept) {
			t.Errorf("%q is not in %s", kept, all)
		}
	}
	if before.Answer.Description == "" {
		t.Error("the job itself was changed")
	}
	if s.PublicProblem(nil, &before) != nil {
		t.Error("nothing became something")
	}
}
