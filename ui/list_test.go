package ui

import (
	"context"
	"errors"
	"net"
	"regexp"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/sim"
	"example.com/jobwatch/poller/sim/simtest"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/session"
)

func TestTheList(t *testing.T) {
	stories(t, map[string]func(*harness){
		"failed jobs come first and say why": func(d *harness) {
			ids := d.add(12, func(i int, j *sim.Job) { j.Life.Fail, j.Cause = i == 7, "LaTeX Error: undefined control sequence" })
			d.waitFor(" 12/12 ")
			lines := strings.Split(d.screen(), "\n")
			first := lines[3] // below the header, the headings and the batch
			if !strings.Contains(first, ids[7].Short()) || !strings.Contains(first, "Error") {
				d.Errorf("the failed job is not first:\n%s", d.screen())
			}
			d.send(tea.WindowSizeMsg{Width: 160, Height: 36}) // the whole of it in a line
			d.press("down").sees("LaTeX Error: undefined control sequence")
		},
		// Something new carries a mark until it is looked at; what was over before the
		// start is history.
		"news is marked until it is looked at": func(d *harness) {
			d.add(3)
			d.waitFor(" 3/3 ")
			if all, left := strings.Count(d.screen(), "•"), strings.Count(d.press("down", "down").screen(), "•"); all != 3 || left != 1 {
				d.Errorf("%d rows are marked as news, and %d after two were looked at:\n%s", all, left, d.screen())
			}
			d.restart().seesNot("•")
		},
		"the filter is live": func(d *harness) {
			ids := d.add(10)
			d.wait(10 * time.Second).press("/")
			d.typed(ids[3].Short()).sees(ids[3].Short(), "1 of 10")
			d.seesNot(ids[4].Short())
			d.press("enter").sees("filter " + ids[3].Short())
			d.press("esc").sees(ids[4].Short())
			d.press("/")
			d.typed("nosuchthing").sees("No job matches", "nosuchthing")
			d.press("esc").sees(ids[4].Short())
		},
		// A misspelt word filters nothing. The list is not to pass for what was asked for.
		"a filter says which of its words it ignores": func(d *harness) {
			ids := d.add(10)
			d.wait(10 * time.Second)
			d.press("/").sees("such as status:error")
			d.typed("status:").sees("10 of 10 jobs")
			d.typed("eror").sees("no such status; did you mean error?")
			d.press("enter").sees("no such status; did you mean error?")
			d.wait(10*time.Second).sees("  ignores status:eror", ids[4].Short())
			d.seesNot("filter status:eror")

			d.press("/", "ctrl+u")
			d.typed(ids[4].Short()).press("enter").sees("filter "+ids[4].Short()+"  1 of 10 jobs", "1 shown")
			d.seesNot("ignores")
		},
		// The log and the failures leave nothing out, whatever the list is narrowed to.
		"other screens do not claim the lists filter": func(d *harness) {
			d.add(10)
			d.wait(10*time.Second).press("tab", "s")
			d.wait(10 * time.Second) // the note of how it is sorted goes
			d.sees("filter status:failed", "by added")
			for _, screen := range []string{"l", "f", "?"} {
				d.press(screen).seesNot("filter status:failed", "by added")
				d.press("esc")
			}
			d.sees("filter status:failed", "by added")
		},
		"tab goes through the statuses": func(d *harness) {
			d.add(10)
			d.wait(10 * time.Second)
			d.press("tab").sees("filter status:failed")
			d.press("tab", "tab", "tab").sees("status:done")
			d.press("tab").seesNot("status:")
		},
		// A key that has nothing to act on says so, rather than nothing.
		"a key without a job says so": func(d *harness) {
			d.add(3)
			d.wait(time.Second).press("/")
			d.typed("nosuchjob").press("enter").sees("No job matches", "nosuchjob")
			for key, says := range map[string]string{
				"x": "no job to remove", "r": "no job to check", "y": "no job to copy", "Y": "nothing to copy",
				"o": "nothing to open", "d": "nothing to download", "n": "no batch to name", "c": "no finished jobs",
			} {
				d.press(key).sees(says)
			}
			d.press("esc").sees("3 jobs")
		},
		"forgetting asks once for more than one and can be undone": func(d *harness) {
			ids := d.add(4)
			d.press("down", "x").sees("removed 1 job", "3 jobs")
			d.press("u").sees("brought back 1 job", "4 jobs")
			d.press("*", "x").sees("Remove 4 selected jobs? y/n", "the service keeps them; u brings them back")
			d.send(tea.WindowSizeMsg{Width: 40, Height: 10}).sees("Remove 4 selected jobs? y/n")
			d.send(tea.WindowSizeMsg{Width: 120, Height: 36})
			d.press("n").sees("4 jobs", "nothing removed")
			d.press("x", "y").sees("removed 4 jobs", "Nothing tracked yet.")
			d.press("u").sees(ids[0].Short(), ids[3].Short())
			d.kill()
			d.start()
			d.sees("4 jobs", ids[0].Short(), "pasted")
		},
		"a batch is named and folded": func(d *harness) {
			ids := d.add(3)
			d.press("n")
			d.answer("Thesis drafts").sees("the batch is now called Thesis drafts")
			d.press("g", "left").sees("▸ Thesis drafts", "0/3")
			if strings.Contains(strings.Join(strings.Split(d.screen(), "\n")[2:10], "\n"), ids[0].Short()) {
				d.Errorf("a folded batch shows its jobs:\n%s", d.screen())
			}
			d.press("right")
			d.kill()
			d.start()
			d.sees("Thesis drafts", ids[0].Short())
		},
		"IDs are copied": func(d *harness) {
			ids := d.add(3)
			d.press("down", "y").sees("copied")
			if len(d.clip.copied) != 36 {
				d.Errorf("the clipboard holds %q", d.clip.copied)
			}
			d.press("*", "y").sees("3 IDs copied")
			for _, id := range ids {
				if !strings.Contains(d.clip.copied, id.String()) {
					d.Errorf("%s is not on the clipboard", id.Short())
				}
			}
		},
		"a denied clipboard is told": func(d *harness) {
			ids := d.add(1)
			d.clip.denied = errors.New("1048 KB is too much: terminals accept 74 KB on the clipboard")
			d.press("down", "y").sees("could not copy "+ids[0].Short()+": "+d.clip.denied.Error()[:20], "1 job")
			d.clip.denied = nil
			d.press("y").sees("copied")
		},
		// All that is known of a job stands in its details: what the API said, and what
		// jobwatch saw and plans.
		"the details say all that is known": func(d *harness) {
			id := d.add(1, func(_ int, j *sim.Job) {
				linear(j, time.Minute)
				j.Life.Start, j.Life.End = 20*time.Second, 80*time.Second
			})[0]
			d.press("down", "enter").wait(10 * time.Second)
			d.sees("Not Started", id.String(), "Batch       pasted 00:00:00", "Added       00:00:00, ",
				"Checked     ", "Last answer ", "Next check  ", "Waiting for a free worker")
			d.seesNot("First seen") // that was at once: the history says it
			d.wait(40 * time.Second)
			d.sees("Processing", "%", "00:00:00  added", "○ Not Started", "◐ Processing", "Running    ")
			d.wait(40*time.Second).sees("✓ Done", "100%", "Output      /job/"+id.String(), "Took        ")
			d.seesNot("Next check")
		},
		// The bottom line names the keys that do something where one is.
		"the footer names the keys of its screen": func(d *harness) {
			d.send(tea.WindowSizeMsg{Width: 180, Height: 36})
			footer := func() string { return d.screen()[strings.LastIndex(d.screen(), "\n")+1:] }
			shows := func(where string, keys ...string) {
				d.Helper()
				for _, key := range keys {
					if !strings.Contains(footer(), key) {
						d.Errorf("%s: no %q in %q", where, key, footer())
					}
				}
			}
			shows("nothing is tracked", "? help", "a add jobs", "q quit")
			d.add(3, silent(time.Hour))
			d.wait(2 * time.Minute) // the note is gone, and what was done is not new any more
			shows("a batch's row", "? help  / filter  ←/→ fold  enter details  d download the PDF", "u removes 3 added jobs", "q quit")
			d.press("enter")
			shows("a batch", "esc back", "n name the batch", "d download")
			if strings.Contains(footer(), "o open") {
				d.Errorf("a batch has no one PDF: %q", footer())
			}
			d.press("esc", "down", "enter")
			shows("a job", "esc back", "o open the PDF", "Y copy the PDF's path or URL")
			for key, screen := range map[string]string{"f": "failures", "l": "log", "?": "help"} {
				d.press(key)
				shows(screen, "esc back")
				d.press(key)
			}
			shows("a running job's row", "? help  / filter  enter details  r check now")
			d.press(" ")
			shows("a selection", "d download the PDF  y copy the ID", "esc select none")
			d.press("esc")

			ends := d.add(2, func(i int, j *sim.Job) {
				steady(j, time.Second)
				j.Life.Fail = i == 1
			})
			d.wait(time.Minute)
			d.model.list.Go(ends[0])
			d.press("enter", "enter") // the note is gone, the row is looked at
			shows("a done job's row", "enter details  o open the PDF  d download the PDF")
			d.model.list.Go(ends[1])
			d.press("enter", "enter")
			shows("a failed job's row", "enter details  f failures by cause  y copy the ID")
			d.press("f")
			shows("the failures", "esc back  y copy the IDs of this cause  e save them  enter go to the first")
		},
		"the help names every key": func(d *harness) {
			d.press("?")
			for _, size := range []tea.WindowSizeMsg{{Width: 120, Height: 36}, {Width: 80, Height: 24}} {
				d.send(size)
				for _, a := range Actions() {
					d.sees(a.About)
				}
			}
			d.sees("q      quit", "more lines")
			d.press("pgdown") // on a low screen, what the marks and the filter's words mean is below
			d.sees("• ", "not looked at yet", "◐ Processing", "⊘ Rejected", "stale 3m")
			d.press("pgdown").sees("ready ", "status:error ", "is:new ")
			d.send(tea.WindowSizeMsg{Width: 120, Height: 36}).sees("• ", "ready ", "status:error ")
			d.seesNot("more lines")
			d.press("?").sees("Nothing tracked yet.")
		},
		"a click selects and the wheel scrolls": func(d *harness) {
			d.add(100)
			d.send(tea.MouseMsg{X: 5, Y: 5, Action: tea.MouseActionPress, Button: tea.MouseButtonLeft})
			if lines := d.model.list.Lines(); !lines[3].Cursor {
				d.Errorf("a click on the fourth line put the cursor elsewhere: %v", lines)
			}
			d.send(tea.MouseMsg{X: 5, Y: 4, Action: tea.MouseActionPress, Button: tea.MouseButtonWheelDown})
			if top, _ := d.model.list.Position(); top != 3 {
				d.Errorf("the wheel scrolled to line %d, want 4", top+1)
			}
		},
		// A line names the columns where there is room for it, right above what it names.
		"columns have names": func(d *harness) {
			d.add(3, func(_ int, j *sim.Job) { steady(j, time.Minute) })
			d.wait(30 * time.Second)
			for _, width := range []int{40, 60, 80, 100, 120, 160, 200, 300} {
				d.send(tea.WindowSizeMsg{Width: width, Height: 36})
				lines := strings.Split(d.screen(), "\n")
				names, batch, job := lines[1], lines[2], lines[3]
				for name, text := range map[string]string{"status": "Processing", "descr": "Safety", "job": "1ce47e03"} {
					if at := strings.Index(names, name); at < 0 || !strings.HasPrefix(job[bytesAt(job, at):], text) {
						d.Errorf("%d columns: %q is not above its column:\n%s\n%s", width, name, names, job)
					}
				}
				for name, below := range map[string][]string{"ready": {batch, job}, "time": {job}, "ago": {job}} {
					at := strings.Index(names, name+" ")
					if at < 0 {
						continue // no room for it
					}
					for _, line := range below {
						if end := bytesAt(line, at+len(name)); line[end-1] == ' ' || line[end] != ' ' {
							d.Errorf("%d columns: nothing ends below %q:\n%s\n%s", width, name, names, line)
						}
					}
				}
			}
			d.send(tea.WindowSizeMsg{Width: 120, Height: 36}).sees("  ready   time  ago ")
			d.send(tea.WindowSizeMsg{Width: 80, Height: 10}).seesNot("description")
		},
		// An unknown word of the API's is shown as it is, but never raw.
		"hostile text never reaches the terminal": func(d *harness) {
			d.api.Break(simtest.JSON(`{"id":"{id}","status":"Paused\u001b[2J","description":"\u001b]0;pwned\u0007a\u202eb\u0000",` +
				`"status_meta":"\u009b31mred\r\nline","progress":0.5,"path":"/x\u001b[5n"}`))
			d.add(1)
			d.waitFor("50%").press("down", "enter")
			d.wait(time.Second)
			raw := d.model.View()
			for i, r := range raw {
				if r == 0x1b && !strings.HasPrefix(raw[i:], "\x1b[0") || r == 0x202e || (r < 0x20 && r != '\n' && r != 0x1b) || (r >= 0x7f && r < 0xa0) {
					d.Fatalf("what is not ours is on the screen: %q", raw[i:min(i+20, len(raw))])
				}
			}
			d.sees("Paused", "red", "line")
		},
		// Nobody listens: that's told until somebody does, and not any longer.
		"an API that is back is not said to be away": func(d *harness) {
			d.add(10)
			d.wait(5 * time.Second)
			refuse := func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("connection refused") }
			d.broken.Store(&refuse)
			d.transport.CloseIdleConnections()
			d.waitFor("◌ no answer, retrying in")
			d.broken.Store(nil)
			d.api.ResetStats()
			for d.api.Stats().Requests < 3 {
				d.wait(100 * time.Millisecond)
			}
			d.seesNot("◌ no answer")
			d.sees("◌ recovering")
			d.waitFor("live")
		},
		// The API goes away: the last known status stays, marked stale, the header says
		// when it is tried next, and all is well afterwards.
		"an outage is told and survived": func(d *harness) {
			d.add(10)
			d.wait(5 * time.Second)
			d.api.Break(simtest.Unavailable("30"))
			d.waitFor("API unavailable (503), retrying in")
			d.waitFor("stale")
			d.api.Mend()
			d.waitFor("◌ recovering \n") // it answers, and is asked ever more
			d.waitFor(" 10/10 ")
			d.press("l").sees("waiting: the API is unavailable")
			// The first check after a pause is spread over a second.
			if !regexp.MustCompile(`the API answers again after 3[01]s`).MatchString(d.screen()) {
				d.Errorf("the log does not say that the API answers again:\n%s", d.screen())
			}
		},
	})
}

