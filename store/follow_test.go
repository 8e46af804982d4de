package store_test

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	. "example.com/jobwatch/store"

	"example.com/jobwatch/poller/job"
)

// pair is two dashboards on one state file, here and there.
type pair struct {
	*testing.T
	path        string
	here, there *Store
}

// two opens a state file with two jobs in two dashboards, on a fake clock.
func two(t *testing.T, story func(pair)) {
	t.Helper()
	twoOn(t, stateFile(t), story)
}

// twoOn is two for a file of that name.
func twoOn(t *testing.T, path string, story func(pair)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		here, _ := open(t, path)
		save(t, here, SetBatch{Batch{ID: "a", Name: "A"}}, Track{pasted(1, "a")}, Track{pasted(2, "a")})
		there, opened := open(t, path)
		equal(t, "jobs there", len(opened.Contents.Jobs), 2)
		story(pair{t, path, here, there})
	})
}

// news waits, for a second, for the news there.
func (p pair) news() News {
	p.Helper()
	ctx, cancel := context.WithTimeout(p.Context(), time.Second)
	defer cancel()
	news, err := p.there.Next(ctx)
	if err != nil {
		p.Fatalf("news within a second: %v", err)
	}
	return news
}

// quiet fails if the store has any news within ten seconds.
func quiet(t *testing.T, s *Store) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if news, err := s.Next(ctx); err == nil {
		t.Errorf("unexpected news: %+v", news)
	}
}

func TestEachDashboardShowsWhatTheOtherDoes(t *testing.T) {
	two(t, func(p pair) {
		seen := running(1, "", 0.5)
		seen.Added = time.Time{} // that is not for an Observe to say
		ops := []Op{Track{pasted(3, "a")}, Observe{seen}, Forget{id(2)}, SetBatch{Batch{ID: "a", Name: "B"}}}
		save(p, p.here, ops...)
		equal(p, "news", p.news(), News{Ops: ops})

		save(p, p.there, Track{pasted(4, "")})
		save(p, p.here, Forget{id(4)})
		equal(p, "more news", p.news(), News{Ops: []Op{Forget{id(4)}}})

		quiet(p.T, p.there)
		equal(p, "jobs", contents(p, p.path).Jobs, []Job{running(1, "a", 0.5), pasted(3, "a")})
	})
}

func TestACompactionByTheOtherIsNoticed(t *testing.T) {
	two(t, func(p pair) {
		for i := range 30 { // enough for the next start to compact
			save(p, p.here, Observe{running(1, "", job.Progress(i)/30)})
		}
		again, opened := open(p, p.path)
		equal(p, "compactions", again.Compactions(), 1)
		equal(p, "news", p.news(), News{Reset: &opened.Contents})
		save(p, p.here, Track{pasted(3, "")})
		save(p, p.there, Track{pasted(4, "")})
		equal(p, "news", p.news(), News{Ops: []Op{Track{pasted(3, "")}}})
		equal(p, "jobs", len(contents(p, p.path).Jobs), 4)
	})
}

func TestAReplacedFileIsNoticed(t *testing.T) {
	for what, replace := range map[string]func(path string) error{
		"another file in its place": func(path string) error {
			write(t, path+".x", fileOf(t, track(pasted(7, ""))...))
			return os.Rename(path+".x", path)
		},
		"overwritten": func(path string) error {
			write(t, path, fileOf(t, track(pasted(7, ""), pasted(8, ""), pasted(9, ""), pasted(10, ""))...))
			return nil
		},
		"cut short": func(path string) error { return os.Truncate(path, 200) },
	} {
		t.Run(what, func(t *testing.T) {
			two(t, func(p pair) {
				if err := replace(p.path); err != nil {
					p.Fatal(err)
				}
				got := p.news()
				says(p, got.Warning, "replaced or changed")
				save(p, p.here, Track{pasted(20, "")})
				equal(p, "later news", p.news(), News{Ops: []Op{Track{pasted(20, "")}}})
				want := slices.Concat(got.Reset.Jobs, []Job{pasted(20, "")})
				equal(p, "jobs", contents(p, p.path).Jobs, want)
				found, err := p.here.Next(p.Context()) // when it appended
				if err != nil {
					p.Fatal(err)
				}
				equal(p, "the other's news", found.Reset.Jobs, want)
				says(p, found.Warning, "replaced or changed")
			})
		})
	}
}

