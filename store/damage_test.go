package store_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	. "example.com/jobwatch/store"
)

func TestATornLastLineIsDropped(t *testing.T) {
	whole := fileOf(t, track(pasted(1, "a"))...)
	last := lines(t, Track{pasted(2, "a")})
	for cut := 1; cut < len(last); cut++ {
		path := stateFile(t)
		write(t, path, whole+last[:cut])
		s, opened := open(t, path, noSync{})
		want := []Job{pasted(1, "a")}
		if cut == len(last)-1 { // nothing but the newline is missing
			want = append(want, pasted(2, "a"))
		}
		equal(t, "opened", opened, Opened{Contents: Contents{Jobs: want}})
		save(t, s, Track{pasted(3, "a")})
		equal(t, "later", contents(t, path, noSync{}).Jobs, append(want, pasted(3, "a")))
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
	newer := `{"jobwatch":2,"id":{"of":"another kind"}}` + "\n" + `{"what":"ever"` + "\n" + `torn`
	for _, text := range []string{
		"# Shopping list\n- milk\n", "milk", `{"op":"buy","what":"milk"}` + "\n", "[1,2]\n", "\x1f\x8b\x08\x00\x00", newer,
	} {
		path := stateFile(t)
		write(t, path, text)
		_, _, err := Open(t.Context(), OSDisk{}, path)
		if text == newer {
			says(t, err, path, "in version 2 of the format", "use a newer jobwatch")
		} else {
			says(t, err, "not a state file")
		}
		equal(t, "the file", read(t, path), text)
	}
	folder := t.TempDir()
	if _, _, err := Open(t.Context(), OSDisk{}, folder); err == nil || !strings.Contains(err.Error(), "a folder") {
		t.Errorf("a folder: %v", err)
	}
}

// A line of any length costs no other line, wherever it falls among what is read at once.
func TestLinesOfAnyLength(t *testing.T) {
	for _, before := range []int{0, 3000} { // some of them 1 MB of lines
		for size, damaged := range map[int]int{MaxLine: 0, MaxLine + 1: 1, 2 * MaxLine: 1, 3*MaxLine + 7: 1} {
			var jobs []Job
			for i := range before {
				jobs = append(jobs, running(i, "a", 0.5))
			}
			long := `{"op":"newer","x":"` + "\"}\n"
			long = strings.Replace(long, `"x":"`, `"x":"`+strings.Repeat("x", size-len(long)), 1)
			end := running(before, "b", 0.5)
			file := fileOf(t, track(jobs...)...) + long + lines(t, Track{end})
			for _, r := range []io.Reader{strings.NewReader(file), iotest.DataErrReader(strings.NewReader(file)), iotest.HalfReader(strings.NewReader(file))} {
				got, n, err := Replay(r)
				if err != nil || n != damaged {
					t.Errorf("%d bytes after %d lines: %d damaged, %v", size, before, n, err)
				}
				equal(t, "jobs", got.Jobs, append(jobs, end))
			}
		}
	}
}
