package ui

import (
	"strings"
	"testing"
	"time"

	"example.com/jobwatch/poller/sim"
)

// Somebody selects a job, looks for others, and has forgotten it by then.
func TestWhatIsSelectedAndHiddenIsNotActedOnWithoutAWord(t *testing.T) {
	for how, hide := range map[string]func(d *harness, other string){
		"hidden by the filter": func(d *harness, other string) {
			d.press("/")
			d.typed(other).press("enter", "down")
		},
		"in a folded batch": func(d *harness, _ string) {
			d.press("left", "G") // the newest batch stands first
		},
	} {
		withHarness(t, func(d *harness) {
			others := d.add(1, silent(time.Hour))
			ids := d.add(2, silent(time.Hour))
			d.wait(5 * time.Second)
			d.model.list.Go(ids[0])
			d.press(" ")
			hide(d, others[0].String())
			row, _ := d.model.list.Current()
			if row == nil || row.ID != others[0] {
				t.Fatalf("%s: the cursor is on %v", how, row)
			}
			polls := d.api.Stats().Requests
			for key, says := range map[string]string{"y": "no job to copy", "r": "no job to check", "d": "nothing to download"} {
				d.press(key).sees(says, "1 selected job is "+how+" and left out")
			}
			if d.clip.copied != "" || d.api.Stats().Requests != polls {
				t.Errorf("%s: %q was copied, %d requests were made", how, d.clip.copied, d.api.Stats().Requests-polls)
			}
			d.press("x").sees("Remove 1 selected job? y/n", "1 selected job is "+how)
			d.press("n")

			d.press(" ") // the other one, too
			d.press("y").sees(others[0].Short() + " copied; 1 selected job is " + how + " and left out")
			if d.clip.copied != others[0].String() {
				t.Errorf("%s: %q was copied", how, d.clip.copied)
			}
			d.press("x").sees("Remove 2 selected jobs? y/n", "1 selected job is "+how)
			d.press("y").sees("removed 2 jobs")
			d.press("u", "esc", "esc").sees("3 jobs")
		})
	}
}

func TestWhatActionsApplyTo(t *testing.T) {
	stories(t, map[string]func(*harness){
		// A folded batch's row stands for all of it, and is marked when jobs of it are selected.
		"a folded batch is acted on as a whole": func(d *harness) {
			d.add(2, silent(time.Hour))
			d.wait(5 * time.Second)
			d.press("left").seesNot("◆")
			d.press("r").sees("checking 2 jobs now")
			d.press(" ").sees("◆▸ pasted", "2 jobs selected")
			d.press("r").sees("checking 2 jobs now")
			d.seesNot("left out")
			d.press("x").sees("Remove 2 selected jobs? y/n", "2 selected jobs are in folded batches")
			d.press("esc", "esc")
			one := d.add(1, silent(time.Hour))
			d.press("left", "x") // one job, of which only the batch is to be seen
			d.sees("Remove 1 job of pasted 00:00:05? y/n")
			d.press("n", "right", "down", "x").sees("removed 1 job")
			d.seesNot(one[0].Short())
		},
		"removing a batch says what the filter hides": func(d *harness) {
			ids := d.add(3, func(i int, j *sim.Job) { failing(j, time.Duration(1+i)*time.Second, "no fonts") })
			d.waitFor(" 3/3 ").press("/")
			d.typed(ids[0].Short()).press("enter", "g", "x").sees("removed 1 job")
			d.press("u", "esc", "/")
			d.typed("!"+ids[0].Short()).press("enter", "g", "x")
			d.sees("Remove 2 jobs of pasted 00:00:00? y/n", "the filter hides 1 more, which stay")
			d.press("n", "c").sees("Remove 2 finished jobs? y/n", "the filter hides 1 more, which stay")
			d.press("y").sees("removed 2 jobs")
			d.press("c").sees("no finished jobs to remove; the filter hides 1 more")
		},
		"finished jobs of folded batches are asked about": func(d *harness) {
			d.add(1, func(_ int, j *sim.Job) { steady(j, time.Second) })
			d.waitFor("1 done")
			d.press("left", "c").sees("Remove 1 finished job? y/n", "1 job is in a folded batch")
			d.press("n", "right", "c").sees("removed 1 job")
		},
		// The details on the whole screen are of one job: what is selected is elsewhere.
		"the full screen details are about what they show": func(d *harness) {
			ids := d.add(3, silent(time.Hour))
			d.wait(5 * time.Second)
			d.model.list.Go(ids[0])
			d.press(" ", " ") // and the cursor is on the third
			d.model.list.Go(ids[2])
			d.press("enter").seesNot("selected")
			d.press("y")
			if d.clip.copied != ids[2].String() {
				d.Errorf("%q was copied", d.clip.copied)
			}
			d.press("x").sees("removed 1 job")
			d.press("esc").sees("2 jobs", "2 jobs selected", ids[0].Short(), ids[1].Short())
		},
		// A prompt says how many jobs it is about, and stays about them.
		"prompts say how many jobs they are about": func(d *harness) {
			ids := d.add(3, func(i int, j *sim.Job) { failing(j, time.Second, []string{"no fonts", "no fonts", "no paper"}[i]) })
			d.waitFor(" 3/3 ")
			d.press("e").sees("export 3 jobs to")
			d.press("esc", "f", "e").sees("save 2 IDs of this cause to")
			other := d.beside()
			other.model.list.Go(ids[0])
			other.press("x")
			other.model.list.Go(ids[1])
			other.press("x")
			d.wait(time.Second).press("home", "ctrl+k")
			d.typed(d.folder + "/ids.txt").press("enter")
			d.wait(time.Second)
			if got := content(d.T, d.folder+"/ids.txt"); !strings.Contains(got, ids[0].String()) || strings.Contains(got, ids[2].String()) {
				d.Errorf("of another cause: %q", got)
			}
		},
		// Where enter leads from a cause that the filter hides, no other job is current.
		"a cause that the filter hides is said to be hidden": func(d *harness) {
			ids := d.add(2, func(i int, j *sim.Job) { failing(j, time.Second, "no fonts") })
			d.waitFor(" 2/2 ").press("/")
			d.typed("nothing").press("enter", "f", "enter").sees("2 jobs are hidden by the filter; esc clears it")
			d.press("/", "ctrl+u")
			d.typed("!"+ids[0].Short()).press("enter", "f", "enter")
			row, _ := d.model.list.Current()
			if row == nil || row.ID != ids[1] {
				d.Errorf("the cursor is on %v", row)
			}
		},
	})
}