func TestARemovedFolderIsToldAndMadeAgain(t *testing.T) {
	two(t, func(p pair) {
		if err := os.RemoveAll(filepath.Dir(p.path)); err != nil {
			p.Fatal(err)
		}
		got := p.news()
		equal(p, "lost", got.Lost, true)
		says(p, got.Warning, "was removed or emptied")
		save(p, p.there, track(pasted(1, "a"), pasted(2, "a"))...) // as News.Lost asks
		equal(p, "jobs", len(contents(p, p.path).Jobs), 2)
		save(p, p.here, Track{pasted(3, "")})
		save(p, p.here, Forget{id(1)})
		equal(p, "news", p.news().Ops, []Op{Track{pasted(3, "")}, Forget{id(1)}})
		if info, err := os.Stat(filepath.Dir(p.path)); err != nil || info.Mode().Perm() != 0o700 {
			p.Errorf("folder: %v, %v", info.Mode(), err)
		}
	})
}

// A script truncates the file, or "jq . jobs.jsonl > jobs.jsonl" does. The dashboards
// still know all jobs, and must not take nothing for the truth.
func TestAnEmptiedFileIsLostToo(t *testing.T) {
	for what, left := range map[string]int64{"emptied": 0, "cut within its header": 20} {
		for who, goOn := range map[string]func(p pair){
			"seen":             func(pair) {},
			"met while saving": func(p pair) { save(p, p.there, Track{pasted(3, "")}) },
		} {
			t.Run(what+", "+who, func(t *testing.T) {
				two(t, func(p pair) {
					if err := os.Truncate(p.path, left); err != nil {
						p.Fatal(err)
					}
					goOn(p)
					got := p.news()
					equal(p, "lost", got.Lost, true)
					equal(p, "reset", got.Reset, nil)
					says(p, got.Warning, "was removed or emptied")
					quiet(p.T, p.there)
					save(p, p.there, track(pasted(1, "a"), pasted(2, "a"), pasted(3, ""))...) // as News.Lost asks
					equal(p, "jobs", len(contents(p, p.path).Jobs), 3)
					quiet(p.T, p.there)
				})
			})
		}
	}
}

func TestAFileThatANewerVersionTookOverIsLeftAlone(t *testing.T) {
	two(t, func(p pair) {
		newer := `{"jobwatch":2,"id":"0123456789abcdef"}` + "\n"
		write(p, p.path, newer)
		says(p, p.news().Warning, "version 2 of the format")
		for range 2 {
			if err := p.there.Append(p.Context(), Forget{id(1)}); err == nil {
				p.Error("it was written")
			}
			if err := p.here.Append(p.Context(), Forget{id(1)}); err == nil {
				p.Error("it was written")
			}
		}
		equal(p, "file", read(p, p.path), newer)
		quiet(p.T, p.there)
	})
}

func TestDamageBesideARunningDashboardIsTold(t *testing.T) {
	two(t, func(p pair) {
		write(p, p.path, read(p, p.path)+"\x00\x00\x00\n")
		equal(p, "news", p.news(), News{Damaged: 1})
		save(p, p.here, Forget{id(1)})
		equal(p, "news", p.news(), News{Ops: []Op{Forget{id(1)}}})
	})
}

func TestDamageIsClearedAwayWhileRunning(t *testing.T) {
	two(t, func(p pair) {
		damaged := read(p, p.path) + "damage\n"
		write(p, p.path, damaged)
		p.there.CompactFrom(0)
		save(p, p.there, Forget{id(1)})
		var ops []Op
		for range 10 {
			ops = append(ops, Observe{running(2, "", 0.5)})
		}
		save(p, p.there, ops...)
		news := p.news()
		equal(p, "damaged", news.Damaged, 1)
		says(p, news.Warning, "removed 1 damaged line from")
		_, backup, _ := strings.Cut(news.Warning, "is now ")
		if text := read(p, backup); !strings.HasPrefix(text, damaged) {
			p.Errorf("the backup says %q", text)
		}
		_, opened := open(p, p.path)
		equal(p, "opened", opened.Damaged, 0)
		equal(p, "jobs", opened.Contents.Jobs, []Job{running(2, "a", 0.5)})
	})
}

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
	_, _, err := Open(t.Context(), OSDisk{}, path)
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
