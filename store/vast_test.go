package store_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	. "example.com/jobwatch/store"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store/storetest"
)

// vast is a disk with a state file that is too large to be kept: its middle is one
// text, many times.
type vast struct {
	Disk
	head, body, tail []byte
	times            int64

	replaced bool
	backup   int64 // bytes that were copied
}

func (v *vast) size() int64 {
	return int64(len(v.head)) + v.times*int64(len(v.body)) + int64(len(v.tail))
}

func (v *vast) Open(name string, flag int, perm fs.FileMode) (File, error) {
	switch {
	case name == worldFile && !v.replaced:
		return &vastFile{vast: v}, nil
	case strings.Contains(name, ".damaged-"):
		return &vastFile{vast: v, backup: true}, nil
	}
	return v.Disk.Open(name, flag, perm)
}

func (v *vast) Stat(name string) (fs.FileInfo, error) {
	if name == worldFile && !v.replaced {
		return vastInfo{v}, nil
	}
	return v.Disk.Stat(name)
}

func (v *vast) Rename(from, to string) error {
	v.replaced = v.replaced || to == worldFile
	return v.Disk.Rename(from, to)
}

// vastInfo is what Stat tells.
type vastInfo struct{ *vast }

func (vastInfo) Name() string       { return "jobs.jsonl" }
func (i vastInfo) Size() int64      { return i.size() }
func (vastInfo) Mode() fs.FileMode  { return 0o600 }
func (vastInfo) ModTime() time.Time { return at(0) }
func (vastInfo) IsDir() bool        { return false }
func (i vastInfo) Sys() any         { return i.vast }

// vastFile is the state file, open, or the copy that is made of it, which is only
// counted.
type vastFile struct {
	*vast
	backup bool
	at     int64
}

func (f *vastFile) ReadAt(b []byte, at int64) (n int, err error) {
	for n < len(b) && at < f.size() {
		part, off := f.head, at
		if off -= int64(len(f.head)); off >= 0 {
			part = f.body
			if off >= f.times*int64(len(f.body)) {
				part, off = f.tail, off-f.times*int64(len(f.body))
			} else {
				off %= int64(len(f.body))
			}
		} else {
			off = at
		}
		k := copy(b[n:], part[off:])
		n, at = n+k, at+int64(k)
	}
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

func (f *vastFile) Read(b []byte) (int, error) {
	n, err := f.ReadAt(b, f.at)
	f.at += int64(n)
	return n, err
}

func (f *vastFile) Write(b []byte) (int, error) {
	if !f.backup {
		return 0, errors.ErrUnsupported
	}
	f.vast.backup += int64(len(b))
	return len(b), nil
}

func (f *vastFile) Stat() (fs.FileInfo, error) { return vastInfo{f.vast}, nil }
func (*vastFile) Chmod(fs.FileMode) error      { return nil }
func (*vastFile) Chown(int, int) error         { return nil }
func (*vastFile) Truncate(int64) error         { return errors.ErrUnsupported }
func (*vastFile) Sync() error                  { return nil }
func (*vastFile) Close() error                 { return nil }

// vastEnv sets the size of the state file of status changes, in bytes, 10 MB by default:
//
//	JOBWATCH_STATE_BYTES=2200000000 go test -run AVastStateFile ./store
const vastEnv = "JOBWATCH_STATE_BYTES"

// A state file of over 2 GB: what matters of it is found, at the cost of time but not
// of memory, and the next start finds a small one.
func TestAVastStateFileIsReadAndMadeSmall(t *testing.T) {
	bytesWanted := int64(10 << 20)
	if text := os.Getenv(vastEnv); text != "" {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			t.Fatalf("%s: %v", vastEnv, err)
		}
		bytesWanted = n
	}
	var ops []Op
	for i := range 2000 {
		ops = append(ops, Observe{running(1, "", job.Progress(i%100)/100)})
	}
	changes := lines(t, ops...)
	hole := int64(2200 << 20)
	if raced {
		hole = 64 << 20
	}
	for name, c := range map[string]struct {
		body    []byte
		times   int64
		damaged int
	}{
		"all changes of one job": {[]byte(changes), bytesWanted / int64(len(changes)), 0},
		"a hole of 2 GB":         {make([]byte, 1<<20), hole >> 20, 1},
	} {
		t.Run(name, func(t *testing.T) {
			v := &vast{
				Disk: storetest.NewMachine("/home").Start(),
				head: []byte(fileOf(t, track(pasted(1, ""))...)), body: c.body, times: c.times,
				tail: []byte("\n"[:c.damaged] + lines(t, Track{pasted(2, "")}, Observe{running(1, "", 0.75)})),
			}
			if err := makeFolders(v); err != nil {
				t.Fatal(err)
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			s, opened := open(t, worldFile, OnDisk(v))
			runtime.ReadMemStats(&after)
			if more := int64(after.Sys) - int64(before.Sys); more > 64<<20 { //nolint:gosec // G115: far from it
				t.Errorf("reading %d MB took %d MB of memory", v.size()>>20, more>>20)
			}
			equal(t, "jobs", opened.Contents.Jobs, []Job{running(1, "", 0.75), pasted(2, "")})
			equal(t, "damaged", opened.Damaged, c.damaged)
			equal(t, "compactions", s.Compactions(), 1)
			if c.damaged > 0 {
				equal(t, "copied", v.backup, v.size())
			}
			save(t, s, Track{pasted(3, "")})
			if info, err := v.Stat(worldFile); err != nil || info.Size() > 4<<10 {
				t.Errorf("afterwards: %v, %v", info, err)
			}
			equal(t, "jobs of the next start", len(contents(t, worldFile, OnDisk(v)).Jobs), 3)
		})
	}
}

func makeFolders(d Disk) error {
	return errors.Join(d.Mkdir("/home/state", 0o700), d.Mkdir("/home/state/jobwatch", 0o700))
}
