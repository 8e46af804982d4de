package store_test

import (
	"errors"
	"os"
	"runtime"
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
	changes := lines(t, ops...)
	for name, c := range map[string]struct{ changes, hole, damaged int }{
		"all changes of one job": {60, 0, 0},
		"a hole":                 {0, 64 << 20, 1},
	} {
		t.Run(name, func(t *testing.T) {
			path := stateFile(t)
			write(t, path, fileOf(t, track(pasted(1, ""))...))
			f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
			for range c.changes {
				_, failed := f.WriteString(changes)
				err = errors.Join(err, failed)
			}
			large := size(t, path) + int64(c.hole)
			err = errors.Join(err, f.Truncate(large))
			_, failed := f.WriteString("\n"[:c.damaged] + lines(t, Track{pasted(2, "")}, Observe{running(1, "", 0.75)}))
			if err := errors.Join(err, failed, f.Close()); err != nil {
				t.Fatal(err)
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			s, opened := open(t, path, OnDisk(noSync{}))
			runtime.ReadMemStats(&after)
			if more := int64(after.Sys) - int64(before.Sys); more > 16<<20 { //nolint:gosec // G115: far from it
				t.Errorf("reading %d MB took %d MB of memory", large>>20, more>>20)
			}
			equal(t, "jobs", opened.Contents.Jobs, []Job{running(1, "", 0.75), pasted(2, "")})
			equal(t, "damaged", opened.Damaged, c.damaged)
			equal(t, "compactions", s.Compactions(), 1)
			if c.damaged > 0 && size(t, opened.Backup) < large {
				t.Errorf("copied were only %d bytes", size(t, opened.Backup))
			}
			if n := size(t, path); n > 4<<10 {
				t.Errorf("it has %d bytes afterwards", n)
			}
			equal(t, "jobs of the next start", len(contents(t, path).Jobs), 2)
		})
	}
}
