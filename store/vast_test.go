package store_test

import (
	"os"
	"runtime"
	"strings"
	"testing"

	. "example.com/jobwatch/store"

	"example.com/jobwatch/poller/job"
)

// Of a large file, what matters is found at the cost of time but not of memory, and the next
// start finds a small one.
func TestALargeFileIsReadAndMadeSmall(t *testing.T) {
	var ops []Op
	for i := range 2000 {
		ops = append(ops, Observe{running(1, "", job.Progress(i%100)/100)})
	}
	for name, c := range map[string]struct {
		middle  string
		hole    int64
		damaged int
	}{
		"all changes of one job": {strings.Repeat(lines(t, ops...), 60), 0, 0},
		"a hole":                 {"", 64 << 20, 1},
	} {
		t.Run(name, func(t *testing.T) {
			path := stateFile(t)
			write(t, path, fileOf(t, track(pasted(1, ""))...)+c.middle)
			if err := os.Truncate(path, size(t, path)+c.hole); err != nil {
				t.Fatal(err)
			}
			before := size(t, path)
			f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := f.WriteString("\n"[:c.damaged] + lines(t, Track{pasted(2, "")}, Observe{running(1, "", 0.75)})); err != nil || f.Close() != nil {
				t.Fatal(err)
			}
			var was, is runtime.MemStats
			runtime.ReadMemStats(&was)
			s, opened := open(t, path, OnDisk(noSync{}))
			runtime.ReadMemStats(&is)
			if more := int64(is.Sys) - int64(was.Sys); more > 16<<20 { //nolint:gosec // G115: far from it
				t.Errorf("reading %d MB took %d MB of memory", before>>20, more>>20)
			}
			equal(t, "jobs", opened.Contents.Jobs, []Job{running(1, "", 0.75), pasted(2, "")})
			equal(t, "damaged", opened.Damaged, c.damaged)
			equal(t, "compactions", s.Compactions(), 1)
			if c.damaged > 0 && size(t, opened.Backup) < before {
				t.Errorf("copied were only %d bytes", size(t, opened.Backup))
			}
			if n := size(t, path); n > 4<<10 {
				t.Errorf("it has %d bytes afterwards", n)
			}
			equal(t, "jobs of the next start", len(contents(t, path).Jobs), 2)
		})
	}
}
