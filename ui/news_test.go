package ui

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/sim"
	"example.com/jobwatch/poller/sim/simtest"
	"example.com/jobwatch/ui/notify"
)

func TestWhatHappens(t *testing.T) {
	stories(t, map[string]func(*harness){
		"a done jobs PDF is downloaded and remembered": func(d *harness) {
			d.send(tea.WindowSizeMsg{Width: 200, Height: 40})
			ids := d.add(2, func(i int, j *sim.Job) {
				steady(j, 3*time.Second)
				j.Description = []string{"Invoice 7", "../../.bashrc"}[i]
			})
			d.press("down", "d").sees("nothing to download")
			d.waitFor(" 2/2 ").press("g", "d")
			d.waitFor("PDF Invoice 7.pdf")
			var names []string
			for _, id := range ids {
				row, _ := d.model.list.Row(id)
				if pdf := content(d.T, row.File); !strings.HasPrefix(pdf, "%PDF-") {
					d.Errorf("%s begins with %.10q", row.File, pdf)
				}
				if rel, err := filepath.Rel(d.folder, row.File); err != nil || strings.HasPrefix(rel, "..") {
					d.Errorf("%s is not below the download folder", row.File)
				}
				names = append(names, row.File)
			}
			d.restart()
			row, _ := d.model.list.Row(ids[0])
			if row == nil || row.File != names[0] {
				d.Errorf("after a restart the PDF is not known any more: %+v", row)
			}
			d.press("down", "Y")
			if !strings.HasPrefix(d.clip.copied, d.folder) {
				d.Errorf("Y copied %q", d.clip.copied)
			}
		},
		// Before there is a file, Y copies where the API has the output: as a whole URL,
		// though it may have told a path only.
		"y copies the outputs URL": func(d *harness) {
			ids := d.add(12, func(_ int, j *sim.Job) { steady(j, time.Second) })
			d.waitFor(" 12/12 ").press("g")
			relative := 0
			for range ids {
				d.press("down", "Y")
				row, _ := d.model.list.Current()
				if want := "http://api.example/job/" + row.ID.String() + "/output"; d.clip.copied != want {
					d.Errorf("Y copied %q, want %q", d.clip.copied, want)
				}
				if strings.HasPrefix(row.Answer.Path, "/") {
					relative++
				}
			}
			if relative == 0 {
				d.Error("no path was relative")
			}
			d.sees("the output's URL")
		},
		// With --download each PDF is there the moment that its job is Done, and a restart
		// goes on with what is missing.
		"every PDF is downloaded when it is done": func(d *harness) {
			all := func(o *Options) { o.Session.DownloadAll = true }
			d.restart(all).send(tea.WindowSizeMsg{Width: 200, Height: 40})
			ids := d.add(3, func(i int, j *sim.Job) { steady(j, time.Duration(2+i)*time.Second) })
			d.api.Break(simtest.On(simtest.FilePage, simtest.NotPDF()))
			d.waitFor(" 3/3 ")
			d.wait(5 * time.Second).sees("PDF failed")
			d.api.Mend()
			d.restart(all).wait(5 * time.Second)
			for _, id := range ids {
				if row, _ := d.model.list.Row(id); row.File == "" {
					d.Errorf("%s was not downloaded:\n%s", id.Short(), d.screen())
				}
			}
		},
		"news is told to who looks elsewhere": func(d *harness) {
			d.focus(true)
			d.add(3, func(i int, j *sim.Job) {
				if i == 0 {
					failing(j, 10*time.Second, "Image not found")
				} else {
					steady(j, 12*time.Second)
				}
			})
			d.wait(5 * time.Second)
			d.focus(false).wait(3 * time.Minute)
			if len(d.clip.notified) == 0 || len(d.clip.notified) > 2 {
				d.Errorf("notifications: %q", d.clip.notified)
			}
			if all := strings.Join(d.clip.notified, "\n"); !strings.Contains(all, "Image not found") || !strings.Contains(all, "pasted") {
				d.Errorf("notifications: %q", d.clip.notified)
			}
			d.focus(true).sees("while you were away", "2 done, 1 failed")
		},
		// Notifications are seen by whoever passes by, and kept by desktops: whatever the API says
		// of a job, they hold no more of its ID than the first digits, and no link. Nor does the
		// window's title, which shells and window managers show and log.
		"a notification gives no job away": func(d *harness) {
			out := filepath.Join(d.folder, "events")
			d.restart(func(o *Options) { o.Session.Command = notify.NewCommand("cat >> '" + out + "'").Run })
			d.focus(false)
			const link = "https://files.example/f.pdf?signature=abc"
			ids := d.add(1, func(_ int, j *sim.Job) { failing(j, 10*time.Second, "") })
			d.api.Break(simtest.JSON(`{"id":"{id}","status":"Error","description":"{id}","status_meta":"{id} is not at ` + link + `"}`))
			d.press("n")
			d.typed(ids[0].String()).press("enter")
			d.wait(time.Minute)
			told := strings.Join(d.clip.notified, "\n")
			if !strings.Contains(told, ids[0].Short()+"…") {
				d.Errorf("notified: %q", told)
			}
			// Programs know a job by its ID, which stands in a field of its own.
			events := strings.ReplaceAll(content(d.T, out), `"id":"`+ids[0].String()+`"`, "")
			for _, text := range []string{told, d.clip.title, events} {
				if strings.Contains(text, ids[0].String()[9:]) || strings.Contains(text, "signature") {
					d.Errorf("it gives the job away: %q", text)
				}
			}
		},
		// The title is read at the edge of the eye, and by terminals of all ages: some end it at
		// a byte of what others take for a letter, and print the rest.
		"the windows title tells of failures": func(d *harness) {
			d.add(2, func(i int, j *sim.Job) {
				if steady(j, time.Hour); i == 0 {
					failing(j, 3*time.Second, "no fonts")
				}
			})
			d.waitFor("no fonts")
			if title := d.clip.title; !regexp.MustCompile(`^1 failed, \d+% 0/2 done . jobwatch$`).MatchString(title) {
				d.Errorf("the title is %q", title)
			}
			for _, b := range []byte(d.clip.title) {
				if b >= 0x80 && b <= 0x9f {
					d.Errorf("a byte of %q is a control character", d.clip.title)
				}
			}
		},
		// What the row of a batch is asked for: when, how fast, how even, and what failed.
		"a batch is explained": func(d *harness) {
			d.send(tea.WindowSizeMsg{Width: 200, Height: 50})
			ids := d.add(30, func(i int, j *sim.Job) {
				switch {
				case i == 0:
					failing(j, 10*time.Second, "Image not found")
				case i < 3:
					failing(j, 12*time.Second, "no fonts")
				case i == 3:
					steady(j, 80*time.Second)
				case i < 24:
					steady(j, time.Duration(10+2*i)*time.Second)
				default:
					steady(j, 10*time.Minute)
				}
			})
			d.press("g").wait(100 * time.Second)
			d.sees("24 finished", "Slowest     "+ids[3].Short()+", 1m", "Jobs finished a minute",
				"   2  no fonts", "   1  Image not found")
			pane := regexp.MustCompile(`(?s)Ready +\S+, (by )?\d\d:\d\d.*[▁▂▃▄▅▆▇█]{5}.*Took +[34]\ds median, (5\d|1m\d\d)s p95.*Fastest +[12]\ds`)
			if !pane.MatchString(d.screen()) {
				d.Errorf("the batch's pane:\n%s", d.screen())
			}
			d.send(tea.WindowSizeMsg{Width: 80, Height: 24}) // a low pane has the counts, whatever else
			d.sees("24 finished", "✗     3 Error", "◐     6 Processing", "✓    21 Done", "more lines")
			d.send(tea.WindowSizeMsg{Width: 200, Height: 50})
			d.press("down", "down", "down", "down") // past the failures, to one that runs
			d.sees("Pace", "x slower than its batch")
		},
		// A job that stands still, one that failed, one that was rejected, one that nobody
		// knows and an API that is away are told apart, and ! goes from one to the next.
		"troubles do not look alike": func(d *harness) {
			d.send(tea.WindowSizeMsg{Width: 200, Height: 40})
			d.api.Break(simtest.Answer(422, "application/json", `{"detail":[]}`))
			rejected := d.add(1)
			d.waitFor("Rejected")
			d.api.Mend()
			d.paste("01890a5d-ac96-774b-bcce-b302099a8057") // which nobody knows
			ids := d.add(8, func(i int, j *sim.Job) {
				j.Life.Type = sim.Linear
				switch i {
				case 6:
					failing(j, 20*time.Second, "no fonts")
				case 7:
					steady(j, time.Hour)
					j.Life.Work = time.Minute
					j.Life.Pause = sim.Pause{From: 20 * time.Second, Until: 50 * time.Minute}
				default:
					steady(j, 20*time.Second)
					j.Life.Work = 20 * time.Second
				}
			})
			d.wait(5 * time.Minute)
			stalled := regexp.MustCompile(`◐ stalled [45]m `)
			for id, looks := range map[string]string{
				rejected[0].Short(): "Rejected", "01890a5d": "Not found", ids[6].Short(): "✗ Error", ids[0].Short(): "✓ Done",
			} {
				if l := d.line(id); !strings.Contains(l, looks) || stalled.MatchString(l) {
					d.Errorf("want %q in %q", looks, l)
				}
			}
			if l := d.line(ids[7].Short()); !stalled.MatchString(l) {
				d.Errorf("it has stood for 4 minutes: %q", l)
			}

			visited := map[string]bool{}
			for range 3 {
				d.press("!")
				row, _ := d.model.list.Current()
				visited[row.ShortID()] = true
			}
			for _, id := range []job.ID{rejected[0], ids[6], ids[7]} {
				if !visited[id.Short()] {
					d.Errorf("! does not go to %s, but to %v", id.Short(), visited)
				}
			}

			d.api.Break(simtest.Unavailable("5"))
			d.wait(2 * time.Minute) // what stood still before is only old now
			d.sees("API unavailable (503)")
			if l := d.line(ids[7].Short()); !strings.Contains(l, "stale") || stalled.MatchString(l) {
				d.Errorf("while the API is away: %q", l)
			}
		},
		"failures are grouped by cause": func(d *harness) {
			ids := d.add(5, func(i int, j *sim.Job) {
				cause := "no fonts"
				if i == 4 {
					cause = "Image not found"
				}
				failing(j, 2*time.Second, cause)
			})
			d.waitFor(" 5/5 ")
			d.press("f").sees("4  no fonts", "1  Image not found")
			d.press("y")
			if n := strings.Count(d.clip.copied, "\n") + 1; n != 4 {
				d.Errorf("%d IDs were copied, want 4", n)
			}
			d.press("down", "e").sees("to: failed.txt")
			file := filepath.Join(d.folder, "failed.txt")
			d.answer(file).wait(time.Second)
			if text := content(d.T, file); text != ids[4].String()+"\n" {
				d.Errorf("the file holds %q", text)
			}
			d.press("esc").sees(ids[0].Short())
		},
		// One failure is forgotten, and then another job fails: there is one as before, but for
		// another cause.
		"causes are those of the failures that are there": func(d *harness) {
			d.send(tea.WindowSizeMsg{Width: 200, Height: 50})
			d.add(3, func(i int, j *sim.Job) {
				switch i {
				case 0:
					failing(j, 2*time.Second, "no fonts")
				case 1:
					failing(j, time.Minute, "Image not found")
				default:
					steady(j, time.Hour)
				}
			})
			d.press("g") // the batch's pane lists them, too
			d.waitFor("   1  no fonts")
			d.press("f").sees("1  no fonts")
			d.press("esc", "!", "x", "g")
			d.wait(2 * time.Minute).sees("   1  Image not found")
			d.seesNot("no fonts")
			d.press("f").sees("1  Image not found")
			d.seesNot("no fonts")
		},
		"what is shown is exported": func(d *harness) {
			d.add(4, func(i int, j *sim.Job) {
				if i == 0 {
					failing(j, time.Second, "no fonts")
				} else {
					steady(j, time.Second)
				}
			})
			d.waitFor(" 4/4 ").press("tab", "e")
			file := filepath.Join(d.folder, "failed.csv")
			d.answer(file)
			d.wait(time.Second).sees("wrote 1 job to")
			rows, err := csv.NewReader(strings.NewReader(content(d.T, file))).ReadAll()
			if err != nil || len(rows) != 2 || !strings.Contains(strings.Join(rows[1], "|"), "no fonts") {
				d.Errorf("the file holds %q (%v)", rows, err)
			}
		},
		// After enough of its like have finished, a job says when it will be ready, and so
		// do its batch and the whole.
		"forecasts come with experience": func(d *harness) {
			d.send(tea.WindowSizeMsg{Width: 200, Height: 50})
			d.add(40, func(i int, j *sim.Job) {
				took := 30 * time.Second
				if i >= 30 {
					took = 10 * time.Minute
				}
				steady(j, took)
			})
			d.wait(2 * time.Minute)
			const figure = `(~|<|\d+[smh]?-)\d+[smh]`
			ofJob, ofAll := regexp.MustCompile(figure+" "), regexp.MustCompile(figure+`, (by )?\d\d:\d\d `)
			for _, width := range []int{80, 110, 120, 200} { // in the list alone, and beside the details
				d.send(tea.WindowSizeMsg{Width: width, Height: 50})
				lines := strings.Split(d.screen(), "\n")
				row := func(l string) bool { return strings.Contains(l, "Processing") && ofJob.MatchString(l) }
				if !slices.ContainsFunc(lines, row) {
					d.Errorf("no running job has a forecast:\n%s", d.screen())
				}
				if !ofAll.MatchString(lines[0]) {
					d.Errorf("the header has no clock time for the whole:\n%s", lines[0])
				}
			}
		},
	})
}

