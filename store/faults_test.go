package store_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	. "example.com/jobwatch/store"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store/storetest"
)

// faulty is a disk that can be broken and mended.
type faulty struct {
	storetest.Faulty
	broken map[storetest.Op]error
}

func newFaulty() *faulty {
	d := &faulty{broken: map[storetest.Op]error{}}
	d.Faulty = storetest.Faulty{Disk: noSync{}, Fault: func(op storetest.Op, _ string) error { return d.broken[op] }}
	return d
}

func TestADiskThatFillsUpIsToldAndForgiven(t *testing.T) {
	for op, cause := range map[storetest.Op]error{
		storetest.Write: syscall.ENOSPC, storetest.Sync: syscall.EIO, storetest.SyncFolder: syscall.EIO,
		storetest.Lock: syscall.EROFS, storetest.Open: syscall.EMFILE,
	} {
		d, path := newFaulty(), stateFile(t)
		write(t, path, fileOf(t))
		s, _ := open(t, path, d)
		first := Track{pasted(1, "")}
		d.broken[op] = cause
		for range 3 {
			err := s.Append(t.Context(), first, Observe{running(1, "", 0.5)})
			if _, ok := errors.AsType[*NotSavedError](err); !ok || !errors.Is(err, cause) {
				t.Errorf("%s: %v", op, err)
			}
			says(t, err, "not being saved: ", path)
		}
		equal(t, "something is in the file", strings.Contains(read(t, path), "track"), false)
		delete(d.broken, op)
		save(t, s, first)
		equal(t, "jobs", contents(t, path).Jobs, []Job{pasted(1, "")})
	}
}

func TestAnUndoThatFailsTooCostsNothing(t *testing.T) {
	d := newFaulty()
	s, path := fresh(t, d)
	save(t, s, Track{pasted(1, "")})
	d.broken[storetest.Write], d.broken[storetest.Truncate] = syscall.ENOSPC, syscall.ENOSPC
	if err := s.Append(t.Context(), track(pasted(2, ""), pasted(3, ""), pasted(6, ""))...); err == nil {
		t.Fatal("no error")
	}
	if text := read(t, path); strings.HasSuffix(text, "\n") {
		t.Fatalf("no torn line is left:\n%s", text)
	}
	other, opened := open(t, path, noSync{})
	equal(t, "damaged", opened.Damaged, 0)
	save(t, other, Track{pasted(4, "")})
	clear(d.broken)
	save(t, s, Track{pasted(5, "")})
	after := contents(t, path).Jobs
	equal(t, "first and last", []Job{after[0], after[len(after)-2], after[len(after)-1]},
		[]Job{pasted(1, ""), pasted(4, ""), pasted(5, "")})
}

func TestWatchingGoesOnWhereNothingCanBeSaved(t *testing.T) {
	path := stateFile(t)
	write(t, path, fileOf(t, track(pasted(1, ""))...)+`{"op":"tr`)
	for what, ops := range map[string][]storetest.Op{
		"read-only disk":   {storetest.Lock, storetest.Write, storetest.Truncate, storetest.Rename, storetest.Remove, storetest.Mkdir},
		"read-only folder": {storetest.Lock},
		"full disk":        {storetest.Write, storetest.Truncate},
	} {
		t.Run(what, func(t *testing.T) {
			d := newFaulty()
			for _, op := range ops {
				d.broken[op] = syscall.EROFS
			}
			_, opened := open(t, path, d)
			equal(t, "jobs", opened.Contents.Jobs, []Job{pasted(1, "")})
			if len(opened.Warnings) != 1 || !strings.Contains(opened.Warnings[0], "read-only") {
				t.Errorf("warnings: %v", opened.Warnings)
			}

			fresh := stateFile(t)
			s, opened := open(t, fresh, d)
			equal(t, "jobs of none", opened.Contents, Contents{})
			equal(t, "told that nothing is saved", opened.NotSaving && len(opened.Warnings) == 1, true)
			clear(d.broken)
			save(t, s, Track{pasted(2, "")})
			equal(t, "jobs once it can be written", contents(t, fresh).Jobs, []Job{pasted(2, "")})
		})
	}
}

