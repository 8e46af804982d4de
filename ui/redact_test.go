package ui

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/sim"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/notify"
)

// Somebody shares the screen: what the documents are about, and the IDs to get them
// with, stay private whatever is looked at.
func TestASharedScreenGivesNothingAway(t *testing.T) {
	file := filepath.Join(t.TempDir(), "hook")
	withHarness(t, func(d *harness) {
		d.restart(func(o *Options) { o.Session.Redact, o.Session.Command = true, notify.NewCommand("cat >> "+file).Run })
		d.send(tea.WindowSizeMsg{Width: 200, Height: 50})
		lives := sim.Lives(1, 4)
		for i := range lives {
			lives[i].Fail = i > 1
		}
		jobs := sim.Describe(1, lives)
		for i := range jobs {
			jobs[i].Description = "Salaries of the board"
			if lives[i].Fail {
				jobs[i].Cause = "Salaries of the board is not Markdown"
			}
		}
		ids := d.api.Add(jobs...)
		text := joinIDs(ids)
		d.paste(text)
		look := func() {
			t.Helper()
			d.seesNot("Salaries")
			for _, id := range ids {
				d.seesNot(id.String()[9:], id.String()[24:])
			}
		}
		look()
		d.waitFor("4/4")
		look()
		d.sees(ids[0].Short(), "… is not Markdown")
		for _, record := range d.model.session.Records() {
			if j := record.Job; j.End == job.EndedDone {
				j.File = filepath.Join("may", "Salaries of the board.pdf")
				d.model.session.Followed(store.News{Ops: []store.Op{store.Observe{Job: j}}})
			}
		}
		for range 4 {
			d.press("down")
			look()
			d.press("enter")
			look()
			d.press("esc")
		}
		d.sees("PDF ….pdf", filepath.Join("may", "….pdf"))
		for _, key := range []string{"l", "f", "?"} {
			d.press(key)
			look()
			d.press("esc")
		}
		d.press("home")
		look()

		d.press("down", "y")
		if d.clip.copied == "" || !strings.Contains(text, d.clip.copied) || len(d.clip.copied) != 36 {
			t.Errorf("copied %q, which is no whole ID", d.clip.copied)
		}
		look()
		export := filepath.Join(d.folder, "shared.csv")
		d.press("e").answer(export)
		d.wait(time.Minute)
		look()
		exported, told := content(t, export), content(t, file)
		if !strings.Contains(exported, ids[0].Short()) {
			t.Errorf("exported: %s", exported)
		}
		for _, told := range append(d.clip.notified, told, d.clip.title, exported) {
			if strings.Contains(told, "Salaries") || strings.Contains(told, ids[3].String()) {
				t.Errorf("given away: %s", told)
			}
		}
		if !strings.Contains(told, "job-failed") || len(d.clip.notified) == 0 {
			t.Errorf("nobody was told: %q, %q", told, d.clip.notified)
		}
	})
}