// withViewer puts a viewer in place of the system's that writes what it is given into the
// file "opened" of the folder that it returns.
func withViewer(t *testing.T) string {
	t.Helper()
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		t.Skip("needs a viewer of ours in the place of xdg-open")
	}
	viewer := t.TempDir()
	script := "#!/bin/sh\necho \"$@\" >> '" + viewer + "/opened'\n"
	if err := os.WriteFile(filepath.Join(viewer, "xdg-open"), []byte(script), 0o700); err != nil { //nolint:gosec // it is run
		t.Fatal(err)
	}
	t.Setenv("PATH", viewer+string(os.PathListSeparator)+os.Getenv("PATH"))
	return viewer
}

// o fetches the PDF where need be, and shows it in the system's viewer: the file, not
// the link to it.
func TestOOpensThePDF(t *testing.T) {
	viewer := withViewer(t)
	withHarness(t, func(d *harness) {
		d.add(1, func(_ int, j *sim.Job) {
			steady(j, 10*time.Second)
			j.Description = "Invoice 7"
		})
		d.press("down", "o").sees("nothing to open: the job is not Done")
		d.waitFor(" 1/1 ").press("o")
		d.waitFor("saved ").wait(time.Second)
		opened := content(t, filepath.Join(viewer, "opened"))
		if !strings.HasPrefix(opened, d.folder) || !strings.HasSuffix(opened, "Invoice 7.pdf\n") {
			d.Errorf("opened %q", opened)
		}
		d.press("o") // it is there already
		d.wait(5 * time.Second)
		if again := content(t, filepath.Join(viewer, "opened")); again != opened+opened {
			d.Errorf("opened again: %q", again)
		}
	})
}

// Removing a job takes back that its PDF was to be opened: when the job is brought back
// and its PDF downloaded, no viewer appears.
func TestThePDFOfARemovedJobIsNotOpenedLater(t *testing.T) {
	viewer := withViewer(t)
	withHarness(t, func(d *harness) {
		d.add(1, func(_ int, j *sim.Job) { steady(j, time.Second) })
		d.waitFor(" 1/1 ")
		d.api.Break(simtest.Unavailable("60"))
		d.press("down", "r").wait(time.Second)
		d.press("o").sees("PDF asked")
		d.press("x").waitFor("removed 1 job")
		d.wait(5 * time.Second).press("u")
		d.waitFor("brought back 1 job")
		d.api.Mend()
		d.wait(2*time.Minute).press("g", "d")
		d.waitFor("saved ").wait(time.Second)
		if opened, err := os.ReadFile(filepath.Join(viewer, "opened")); err == nil {
			d.Errorf("opened %q", opened)
		}
	})
}
