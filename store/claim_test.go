package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.com/jobwatch/store/disk"
	"example.com/jobwatch/store/disk/disktest"
)

// lockless is a process on a network disk as they are found in offices, without locks.
func lockless(d disk.Disk) Option {
	return OnDisk(disktest.Faulty{Disk: d, Fault: func(op disktest.Op, _ string) error {
		if op == disktest.Lock {
			return disk.ErrNoLocks
		}
		return nil
	}})
}

// alive has a dashboard look at the file, as they do all the time, until the test ends.
func alive(t *testing.T, s *Store) {
	t.Helper()
	go func() {
		for {
			if _, err := s.Next(t.Context()); err != nil {
				return
			}
		}
	}()
}

// taken is the time after which a start on a claimed file was refused.
func taken(t *testing.T, path string, opts ...Option) time.Duration {
	t.Helper()
	begun := time.Now()
	_, _, err := Open(t.Context(), path, opts...)
	if _, ok := errors.AsType[*TakenError](err); !ok {
		t.Fatalf("a second dashboard: %v", err)
	}
	for _, says := range []string{path, fmt.Sprintf("process %d on ", os.Getpid()), "no locks", "--state"} {
		if !strings.Contains(err.Error(), says) {
			t.Errorf("%q does not say %q", err, says)
		}
	}
	return time.Since(begun)
}

func TestADiskWithoutLocksIsForOneDashboard(t *testing.T) {
	path := stateFile(t)
	synctest.Test(t, func(t *testing.T) {
		first, opened := open(t, path, lockless(noSync{}))
		equal(t, "warned", opened.Warnings[0].Kind, NoLocks)
		alive(t, first)
		if waited := taken(t, path, lockless(noSync{})); waited > 2*claimBeat {
			t.Errorf("that took %v to be found out", waited)
		}
		<-time.After(time.Hour)
		save(t, first, Track{pasted(1, "")})
		taken(t, path, lockless(noSync{}))
		if info, err := os.Stat(path + ".owner"); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("the claim: %v, %v", info.Mode(), err)
		}
		shut(t, first)

		begun := time.Now()
		second, opened := open(t, path, lockless(noSync{}))
		equal(t, "waited", time.Since(begun), 0)
		equal(t, "jobs", opened.Contents.Jobs, []Job{pasted(1, "")})
		save(t, second, Track{pasted(2, "")})
		shut(t, second)
		for _, left := range []string{".owner", ".owner.new"} {
			if _, err := os.Stat(path + left); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s is left behind: %v", left, err)
			}
		}
		// Where locks are held, nobody asks for a claim.
		open(t, path, OnDisk(noSync{}))
		open(t, path, OnDisk(noSync{}))
	})
}

func TestADashboardThatCannotStartClaimsNothing(t *testing.T) {
	path := stateFile(t)
	write(t, path, "# Shopping list\n")
	synctest.Test(t, func(t *testing.T) {
		if _, _, err := Open(t.Context(), path, lockless(noSync{})); err == nil {
			t.Fatal("it was taken for a state file")
		}
		write(t, path, fileOf(t))
		begun := time.Now()
		open(t, path, lockless(noSync{}))
		equal(t, "waited", time.Since(begun), 0)
	})
}

// The owner's laptop is closed for a minute, and another dashboard goes on meanwhile.
func TestAnOwnerThatWasThoughtDeadHarmsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		machine := disktest.NewMachine("/home")
		first, _ := open(t, worldFile, lockless(machine.Start()))
		save(t, first, Track{pasted(1, "")})
		// Nobody looks at the file there any more.
		begun := time.Now()
		second, _ := open(t, worldFile, lockless(machine.Start()))
		if waited := time.Since(begun); waited < claimSilent || waited > claimSilent+2*claimLook {
			t.Errorf("it was thought dead after %v", waited)
		}
		alive(t, second)
		save(t, second, Track{pasted(2, "")})

		for range 3 {
			err := first.Append(t.Context(), Track{pasted(3, "")})
			if _, ok := errors.AsType[*NotSavedError](err); !ok || !strings.Contains(err.Error(), "another jobwatch has") {
				t.Errorf("the first saves: %v", err)
			}
			<-time.After(claimSilent)
		}
		shut(t, second)
		save(t, first, Track{pasted(3, "")})
		equal(t, "jobs", contents(t, worldFile, OnDisk(machine.Start())).Jobs, []Job{pasted(1, ""), pasted(2, ""), pasted(3, "")})
	})
}