// One operation fails, each in its turn, or that one and all writes after it, as on a
// disk that is full from then on and gets room in the end.
func TestNoFaultLosesWhatWasSaved(t *testing.T) {
	for _, full := range []bool{false, true} {
		failed := true
		for n := 0; failed; n++ {
			machine := storetest.NewMachine("/home")
			plant(t, machine, []byte(fileOf(t, track(pasted(1, ""))...)+"damage\n"+`{"op":"tor`))
			left, room := n, false
			failed = false
			loseNothing(t, machine, storetest.Faulty{Disk: machine.Start(), Fault: func(op storetest.Op, _ string) error {
				if room || full && op != storetest.Write {
					return nil
				}
				if left--; left == -1 || left < 0 && full {
					failed = true
					return map[bool]error{false: syscall.EIO, true: syscall.ENOSPC}[full]
				}
				return nil
			}}, func() { room = true })
			if t.Failed() {
				t.Fatalf("fault %d, full %v", n, full)
			}
		}
	}
}

// loseNothing starts on a disk with a fault and saves a few jobs. What is said to be saved is
// there in the end; what is not is saved when there is room again.
func loseNothing(t *testing.T, machine *storetest.Machine, broken Disk, makeRoom func()) {
	t.Helper()
	s, opened, err := Open(t.Context(), broken, worldFile)
	if err == nil {
		equal(t, "jobs found", len(opened.Contents.Jobs), 1)
		s.CompactFrom(1 << 10)
	}
	batch := func(i int) []Op {
		ops := []Op{Track{pasted(i, "")}}
		for k := range 10 {
			ops = append(ops, Observe{running(i, "", job.Progress(k)/10)})
		}
		return ops
	}
	saved := map[job.ID]bool{}
	for i := 2; i < 6 && err == nil; i++ {
		saved[id(i)] = s.Append(t.Context(), batch(i)...) == nil
	}
	look := func() {
		after := newModel(contents(t, worldFile, machine.Start()))
		if _, there := after.jobs[id(1)]; !there {
			t.Error("the first job is gone")
		}
		for id, saved := range saved {
			if j := after.jobs[id]; saved && j.Answer.Progress != 0.9 {
				t.Errorf("a saved job is %v", j)
			}
		}
	}
	look()
	makeRoom()
	for i := 2; i < 6 && err == nil; i++ {
		if !saved[id(i)] {
			save(t, s, batch(i)...)
			saved[id(i)] = true
		}
	}
	look()
}

func TestALockThatIsNotGivenBackIsToldInTime(t *testing.T) {
	path := stateFile(t)
	synctest.Test(t, func(t *testing.T) {
		s, _ := open(t, path)
		release, err := OSDisk{}.Lock(t.Context(), path+".lock")
		if err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		_, _, err = Open(t.Context(), OSDisk{}, path)
		says(t, err, "another program has held the lock")
		if err := s.Append(t.Context(), Track{pasted(1, "")}); !strings.Contains(fmt.Sprint(err), "lock") {
			t.Errorf("append: %v", err)
		}
		equal(t, "waited", time.Since(begin).Round(time.Second), 10*time.Second)

		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := s.Append(ctx, Track{pasted(1, "")}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("append of one in a hurry: %v", err)
		}
		if err := release(); err != nil {
			t.Fatal(err)
		}
		save(t, s, Track{pasted(1, "")})
	})
}