// bytesAt is where the cell of a line without wide characters begins.
func bytesAt(line string, cell int) int {
	return len(string([]rune(line)[:cell]))
}

// Both poll the same job. The one that saw its end first saves it while the other has
// yet to save that it runs, or is about to: the end is what stays.
func TestAnEndStaysThatTheOtherDashboardSawFirst(t *testing.T) {
	for name, wait := range map[string]time.Duration{"waiting": time.Second / 2, "flying": 2 * time.Second, "saved": 4 * time.Second} {
		t.Run(name, func(t *testing.T) {
			withHarness(t, func(d *harness) {
				d.share()
				d.slowly()
				ids, text := d.jobs(1, silent(2*time.Second+wait)) // 2 s until it is saved and asked for
				d.paste(text).waitFor("1 running")
				d.wait(wait)
				other, opened, err := store.Open(d.ctx, store.OSDisk{}, d.file)
				if err != nil {
					d.Fatal(err)
				}
				answer, err := d.client().Status(d.ctx, ids[0])
				if err != nil || answer.Status != job.Done {
					d.Fatal(answer, err)
				}
				now := d.clock()
				saw, _ := opened.Contents.Jobs[0].Observe(job.Report{
					ID: ids[0], At: now, Answered: now, Started: now, Polls: 1, Answer: answer, End: job.EndedDone,
				})
				if err := other.Append(d.ctx, store.Observe{Job: saw}); err != nil {
					d.Fatal(err)
				}
				d.wait(20 * time.Second).sees("1 done")
				d.kill()
				if _, opened, err = store.Open(d.Context(), store.OSDisk{}, d.file); err != nil || opened.Contents.Jobs[0].End != job.EndedDone {
					d.Errorf("the state file says %+v (%v)", opened.Contents.Jobs, err)
				}
			})
		})
	}
}

// slowly starts the dashboard anew on a slow disk.
func (d *harness) slowly() {
	d.leave()
	d.start(func(o *Options) {
		open := o.Open
		o.Open = func(ctx context.Context) (session.Journal, store.Opened, error) {
			j, opened, err := open(ctx)
			return slowDisk{j}, opened, err
		}
	})
}

// slowDisk takes two seconds for each save.
type slowDisk struct{ session.Journal }

func (s slowDisk) Append(ctx context.Context, ops ...store.Op) error {
	<-time.After(2 * time.Second)
	return s.Journal.Append(ctx, ops...)
}