func TestADiskThatIsFullWhenItIsClaimed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		machine := disktest.NewMachine("/home")
		full := true
		s, opened := open(t, worldFile, OnDisk(disktest.Faulty{Disk: machine.Start(), Fault: func(op disktest.Op, name string) error {
			switch {
			case op == disktest.Lock:
				return disk.ErrNoLocks
			case full && op == disktest.Write && strings.Contains(name, ".owner"):
				return errors.New("no room")
			}
			return nil
		}}))
		equal(t, "warned", opened.Warnings[len(opened.Warnings)-1].Kind, NotSaving)
		if err := s.Append(t.Context(), Track{pasted(1, "")}); err == nil {
			t.Error("it was saved without a claim")
		}
		full = false
		save(t, s, Track{pasted(1, "")})
	})
}

// Whatever the moment at which an owner or a newcomer dies, or the power fails: the next
// one goes on after the silence, with all that was saved.
func TestAClaimOutlivesNobody(t *testing.T) {
	killed := true
	for steps := 0; killed; steps++ {
		for _, powerCut := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				machine := disktest.NewMachine("/home")
				first, _ := open(t, worldFile, lockless(machine.Start()))
				save(t, first, Track{pasted(1, "")})

				process := machine.Start()
				process.KillAfter(steps)
				var saved []Job
				if s, _, err := Open(t.Context(), worldFile, lockless(process)); err == nil {
					if s.Append(t.Context(), Track{pasted(2, "")}) == nil {
						saved = append(saved, pasted(2, ""))
					}
					_ = s.Close()
				}
				killed = process.Killed()
				if powerCut {
					machine.CutPower(rand.New(rand.NewPCG(uint64(steps), 0)), process) //nolint:gosec // steps counts from 0
				}
				begun := time.Now()
				third, opened := open(t, worldFile, lockless(machine.Start()))
				if waited := time.Since(begun); waited > 2*claimSilent+2*claimLook {
					t.Errorf("killed after %d steps, the next one waits %v", steps, waited)
				}
				if jobs := opened.Contents.Jobs; len(jobs) < 1+len(saved) || jobs[0].ID != id(1) {
					t.Errorf("killed after %d steps, there is %v", steps, jobs)
				}
				save(t, third, Track{pasted(3, "")})
			})
		}
		if steps > 100 {
			t.Fatal("claiming takes no end")
		}
	}
}

// Many newcomers find a dead one's claim, each as slow as chance has it at each step:
// one gets it, and the others are refused.
func TestOfManyNewcomersOneGetsTheFile(t *testing.T) {
	for seed := range uint64(100) {
		synctest.Test(t, func(t *testing.T) {
			machine := disktest.NewMachine("/home")
			if seed%2 == 0 {
				dead, _ := open(t, worldFile, lockless(machine.Start()))
				save(t, dead, Track{pasted(1, "")})
			} // else nobody was there
			var got sync.Map
			var racing sync.WaitGroup
			for n := range 5 {
				rng := rand.New(rand.NewPCG(seed, uint64(n)))
				slow := disktest.Faulty{Disk: machine.Start(), Fault: func(op disktest.Op, _ string) error {
					<-time.After(time.Duration(rng.IntN(200)) * time.Millisecond)
					if op == disktest.Lock {
						return disk.ErrNoLocks
					}
					return nil
				}}
				racing.Go(func() {
					s, _, err := Open(context.WithoutCancel(t.Context()), worldFile, OnDisk(slow))
					if _, refused := errors.AsType[*TakenError](err); refused {
						return
					}
					if err != nil {
						t.Errorf("seed %d: %v", seed, err)
						return
					}
					alive(t, s)
					if err := s.Append(t.Context(), Track{pasted(10+n, "")}); err != nil {
						t.Errorf("seed %d: %v", seed, err)
					}
					got.Store(n, s)
				})
			}
			racing.Wait()
			var owners []int
			got.Range(func(n, s any) bool {
				owners = append(owners, n.(int)) //nolint:forcetypeassert // as stored
				_ = s.(*Store).Close()           //nolint:forcetypeassert // as stored
				return true
			})
			if len(owners) != 1 {
				t.Errorf("seed %d: %v have the file", seed, owners)
			}
		})
	}
}
