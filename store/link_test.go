package store_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	. "example.com/jobwatch/store"

	"example.com/jobwatch/poller/job"
)

// Somebody moves the state file to a synced folder and leaves a link in its place, or
// has the link lead elsewhere, while two dashboards run.
func TestAStateFileThatMovesBehindALinkIsFollowed(t *testing.T) {
	for what, links := range map[string]int{"replaced by a link": 0, "by another link": 1} {
		t.Run(what, func(t *testing.T) {
			path := stateFile(t)
			moved := filepath.Join(t.TempDir(), "jobs.jsonl")
			for range links {
				relink(t, path, filepath.Join(t.TempDir(), "jobs.jsonl"))
			}
			twoOn(t, path, func(p pair) {
				relink(p.T, path, moved)

				// One that starts now has its lock beside the moved file.
				unlock, err := OSDisk{}.Lock(p.Context(), moved+".lock")
				if err != nil {
					p.Fatal(err)
				}
				err = p.here.Append(p.Context(), Track{pasted(3, "")})
				says(p, err, "another program has held the lock")
				if err := unlock(); err != nil {
					p.Fatal(err)
				}

				save(p, p.here, Track{pasted(3, "")})
				equal(p, "news", p.news(), News{Ops: []Op{Track{pasted(3, "")}}})
				for i := range 75 { // enough to compact it
					ops := make([]Op, 40)
					for k := range ops {
						ops[k] = Observe{running(1, "", job.Progress(i*40+k)/3000)}
					}
					save(p, p.here, ops...)
				}
				if info, err := os.Lstat(path); err != nil || info.Mode()&fs.ModeSymlink == 0 {
					p.Fatalf("the link was replaced: %v, %v", info.Mode(), err)
				}
				if info, err := os.Stat(moved); err != nil || info.Size() > MinCompactSize+40<<10 {
					p.Errorf("it was not compacted: %d bytes, %v", info.Size(), err)
				}
				equal(p, "progress", p.news().Reset.Jobs[0].Answer.Progress, 2999./3000)
				save(p, p.there, Track{pasted(4, "")})
				equal(p, "jobs", len(contents(p, path).Jobs), 4)
				equal(p, "jobs behind the link", len(contents(p, moved).Jobs), 4)
			})
		})
	}
}

func TestLinksInACircleAreNoStateFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "jobs.jsonl")
	relink(t, path, path)
	_, _, err := Open(t.Context(), path)
	says(t, err, "the state file "+path+" can't be read")
}

// relink moves the file that a name leads to, if there is one, and has a link lead there.
func relink(t *testing.T, path, to string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if file, err := filepath.EvalSymlinks(path); err == nil {
		if err := os.Rename(file, to); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(to, path+".link"); err != nil {
		t.Skip("no links here: ", err)
	}
	if err := os.Rename(path+".link", path); err != nil {
		t.Fatal(err)
	}
}
