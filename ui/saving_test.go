package ui

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

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
			s, opened, err := store.Open(ctx, storetest.Faulty{Disk: store.OSDisk{}, Fault: fault}, d.file)
			d.journal = s
			return s, opened, err
		}
	})
}

func TestSaving(t *testing.T) {
	stories(t, map[string]func(*harness){
		// The disk fills up: that is said plainly, watching goes on, and what could not be
		// saved is saved once there is room again.
		"a full disk is told and watching goes on": func(d *harness) {
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
			d.paste(text).sees("not saving", "changes are not being saved", "the disk is full", ids[0].Short())
			d.waitFor(" 3/3 ").sees("not saving")
			full.Store(false)
			d.waitFor("changes are saved again").seesNot("not saving")
			d.kill()
			d.start()
			d.sees("3 jobs", "3 done")
		},
		"a file of a newer version ends the start and is left alone": func(d *harness) {
			d.add(1)
			d.leave()
			d.rewrite(`{"jobwatch":1`, `{"jobwatch":99`) // it says that a newer version wrote it
			before := content(d.T, d.file)
			d.start()
			if !d.quit || d.model.fatal == nil || !strings.Contains(d.model.fatal.Error(), "newer") {
				d.Errorf("quit %v, error %v", d.quit, d.model.fatal)
			}
			if content(d.T, d.file) != before {
				d.Error("the file was touched")
			}
		},
		// Where a file system can't keep two dashboards apart, the second one does not start.
		"a second dashboard on a disk without locks is refused": func(d *harness) {
			d.leave()
			d.onDisk(func(op storetest.Op, _ string) error {
				if op == storetest.Lock {
					return store.ErrNoLocks
				}
				return nil
			})
			d.send(tea.WindowSizeMsg{Width: 300, Height: 40})
			d.sees("has no locks: only one dashboard should use the file at a time")
			d.add(3)
			d.waitFor("added 3 jobs")
		},
		"damage is told and a backup kept": func(d *harness) {
			d.add(4)
			d.leave()
			d.rewrite(`"op":"track"`, "\x00\x00\x00")
			d.start()
			d.sees("damaged line", "the file as it was is kept as", "3 jobs")
		},
	})
}

// A bug in the reading of keys must not be one over a raw screen: it is told, and there
// are no more keys.
func TestABugInTheKeyboardIsTold(t *testing.T) {
	var told error
	n, err := (&Console{broken: func(err error) { told = err }}).Read(make([]byte, 10))
	if n != 0 || !errors.Is(err, io.EOF) || told == nil {
		t.Errorf("read %d, %v; told %v", n, err, told)
	}
}