// A container is given the state file alone, by a bind mount, which nothing can be put in
// the place of.
func TestAFileThatCannotBeReplacedIsToldInFewWords(t *testing.T) {
	d := newFaulty()
	path := stateFile(t)
	write(t, path, "")
	d.broken[storetest.Rename] = syscall.EBUSY
	s, _ := open(t, path, d)
	want := "changes are not being saved: " + syscall.EBUSY.Error() + " (" + path + ")"
	if err := s.Append(t.Context(), Track{pasted(1, "")}); err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

func TestAFileThatMayNotBeReadIsNoEmptyList(t *testing.T) {
	d := newFaulty()
	path := stateFile(t)
	write(t, path, fileOf(t, track(pasted(1, ""))...))
	for _, op := range []storetest.Op{storetest.Open, storetest.Read} {
		clear(d.broken)
		d.broken[op] = fs.ErrPermission
		_, _, err := Open(t.Context(), d, path)
		says(t, err, "can't be read: permission denied")
	}
}

func TestAFileThatCannotBeFollowedIsToldOnce(t *testing.T) {
	path := stateFile(t)
	synctest.Test(t, func(t *testing.T) {
		d := newFaulty()
		s, _ := open(t, path, d)
		for range 2 { // the folder is closed, opened, and closed again
			d.broken[storetest.Stat] = &fs.PathError{Op: "stat", Path: path, Err: syscall.EACCES}
			says(t, s.Look().Warning, "the state file "+path+" can't be read: permission denied; see who owns the file and its folder")
			quiet(t, s)
			clear(d.broken)
			quiet(t, s)
		}
	})
}

// lockless is a disk without locks, as some network disks are.
type lockless struct{ Disk }

func (d lockless) Lock(ctx context.Context, name string) (func() error, error) {
	unlock, err := d.Disk.Lock(ctx, name)
	if err == nil {
		err = errors.Join(unlock(), ErrNoLocks)
	}
	return nil, err
}

// Without locks nothing can keep two dashboards apart. A warning says so, and neither of
// them does what could destroy the other's changes.
func TestADiskWithoutLocksIsOnlyAppendedTo(t *testing.T) {
	path := stateFile(t)
	synctest.Test(t, func(t *testing.T) {
		here, opened := open(t, path, lockless{noSync{}})
		says(t, opened.Warnings, "no locks")
		there, _ := open(t, path, lockless{noSync{}})
		here.CompactFrom(0)
		save(t, here, Track{pasted(1, "")}, Track{pasted(2, "")})
		save(t, there, Track{pasted(3, "")})
		equal(t, "news", there.Look(), News{Ops: track(pasted(1, ""), pasted(2, ""))})
		for i := range 40 { // enough to compact it
			save(t, here, Observe{running(1, "", job.Progress(i)/40)})
		}
		equal(t, "news", here.Look(), News{Ops: track(pasted(3, ""))})

		torn := `{"op":"forget","id":"01`
		write(t, path, read(t, path)+torn) // of a third one, which is at it or died of it
		save(t, there, Forget{id(2)})
		before := read(t, path)
		if !strings.Contains(before, torn+"\n") {
			t.Error("another program's line was cut off")
		}
		_, opened = open(t, path, lockless{noSync{}})
		equal(t, "jobs", opened.Contents.Jobs, []Job{running(1, "", 39./40), pasted(3, "")})
		equal(t, "damaged", opened.Damaged, 1)
		equal(t, "the file", read(t, path), before)
		if _, err := os.Stat(path + ".new"); err == nil {
			t.Error("it was rewritten")
		}
	})
}

// Another program appends in the moment between our look at the file and our write.
func TestTwoWritesAtOnceWithoutLocksAreBothThere(t *testing.T) {
	path := stateFile(t)
	synctest.Test(t, func(t *testing.T) {
		other, _ := open(t, path, lockless{noSync{}})
		meanwhile := false
		s, _ := open(t, path, lockless{storetest.Faulty{Disk: noSync{}, Fault: func(op storetest.Op, _ string) error {
			if op == storetest.Write && meanwhile {
				meanwhile = false
				save(t, other, Track{pasted(1, "")})
			}
			return nil
		}}})
		meanwhile = true
		save(t, s, Track{pasted(2, "")})
		truth := Contents{Jobs: []Job{pasted(1, ""), pasted(2, "")}}
		equal(t, "news", s.Look(), News{Reset: &truth})
		save(t, s, Forget{id(1)})
		equal(t, "jobs", contents(t, path, lockless{noSync{}}).Jobs, []Job{pasted(2, "")})
	})
}

// Whenever a process is killed, or the power fails, the next one finds what was saved.
func TestACrashWithoutLocksLosesNothingSaved(t *testing.T) {
	killed := true
	for steps := 0; killed; steps++ {
		for seed := range uint64(12) {
			machine := storetest.NewMachine("/home")
			first, _ := open(t, worldFile, lockless{machine.Start()})
			save(t, first, Track{pasted(1, "")})
			saved := []Job{pasted(1, "")}

			process := machine.Start()
			process.KillAfter(steps)
			if s, _, err := Open(t.Context(), lockless{process}, worldFile); err == nil {
				if s.Append(t.Context(), Track{pasted(2, "")}) == nil {
					saved = append(saved, pasted(2, ""))
				}
			}
			killed = process.Killed()
			if seed > 0 {
				machine.CutPower(rand.New(rand.NewPCG(seed, uint64(steps))), process)
			}
			next, opened := open(t, worldFile, lockless{machine.Start()})
			if jobs := opened.Contents.Jobs; len(jobs) < len(saved) || !reflect.DeepEqual(jobs[:len(saved)], saved) {
				t.Errorf("killed after %d steps: %v is there, %v was saved", steps, jobs, saved)
			}
			save(t, next, Track{pasted(3, "")})
			jobs := contents(t, worldFile, lockless{machine.Start()}).Jobs
			equal(t, "the last job", jobs[len(jobs)-1], pasted(3, ""))
		}
	}
}
