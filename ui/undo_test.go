package ui

import (
	"maps"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
	"example.com/jobwatch/store/storetest"
)

// rename renames the batch that the cursor is in, if any.
func (d *harness) rename(name string) *harness {
	if d.press("n"); d.model.prompt.Typing() {
		d.answer(name)
	}
	return d
}

// answer types another text into a prompt, and enter.
func (d *harness) answer(text string) *harness {
	return d.press("end", "ctrl+u").typed(text).press("enter")
}

func TestUndoing(t *testing.T) {
	stories(t, map[string]func(*harness){
		"undo takes back the newest action first": func(d *harness) {
			ids := d.add(6)
			d.rename("june")
			d.wait(10 * time.Second).sees("u renames back to pasted 00:00:00")
			d.press("u").sees("renamed back to pasted 00:00:00", "6 jobs")
			d.wait(10*time.Second).sees("u removes 6 added jobs", "ctrl+r renames to june again")
			d.press("u").sees("Remove 6 jobs added 20s ago to pasted 00:00:00? y/n")
			d.press("y").sees("removed 6 added jobs", "Nothing tracked yet.")
			d.wait(10 * time.Second).sees("ctrl+r adds 6 jobs again")
			d.press("u").sees("nothing to undo")
			d.press("ctrl+r").sees("added 6 jobs again", "▾ pasted 00:00:00", ids[0].Short(), ids[5].Short())
			d.press("ctrl+r").sees("renamed to june again")
			d.press("ctrl+r").sees("nothing to redo")
			d.kill()
			d.start()
			d.sees("6 jobs", "june")
			d.waitFor("6 done")
		},
		// The batch goes with its last job, and comes back as it was.
		"undo brings batches back": func(d *harness) {
			d.add(4)
			d.rename("june")
			d.waitFor("4 done")
			d.press("left")
			d.add(1, silent(time.Hour))
			d.press("c", "y").sees("removed 4 jobs; u brings them back")
			d.seesNot("june")
			d.wait(10 * time.Minute).sees("u brings back 4 jobs")
			d.press("u").sees("brought back 4 jobs", "▸ june", "4/4")
			d.wait(time.Minute).sees("ctrl+r removes 4 jobs again")
			d.press("ctrl+r").sees("Remove 4 jobs brought back 1m ago to june? y/n")
			d.press("y").sees("removed 4 jobs again")
			d.press("u")
			d.kill()
			d.start()
			d.sees("june", "4/4")
		},
		"what is long ago is asked about": func(d *harness) {
			d.add(1, silent(24*time.Hour))
			d.press("u").sees("removed 1 added job")
			d.press("ctrl+r")
			d.rename("june").wait(2 * time.Minute)
			d.press("down", "x").sees("Nothing tracked yet.")
			d.wait(2 * time.Hour)
			d.press("u").sees("brought back 1 job")
			d.press("u").sees("Rename back to pasted 00:00:00 (2h02m ago)? y/n")
			d.press("n").sees("nothing changed", "june")
			d.press("u", "y").sees("renamed back to pasted 00:00:00")
			d.press("u").sees("Remove 1 job added 2h02m ago to pasted 00:00:00? y/n")
			d.press("esc").sees("nothing changed", "1 job")
		},
		"a new action leaves nothing to redo": func(d *harness) {
			d.add(1)
			d.press("u")
			d.add(2)
			d.press("ctrl+r").sees("nothing to redo", "2 jobs")
		},
		// Whatever comes in between is left alone, and said.
		"undo leaves alone what another window changed": func(d *harness) {
			ids := d.add(6, silent(time.Hour))
			other := d.beside()
			other.press("down", "x", "x", "x")
			other.paste(ids[0].String()) // in a batch of its own
			other.wait(time.Second)
			d.wait(time.Second)
			d.wait(time.Minute).sees("4 jobs", "u removes 3 added jobs")
			d.press("u").sees("Remove 3 jobs added 1m", "y/n", "3 changed in another window stay")
			d.press("y").sees("removed 3 added jobs; 3 changed in another window stay", ids[0].Short())
			d.press("ctrl+r").sees("added 3 jobs again", "4 jobs")
			other.wait(time.Second).sees("4 jobs")
			other.press("*", "x", "y")
			d.wait(time.Second)
			d.press("u").sees("nothing is left to undo; 3 changed in another window stay")
			d.press("u").sees("nothing to undo")
		},
		"undo leaves alone a batch that another window renamed": func(d *harness) {
			d.add(2, silent(time.Hour))
			d.rename("june")
			other := d.beside()
			other.rename("july")
			d.wait(time.Second)
			d.press("u").sees("nothing is left to undo; the batch changed in another window and stays so", "july")
			d.press("x", "y")
			other.wait(time.Second).sees("Nothing tracked yet.")
			d.press("u")
			other.wait(time.Second).sees("july", "2 jobs")
			other.press("x", "y")
			d.wait(time.Second)
			other.press("u")
			d.wait(time.Second)
			d.sees("july", "2 jobs") // brought back by the other
			d.press("ctrl+r").sees("Remove 2 jobs brought back")
			other.press("x", "y").wait(time.Second)
			d.wait(time.Second)
			d.press("y").sees("nothing is left to redo; 2 changed in another window stay")
		},
		// That a job's status moves on is no change by another window.
		"jobs are undone whatever became of them meanwhile": func(d *harness) {
			d.add(3)
			other := d.beside()
			d.waitFor("3 done")
			other.waitFor("3 done")
			d.press("u", "y").sees("removed 3 added jobs")
			d.seesNot("another window")
			d.wait(time.Hour)
			other.wait(time.Second).sees("Nothing tracked yet.")
			d.press("ctrl+r").sees("3 done")
		},
		"undo while the adding is still being saved": func(d *harness) {
			d.slowly()
			d.add(3)
			d.wait(time.Second)
			d.press("u", "y").sees("Nothing tracked yet.")
			d.wait(time.Minute).sees("Nothing tracked yet.")
			d.press("ctrl+r", "u", "y", "ctrl+r")
			d.wait(10 * time.Second).sees("3 jobs")
			d.waitFor("3 done")
			d.kill()
			d.start()
			d.sees("3 jobs")
		},
		// The state file was compacted, or exchanged, between an action and its undo.
		"undo across another state file": func(d *harness) {
			d.share()
			ids := d.add(4, silent(24*time.Hour))
			d.rename("june")
			replace := func() {
				d.Helper()
				beside := d.file + ".new"
				if err := os.WriteFile(beside, []byte(content(d.T, d.file)), 0o600); err != nil {
					d.Fatal(err)
				}
				if err := os.Rename(beside, d.file); err != nil {
					d.Fatal(err)
				}
				d.wait(5 * time.Second)
			}
			replace()
			d.press("down", "x")
			replace()
			d.press("u").sees("brought back 1 job", "4 jobs")
			d.press("ctrl+r", "g", "x", "y").sees("Nothing tracked yet.")
			replace()
			d.press("u").sees("brought back 3 jobs", "june")
			d.press("u", "u").sees("renamed back to")
			replace()
			d.press("u", "y").sees("removed 4 added jobs", "Nothing tracked yet.")
			replace()
			d.press("ctrl+r").sees("added 4 jobs again", ids[3].Short(), "pasted")
		},
	})
}

