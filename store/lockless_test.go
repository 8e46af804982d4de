package store_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"

	"example.com/jobwatch/poller/job"
	. "example.com/jobwatch/store"
	"example.com/jobwatch/store/storetest"
)

// lockless is a disk without locks, as some network disks are.
type lockless struct{ Disk }

func (d lockless) Lock(ctx context.Context, name string) (func() error, error) {
	unlock, err := d.Disk.Lock(ctx, name)
	if err == nil {
		err = errors.Join(unlock(), ErrNoLocks)
	}
	return nil, err
}

func onLockless(d Disk) Option { return OnDisk(lockless{d}) }

// Without locks nothing can keep two dashboards apart. A warning says so, and neither of
// them does what could destroy the other's changes.
func TestADiskWithoutLocksIsOnlyAppendedTo(t *testing.T) {
	path := stateFile(t)
	synctest.Test(t, func(t *testing.T) {
		here, opened := open(t, path, onLockless(noSync{}))
		says(t, opened.Warnings, "no locks")
		there, _ := open(t, path, onLockless(noSync{}))
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
		_, opened = open(t, path, onLockless(noSync{}))
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
		other, _ := open(t, path, onLockless(noSync{}))
		meanwhile := false
		s, _ := open(t, path, onLockless(storetest.Faulty{Disk: noSync{}, Fault: func(op storetest.Op, _ string) error {
			if op == storetest.Write && meanwhile {
				meanwhile = false
				save(t, other, Track{pasted(1, "")})
			}
			return nil
		}}))
		meanwhile = true
		save(t, s, Track{pasted(2, "")})
		truth := Contents{Jobs: []Job{pasted(1, ""), pasted(2, "")}}
		equal(t, "news", s.Look(), News{Reset: &truth})
		save(t, s, Forget{id(1)})
		equal(t, "jobs", contents(t, path, onLockless(noSync{})).Jobs, []Job{pasted(2, "")})
	})
}

// Whenever a process is killed, or the power fails, the next one finds what was saved.
func TestACrashWithoutLocksLosesNothingSaved(t *testing.T) {
	killed := true
	for steps := 0; killed; steps++ {
		for seed := range uint64(12) {
			machine := storetest.NewMachine("/home")
			first, _ := open(t, worldFile, onLockless(machine.Start()))
			save(t, first, Track{pasted(1, "")})
			saved := []Job{pasted(1, "")}

			process := machine.Start()
			process.KillAfter(steps)
			if s, _, err := Open(t.Context(), worldFile, onLockless(process)); err == nil {
				if s.Append(t.Context(), Track{pasted(2, "")}) == nil {
					saved = append(saved, pasted(2, ""))
				}
			}
			killed = process.Killed()
			if seed > 0 {
				machine.CutPower(rand.New(rand.NewPCG(seed, uint64(steps))), process)
			}
			next, opened := open(t, worldFile, onLockless(machine.Start()))
			if jobs := opened.Contents.Jobs; len(jobs) < len(saved) || !reflect.DeepEqual(jobs[:len(saved)], saved) {
				t.Errorf("killed after %d steps: %v is there, %v was saved", steps, jobs, saved)
			}
			save(t, next, Track{pasted(3, "")})
			jobs := contents(t, worldFile, onLockless(machine.Start())).Jobs
			equal(t, "the last job", jobs[len(jobs)-1], pasted(3, ""))
		}
	}
}
