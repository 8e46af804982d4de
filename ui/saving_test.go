package ui

import (
	"context"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"example.com/jobwatch/store"
	"example.com/jobwatch/store/storetest"
	"example.com/jobwatch/ui/session"
)

// onDisk starts the dashboard on a disk that fails when a story says so.
func (d *harness) onDisk(fault func(storetest.Op, string) error) {
	d.leave()
	d.start(func(o *Options) {
		o.Open = func(ctx context.Context) (session.Journal, store.Opened, error) {
			s, opened, err := store.Open(ctx, d.file, store.OnDisk(storetest.Faulty{Disk: store.OSDisk{}, Fault: fault}))
			d.journal = s
			return s, opened, err
		}
	})
}

// The disk fills up: that is said plainly, watching goes on, and what could not be
// saved is saved once there is room again.
func TestAFullDiskIsToldAndWatchingGoesOn(t *testing.T) {
	withHarness(t, func(d *harness) {
		var full atomic.Bool
		d.onDisk(func(op storetest.Op, _ string) error {
			if full.Load() && op == storetest.Write {
				return syscall.ENOSPC
			}
			return nil
		})
		ids, text := d.jobs(3)
		full.Store(true)
		d.send(tea.WindowSizeMsg{Width: 300, Height: 40})
		d.paste(text)
		d.sees("not saving", "changes are not being saved", "the disk is full", ids[0].Short())
		d.waitFor(" 3/3 ")
		d.sees("not saving")
		full.Store(false)
		d.waitFor("changes are saved again")
		d.seesNot("not saving")
		d.kill()
		d.start()
		d.sees("3 jobs", "3 done")
	})
}

// While the disk is full, each change tries it at once, and then it is tried every 5 s:
// not that often for each of the changes that came meanwhile.
func TestAFullDiskIsTriedNoOftenerForMoreChanges(t *testing.T) {
	withHarness(t, func(d *harness) {
		var tries atomic.Int64
		var mended atomic.Bool
		d.onDisk(func(op storetest.Op, _ string) error {
			if op == storetest.Write && !mended.Load() {
				tries.Add(1)
				return syscall.ENOSPC
			}
			return nil
		})
		_, text := d.silent(10, time.Hour)
		d.paste(text)
		d.sees("not saving")
		d.press("down")
		for range 8 {
			d.wait(300 * time.Millisecond)
			d.press("x")
		}
		tries.Store(0)
		d.wait(time.Minute)
		if n := tries.Load(); n < 11 || n > 13 {
			d.Errorf("the disk was tried %d times in a minute", n)
		}
		mended.Store(true)
		d.waitFor("changes are saved again")
	})
}

// The disk takes its time, and what is being saved is taken back meanwhile: nobody asks
// the API about it then.
func TestWhatIsTakenBackWhileItIsSavedIsNotPolled(t *testing.T) {
	withHarness(t, func(d *harness) {
		var slow atomic.Bool
		d.onDisk(func(op storetest.Op, _ string) error {
			if slow.Load() && op == storetest.Sync {
				<-time.After(3 * time.Second)
			}
			return nil
		})
		_, text := d.silent(3, time.Hour)
		slow.Store(true)
		d.paste(text)
		d.press("u", "y")
		d.waitFor("removed 3 added jobs")
		d.wait(time.Minute)
		if n := d.api.Stats().Requests; n > 0 {
			d.Errorf("%d requests were made about jobs that are not tracked", n)
		}
		d.paste(text)
		d.waitFor("3 running")
	})
}

func TestAFileOfANewerVersionEndsTheStartAndIsLeftAlone(t *testing.T) {
	withHarness(t, func(d *harness) {
		_, text := d.jobs(1)
		d.paste(text)
		d.leave()
		raise(t, d.file)
		before := content(t, d.file)
		d.start()
		if !d.quit || d.model.fatal == nil || !strings.Contains(d.model.fatal.Error(), "newer") {
			d.Errorf("quit %v, error %v", d.quit, d.model.fatal)
		}
		if content(t, d.file) != before {
			d.Error("the file was touched")
		}
	})
}

// Where a file system can't keep two dashboards apart, the second one does not start.
func TestASecondDashboardOnADiskWithoutLocksIsRefused(t *testing.T) {
	withHarness(t, func(d *harness) {
		d.leave()
		d.onDisk(func(op storetest.Op, _ string) error {
			if op == storetest.Lock {
				return store.ErrNoLocks
			}
			return nil
		})
		d.send(tea.WindowSizeMsg{Width: 300, Height: 40})
		d.sees("has no locks: only one dashboard should use the file at a time")
		_, text := d.jobs(3)
		d.paste(text)
		d.waitFor("added 3 jobs")
	})
}

func TestDamageIsToldAndABackupKept(t *testing.T) {
	withHarness(t, func(d *harness) {
		ids, text := d.jobs(4)
		d.paste(text)
		d.leave()
		scribble(t, d.file)
		d.start()
		d.sees("damaged line", "the file as it was is kept as", "3 jobs")
		_ = ids
	})
}

// Statuses wait for a second at most, and then reach the file together.
func TestStatusesAreSavedWithinASecond(t *testing.T) {
	withHarness(t, func(d *harness) {
		_, text := d.jobs(3)
		d.paste(text)
		d.waitFor(" 3/3 ")
		d.wait(1100 * time.Millisecond)
		polls := d.api.Stats().Requests
		d.kill()
		d.start()
		d.sees("3 done")
		d.wait(time.Minute)
		if more := d.api.Stats().Requests - polls; more != 0 {
			d.Errorf("%d polls were made of finished jobs after a kill", more)
		}
	})
}
