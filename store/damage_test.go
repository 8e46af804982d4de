package store_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	. "example.com/jobwatch/store"

	"example.com/jobwatch/poller/job"
)

func TestATornLastLineIsDropped(t *testing.T) {
	whole := fileOf(t, track(pasted(1, "a"))...)
	last := lines(t, Track{pasted(2, "a")})
	for cut := 1; cut < len(last); cut++ {
		path := stateFile(t)
		write(t, path, whole+last[:cut])
		s, opened := open(t, path, OnDisk(noSync{}))
		want := []Job{pasted(1, "a")}
		if cut == len(last)-1 { // nothing but the newline is missing
			want = append(want, pasted(2, "a"))
		}
		equal(t, "opened", opened, Opened{Contents: Contents{Jobs: want}})
		save(t, s, Track{pasted(3, "a")})
		equal(t, "later", contents(t, path, OnDisk(noSync{})).Jobs, append(want, pasted(3, "a")))
	}
}

func TestDamageIsSkippedToldAndKept(t *testing.T) {
	nuls := strings.Repeat("\x00", 5000)
	for what, damage := range map[string]string{
		"garbage":           "\xff\x7fELF\n",
		"a hole":            nuls + "\n",
		"a line cut short":  `{"op":"track","id":"0189` + "\n",
		"a wrong type":      `{"op":"track","id":7}` + "\n",
		"deep as the sea":   strings.Repeat("[", 100_000) + "\n",
		"no ID":             `{"op":"forget","id":null}` + "\n",
		"a line too long":   `{"op":"x","y":"` + strings.Repeat("y", 3<<20) + `"}` + "\n",
		"a hole in a line":  `{"op":"track","id":"` + nuls + `"}` + "\n",
		"part of a line":    `{"op":"sta`,
		"a hole before one": nuls,
	} {
		t.Run(what, func(t *testing.T) {
			text := fileOf(t, track(pasted(1, ""))...) + damage + lines(t, Track{pasted(2, "")})
			path := stateFile(t)
			write(t, path, text)

			s, opened := open(t, path)
			equal(t, "jobs", opened.Contents.Jobs, []Job{pasted(1, ""), pasted(2, "")})
			equal(t, "damaged", opened.Damaged, 1)
			equal(t, "warnings", opened.Warnings, nil)
			if read(t, opened.Backup) != text || filepath.Dir(opened.Backup) != filepath.Dir(path) {
				t.Errorf("the backup %q is not the damaged file", opened.Backup)
			}
			if info, err := os.Stat(opened.Backup); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("backup: %v, %v", info.Mode(), err)
			}
			save(t, s, Forget{id(1)})

			_, opened = open(t, path)
			equal(t, "the next start", opened, Opened{Contents: Contents{Jobs: []Job{pasted(2, "")}}})
		})
	}
}

func TestADamagedHeaderCostsNoJob(t *testing.T) {
	path := stateFile(t)
	text := fileOf(t, track(pasted(1, ""), pasted(2, ""))...)
	write(t, path, strings.Replace(text, `"jobwatch":1`, `"jobwa`+"\x00"+`ch":1`, 1))
	_, opened := open(t, path)
	equal(t, "jobs", opened.Contents.Jobs, []Job{pasted(1, ""), pasted(2, "")})
	equal(t, "damaged", opened.Damaged, 1)
	_, opened = open(t, path)
	equal(t, "damaged at the next start", opened.Damaged, 0)
}

func TestWhatAPowerCutLeavesOfANewFileIsNoReasonToRefuse(t *testing.T) {
	for _, text := range []string{"", "\x00\x00\x00\x00", `{"jobw`, strings.Repeat("\x00", 4096) + "\n"} {
		path := stateFile(t)
		write(t, path, text)
		s, opened := open(t, path)
		equal(t, "jobs", len(opened.Contents.Jobs), 0)
		save(t, s, Track{pasted(1, "")})
		equal(t, "jobs", contents(t, path).Jobs, []Job{pasted(1, "")})
	}
}

func TestAnotherKindOfFileIsLeftAlone(t *testing.T) {
	for _, text := range []string{
		"# Shopping list\n- milk\n", "milk", `{"op":"buy","what":"milk"}` + "\n", "[1,2]\n", "\x1f\x8b\x08\x00\x00",
	} {
		path := stateFile(t)
		write(t, path, text)
		_, _, err := Open(t.Context(), path)
		says(t, err, "not a state file")
		equal(t, "the file", read(t, path), text)
	}
	folder := t.TempDir()
	if _, _, err := Open(t.Context(), folder); err == nil || !strings.Contains(err.Error(), "a folder") {
		t.Errorf("a folder: %v", err)
	}
}

func TestAnEndThatANewerVersionInventedIsPolledAgain(t *testing.T) {
	path := stateFile(t)
	j := running(1, "", 1)
	j.End = job.EndedDone
	write(t, path, strings.Replace(fileOf(t, Track{j}), `"end":"done"`, `"end":"cancelled"`, 1))
	equal(t, "end", contents(t, path).Jobs[0].End, job.Live)
}

func TestAStateFileBehindALinkStaysBehindIt(t *testing.T) {
	folder := t.TempDir()
	file, link := filepath.Join(folder, "synced", "jobs.jsonl"), filepath.Join(folder, "jobs.jsonl")
	if err := os.Symlink(file, link); err != nil {
		t.Skip(err) // Windows asks for a privilege
	}
	s, _ := open(t, link) // to a file, in a folder, that is not there yet
	save(t, s, track(pasted(1, ""), pasted(2, ""))...)
	for i := range 50 {
		save(t, s, Observe{running(1, "", job.Progress(i)/50)})
	}
	again, _ := open(t, link)
	equal(t, "compactions", again.Compactions(), 1)
	if info, err := os.Lstat(link); err != nil || info.Mode()&fs.ModeSymlink == 0 {
		t.Errorf("the link was replaced: %v, %v", info.Mode(), err)
	}
	equal(t, "jobs", len(contents(t, file).Jobs), 2)
}
