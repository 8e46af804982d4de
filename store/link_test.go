package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store/disk"
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
				unlock, err := disk.OS{}.Lock(p.Context(), moved+".lock")
				if err != nil {
					p.Fatal(err)
				}
				err = p.here.Append(p.Context(), Track{pasted(3, "")})
				if _, busy := errors.AsType[*BusyError](err); !busy {
					p.Errorf("while another one writes: %v", err)
				}
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
				if info, err := os.Stat(moved); err != nil || info.Size() > minCompact+40<<10 {
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

// The link may also come while a file is being written to replace the old one.
func TestALinkThatComesDuringACompactionIsLeftAlone(t *testing.T) {
	path, moved := stateFile(t), filepath.Join(t.TempDir(), "jobs.jsonl")
	s, _ := open(t, path)
	save(t, s, Track{pasted(1, "")})
	f, err := disk.OS{}.Open(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	b, _, err := s.load(f, true)
	if err != nil {
		t.Fatal(err)
	}
	relink(t, path, moved)
	if _, err := s.compact(f, b.matters(), 0); !errors.Is(err, errMoved) {
		t.Errorf("compacted: %v", err)
	}
	if to, err := os.Readlink(path); err != nil || to != moved {
		t.Errorf("the link leads to %q: %v", to, err)
	}
	save(t, s, Track{pasted(2, "")})
	equal(t, "jobs", len(contents(t, moved).Jobs), 2)
}

// Without locks it is the claim that goes along, with the next change.
func TestTheClaimFollowsAMovedStateFile(t *testing.T) {
	path, moved := stateFile(t), filepath.Join(t.TempDir(), "jobs.jsonl")
	synctest.Test(t, func(t *testing.T) {
		first, _ := open(t, path, lockless(noSync{}))
		alive(t, first)
		relink(t, path, moved)
		save(t, first, Track{pasted(1, "")})
		taken(t, moved, lockless(noSync{}))
		if _, err := os.Stat(path + ".owner"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("the old claim is still there: %v", err)
		}
		shut(t, first)
		equal(t, "jobs", len(contents(t, path, lockless(noSync{})).Jobs), 1)
	})
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
