package store_test

import (
	"encoding/binary"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	. "example.com/jobwatch/store"

	"example.com/jobwatch/poller/job"
)

// at is a moment of the tests' Tuesday, in seconds since nine o'clock.
func at(seconds int) time.Time {
	return time.Date(2026, 3, 3, 9, 0, 0, 0, time.UTC).Add(time.Duration(seconds) * time.Second)
}

// id is the ID of job number n.
func id(n int) job.ID {
	id := job.ID{0x01, 0x89, 0x0a, 0x5d, 0xac, 0x96, 0x77, 0x4b}
	binary.BigEndian.PutUint64(id[8:], uint64(n)|0xb0<<56) //nolint:gosec // n is small
	return id
}

// pasted is job number n as it is right after a paste.
func pasted(n int, batch BatchID) Job {
	return Job{ID: id(n), Batch: batch, Added: at(n), Answer: job.Answer{Progress: job.Unknown}}
}

// running is job number n half-way.
func running(n int, batch BatchID, progress job.Progress) Job {
	j := pasted(n, batch)
	j.Answer = job.Answer{
		Status: job.Processing, Progress: progress, Description: fmt.Sprintf("Quarterly report %d", n),
		Meta: "rendering", Path: "/job/" + j.ID.String() + "/output",
	}
	j.Answered, j.Started = at(n+20), at(n+10)
	j.History = []Change{{at(n + 5), job.NotStarted}, {at(n + 10), job.Processing}}
	return j
}

// lines is ops as they stand in a state file.
func lines(tb testing.TB, ops ...Op) string {
	tb.Helper()
	return string(Lines(ops...))
}

// fileOf is a state file that says ops.
func fileOf(tb testing.TB, ops ...Op) string {
	tb.Helper()
	return `{"jobwatch":1,"id":"0123456789abcdef","compacted":0}` + "\n" + lines(tb, ops...)
}

func track(jobs ...Job) (ops []Op) {
	for _, j := range jobs {
		ops = append(ops, Track{j})
	}
	return ops
}

// stateFile names a state file in a folder of the test's own.
func stateFile(tb testing.TB) string {
	tb.Helper()
	return filepath.Join(tb.TempDir(), "jobwatch", "jobs.jsonl")
}

// open opens a state file on the real disk, or on another one.
func open(tb testing.TB, path string, on ...Disk) (*Store, Opened) {
	tb.Helper()
	s, opened, err := Open(tb.Context(), append(on, OSDisk{})[0], path)
	if err != nil {
		tb.Fatalf("open: %v", err)
	}
	return s, opened
}

// fresh opens a new state file.
func fresh(tb testing.TB, on ...Disk) (s *Store, path string) {
	tb.Helper()
	path = stateFile(tb)
	s, _ = open(tb, path, on...)
	return s, path
}

// contents is what a new start would find.
func contents(tb testing.TB, path string, on ...Disk) Contents {
	tb.Helper()
	_, opened := open(tb, path, on...)
	return opened.Contents
}

func save(tb testing.TB, s *Store, ops ...Op) {
	tb.Helper()
	if err := s.Append(tb.Context(), ops...); err != nil {
		tb.Fatalf("append: %v", err)
	}
}

func equal[T any](tb testing.TB, what string, got, want T) {
	tb.Helper()
	if !reflect.DeepEqual(got, want) {
		tb.Errorf("%s:\n got %+v\nwant %+v", what, got, want)
	}
}

func read(tb testing.TB, path string) string {
	tb.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	return string(b)
}

func write(tb testing.TB, path, text string) {
	tb.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		tb.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		tb.Fatal(err)
	}
}

// noSync is the real disk without its fsyncs, whose cost is the disk's, not ours.
type noSync struct{ OSDisk }

type noSyncFile struct{ File }

func (d noSync) Open(name string, flag int, perm fs.FileMode) (File, error) {
	f, err := d.OSDisk.Open(name, flag, perm)
	if err != nil {
		return nil, err
	}
	return noSyncFile{f}, nil
}
func (noSync) SyncFolder(string) error { return nil }
func (noSyncFile) Sync() error         { return nil }

// says fails unless what is said contains all parts.
func says(tb testing.TB, said any, parts ...string) {
	tb.Helper()
	for _, part := range parts {
		if text := fmt.Sprint(said); !strings.Contains(text, part) {
			tb.Errorf("%q is not said in: %s", part, text)
		}
	}
}

// wear saves so many changes that the file is compacted.
func wear(tb testing.TB, s *Store) {
	tb.Helper()
	s.CompactFrom(0)
	for range 20 {
		save(tb, s, Track{pasted(2, "")}, Forget{id(2)})
	}
}