// Two people add, remove, rename, undo and redo in their windows, one right after the
// other or both at once: in the end both see what the state file says.
func TestTwoWindowsUndoAndAgree(t *testing.T) {
	for seed := range uint64(4) {
		withHarness(t, func(d *harness) {
			rng := rand.New(rand.NewPCG(seed, 9))
			ids, _ := d.jobs(8, silent(24*time.Hour))
			windows := []*harness{d, d.beside()}
			for range 150 {
				w := windows[rng.IntN(2)]
				switch rng.IntN(8) {
				case 0:
					from := rng.IntN(len(ids))
					w.paste(joinIDs(ids[from:min(from+1+rng.IntN(4), len(ids))]))
				case 1:
					w.press("x", "y")
				case 2:
					w.rename([]string{"june", "july", "may"}[rng.IntN(3)])
				case 3, 4:
					w.press("u", "y")
				case 5:
					w.press("ctrl+r", "y")
				case 6:
					w.press([]string{"g", "G", "up", "down"}[rng.IntN(4)])
				default:
					for _, w := range windows {
						w.wait(time.Second)
					}
				}
				if w.model.prompt.Open() {
					w.press("esc")
				}
			}
			for range 3 {
				for _, w := range windows {
					w.wait(5 * time.Second)
				}
			}
			contents, _, err := storetest.Replay(content(t, d.file))
			if err != nil {
				t.Fatal(err)
			}
			want := make(map[job.ID]tracked)
			names := make(map[store.BatchID]string)
			for _, b := range contents.Batches {
				names[b.ID] = b.Name
			}
			for _, j := range contents.Jobs {
				want[j.ID] = tracked{string(j.Batch), names[j.Batch], j.Added.UnixMilli()}
			}
			for n, w := range windows {
				if got := (&past{Session: w.model.session}).state(); !maps.Equal(got, want) {
					t.Errorf("seed %d: window %d shows\n%v\nthe file says\n%v", seed, n, got, want)
				}
			}
		})
	}
}
