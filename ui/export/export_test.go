package export

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/jobwatch/ui/ids"
)

func rows() []Row {
	at := time.Date(2026, 3, 4, 14, 28, 0, 0, time.FixedZone("CET", 3600))
	return []Row{
		{
			ID: "01890a5d-ac96-774b-bcce-b302099a8057", Batch: "Q3 board pack", Status: "Done", Progress: 1,
			Description: "Annual report, \"final\"", Path: "/job/x/output", File: "/home/me/Downloads/Annual report.pdf",
			Added: at, Started: at.Add(20 * time.Second), Ended: at.Add(95 * time.Second),
		},
		{
			ID: "2", Batch: "=HYPERLINK(\"http://evil\")", Status: "Error", Progress: 0.425,
			Description: "a|b <script>\nsecond *line* https://x.example", Message: "@SUM(1+1)*cmd|' /C calc'!A0",
			Error: "\x1b[31mred\u202e", Added: at,
		},
		{ID: "3", Progress: -1},
	}
}

// exported returns rows in the format of a file name.
func exported(t *testing.T, name string, rows ...Row) string {
	t.Helper()
	b, err := format(name, rows)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestTheFormatFollowsTheName(t *testing.T) {
	for name, want := range map[string]string{"a.csv": "\ufeffid,", "x/B.JSON": "[", "c.md": "| Job", "d.Markdown": "| Job"} {
		if got := exported(t, name); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %q", name, got)
		}
	}
	for name, want := range map[string]string{"jobs": `"jobs": the name must end`, "jobs.xlsx": `can't export as ".xlsx"`, "": `"": the name`} {
		if _, err := format(name, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestASpreadsheetGetsTextsAndNoFormulas(t *testing.T) {
	file := exported(t, ".csv", rows()...)
	got, err := csv.NewReader(strings.NewReader(file)).ReadAll()
	if err != nil || len(got) != 4 {
		t.Fatalf("%d lines, %v", len(got), err)
	}
	if !strings.HasPrefix(file, "\ufeffid,") || len(ids.Find(file).IDs) != 1 {
		t.Errorf("there is no mark, or its ID is not found: %.60q", file)
	}
	want := []string{
		"01890a5d-ac96-774b-bcce-b302099a8057", "Q3 board pack", "Done", "1", `Annual report, "final"`, "", "",
		"2026-03-04T13:28:00Z", "2026-03-04T13:28:20Z", "2026-03-04T13:29:35Z", "75", "/job/x/output", "/home/me/Downloads/Annual report.pdf",
	}
	for i := range want {
		if got[1][i] != want[i] {
			t.Errorf("%s is %q, want %q", got[0][i], got[1][i], want[i])
		}
	}
	for i, want := range map[int]string{1: `'=HYPERLINK("http://evil")`, 3: "0.425", 4: "a|b <script> second *line* https://x.example", 5: "'@SUM(1+1)*cmd|' /C calc'!A0", 6: "red"} {
		if got[2][i] != want {
			t.Errorf("%s is %q, want %q", got[0][i], got[2][i], want)
		}
	}
	if got[3][3] != "" || got[3][7] != "" {
		t.Errorf("what is not known is %q", got[3])
	}
}

func FuzzNoCellIsAFormula(f *testing.F) {
	for _, s := range []string{"=1", "\t=1", "\r\n@x", "\u200b+1", " -2", "\x00=1", "ok", "'", "\u202e=", "＝1", "\ufeff=1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		row := Row{ID: "1", Batch: s, Description: s}
		got, err := csv.NewReader(strings.NewReader(exported(t, ".csv", row))).ReadAll()
		if err != nil || len(got) != 2 || len(got[1]) != len((&Row{}).fields()) {
			t.Fatalf("%q is read as %q, %v", s, got, err)
		}
		if cell := got[1][1]; cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r\n") {
			t.Fatalf("%q becomes %q", s, cell)
		}
		if n := strings.Count(exported(t, ".md", row), "\n"); n != 3 {
			t.Fatalf("%q makes a table of %d lines", s, n)
		}
	})
}

func TestAScriptReadsTheJSON(t *testing.T) {
	text := exported(t, ".json", rows()...)
	if n := strings.Count(text, "\n"); n != 5 {
		t.Errorf("%d lines, want a job a line between brackets", n)
	}
	var got []map[string]any
	if err := json.Unmarshal([]byte(text), &got); err != nil || len(got) != 3 {
		t.Fatalf("%d jobs, %v", len(got), err)
	}
	if got[0]["seconds"] != 75.0 || got[0]["ended"] != "2026-03-04T13:29:35Z" || got[1]["progress"] != 0.425 {
		t.Errorf("%v", got)
	}
	if got[1]["batch"] != rows()[1].Batch || got[1]["error"] != rows()[1].Error {
		t.Errorf("texts are not as they came: %v", got[1])
	}
	for _, f := range (&Row{}).fields() {
		if v, ok := got[2][f.name]; !ok || (v != nil && f.name != "id") {
			t.Errorf("%s of a job of which nothing is known is %v, %v", f.name, v, ok)
		}
	}
	if err := json.Unmarshal([]byte(exported(t, ".json")), &got); err != nil || len(got) != 0 {
		t.Errorf("no jobs are %v, %v", got, err)
	}
}

func TestPeopleReadTheMarkdownAndNothingInItActs(t *testing.T) {
	want := `| Job | Batch | Status | Progress | Description | Message | Took |
| --- | --- | --- | ---: | --- | --- | ---: |
| 01890a5d-ac96-774b-bcce-b302099a8057 | Q3 board pack | Done | 100 % | Annual report, "final" | - | 1m15s |
| 2 | =HYPERLINK("http<!-- -->://evil") | Error | 42 % | a\|b &lt;script> second \*line\* https<!-- -->://x.example | red | - |
| 3 | - | - | - | - | - | - |
`
	if got := exported(t, ".md", rows()...); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestAnExportIsWrittenWholeAndReplacesNothing(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "jobs.csv")
	path, err := File(name, rows())
	if err != nil || path != name {
		t.Fatalf("%q, %v", path, err)
	}
	if info, err := os.Stat(name); err != nil || (os.PathSeparator == '/' && info.Mode().Perm() != 0o600) {
		t.Errorf("%v, %v", info, err)
	}
	before, _ := os.ReadFile(name)
	if _, err := File(name, nil); !errors.Is(err, ErrExists) || !strings.Contains(err.Error(), "jobs.csv") {
		t.Errorf("a second time: %v", err)
	}
	if now, _ := os.ReadFile(name); !bytes.Equal(now, before) {
		t.Error("it was replaced")
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}

// Whenever jobwatch is killed, no half file has the export's name: somebody who looks all the
// time sees it whole at once.
func TestAnExportIsThereWholeOrNotAtAll(t *testing.T) {
	name, data := filepath.Join(t.TempDir(), "failed.txt"), bytes.Repeat([]byte(rows()[0].ID+"\n"), 200_000)
	wrote := make(chan error, 1)
	go func() {
		_, err := Text(name, data)
		wrote <- err
	}()
	for len(wrote) == 0 {
		if info, err := os.Stat(name); err == nil && info.Size() < int64(len(data)) {
			t.Errorf("%d of %d bytes are there", info.Size(), len(data))
			break
		}
	}
	if err := <-wrote; err != nil {
		t.Error(err)
	}
}

func TestWhatCannotBeWrittenIsTold(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "folder.csv"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"folder.csv":   "is a folder",
		"none/jobs.md": "there is no folder",
	} {
		if _, err := File(filepath.Join(dir, name), rows()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}

func TestATildeIsTheHomeFolder(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	path, err := File("~/jobs.json", rows())
	if err != nil || path != filepath.Join(home, "jobs.json") {
		t.Errorf("%q, %v", path, err)
	}
}
