package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"example.com/jobwatch/poller/sim/simtest"
	"example.com/jobwatch/ui/ids"
	"example.com/jobwatch/ui/session"
)

func TestAdding(t *testing.T) {
	stories(t, map[string]func(*harness){
		"pasted jobs are watched until they are done": func(d *harness) {
			d.sees("Nothing tracked yet.", "Paste job IDs here")
			ids := d.add(5)
			d.sees("added 5 jobs", "0/5", ids[0].Short())
			d.waitFor(" 5/5 ").sees("100%", "● all finished")
			if !strings.Contains(d.clip.title, "done") {
				d.Errorf("the window's title is %q", d.clip.title)
			}
		},
		"IDs are found in any text": func(d *harness) {
			ids, _ := d.jobs(4)
			d.paste(fmt.Sprintf(`{"id": %q, "path": "/job/%s/status"}
	2026-01-02 level=info https://api.example/job/%s/status?x=1 (%s),`,
				ids[0], ids[0], strings.ToUpper(ids[1].String()), ids[2]))
			d.sees("added 3 jobs (1 repeated)")
			d.paste(ids[2].String() + " " + ids[3].String()).sees("added 1 job (1 already tracked)")
			d.paste(ids[3].String()).sees("nothing new (1 already tracked)")
			d.paste("good morning").sees("no job IDs in the pasted text: an ID looks like")
		},
		// A mail breaks lines, and a mouse leaves out the last character.
		"IDs that were broken or cut are not passed over in silence": func(d *harness) {
			ids, _ := d.jobs(4)
			whole, broken, cut := ids[0].String(), ids[1].String(), ids[2].String()[:35]
			d.paste("> " + whole + "\n> the job " + broken[:20] + "\n> " + broken[20:] + "\n> and " + cut)
			d.sees("added 2 jobs (1 looks like a cut-off ID)", ids[0].Short(), ids[1].Short())
			d.paste(cut + "\n" + cut).sees("no job IDs in the pasted text, but 2 look like cut-off IDs")
		},
		// A batch is pasted the day after. How long its jobs took is not known, and neither
		// shown nor taken for what others will take.
		"what was over before it was pasted has no duration": func(d *harness) {
			_, text := d.jobs(30)
			d.leave()
			d.wait(24 * time.Hour)
			d.start()
			d.paste(text).waitFor("100%")
			d.wait(time.Minute).sees("pasted 00:00:00", "30/30", "30 finished")
			d.seesNot("Took", "Slowest")
			d.press("down", "r").wait(10 * time.Second)
			d.press("enter").sees("Checked     2 times")
			d.seesNot("Took", "Running")
			d.restart().sees("30 finished")
			d.seesNot("Took", "Slowest")
		},
		// What comes by itself, as the demo's jobs do, is not what u takes back.
		"u takes back what the user did": func(d *harness) {
			arrivals := d.arrivals()
			d.restart(func(o *Options) { o.Arrivals = arrivals })
			_, text := d.jobs(3)
			d.press("g") // a pipe may be slow
			arrivals <- &session.Arrival{Found: foundIn(text), Batch: "given", Given: true}
			d.waitFor("given")
			d.press("u", "y").sees("removed 3 added jobs")

			ids, text := d.jobs(3)
			d.paste(text)
			d.press("down", "x").sees("removed 1 job")
			_, text = d.jobs(2)
			arrivals <- &session.Arrival{Found: foundIn(text), Batch: "from elsewhere"}
			d.waitFor("from elsewhere")
			d.press("u").sees("brought back 1 job", ids[0].Short(), "from elsewhere")
		},
		"a paste while the state file loads is not lost": func(d *harness) {
			_, text := d.jobs(2)
			d.restart()
			early := New(d.ctx, d.model.opts)
			early.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
			if !strings.Contains(early.View(), "Loading the state file") {
				d.Errorf("a dashboard that still loads shows\n%s", early.View())
			}
			early.pasted(paste{Arrival: session.Arrival{Found: foundIn(text)}})
			if len(early.pending) != 1 {
				d.Error("the paste was lost")
			}
			d.paste(text).sees("added 2 jobs")
		},
		// The budget is for 10 requests a second, and 3,000 jobs want one. Those in sight
		// come first, after a paste as after a start with jobs that were never heard of.
		"what is in sight is asked about first": func(d *harness) {
			d.send(tea.WindowSizeMsg{Width: 100, Height: 11})
			d.add(3000, silent(time.Hour))
			d.sees("· Checking")
			d.kill()
			d.api.ResetStats()
			d.start()
			d.send(tea.WindowSizeMsg{Width: 100, Height: 11}).sees("· Checking")
			d.wait(time.Second).seesNot("· Checking")
			if s := d.api.Stats(); s.PeakSecond > 10 {
				d.Errorf("%d requests in a second, with a budget of 10", s.PeakSecond)
			}
			d.press("pgdown").sees("· Checking")
			d.wait(1500 * time.Millisecond).seesNot("· Checking")
		},
		// New arrivals, as the demo has them, become batches of their own name.
		"arrivals become batches": func(d *harness) {
			arrivals := d.arrivals()
			d.restart(func(o *Options) { o.Arrivals = arrivals })
			_, text := d.jobs(2)
			arrivals <- &session.Arrival{Found: foundIn(text), Batch: "Customer invoices"}
			d.settle()
			d.sees("Customer invoices", "added 2 jobs")
			_, text = d.jobs(2)
			arrivals <- &session.Arrival{Found: foundIn(text)} // on the command line, without --batch
			d.settle()
			d.sees("▾ added 00:00:00")
			d.seesNot("pasted")
		},
		// Pieces of an input come many times a second, also while another window names their batch.
		"a batch that grows keeps the name that another window gives it": func(d *harness) {
			arrivals := d.arrivals()
			d.restart(func(o *Options) { o.Arrivals, o.Input = arrivals, true })
			piece := func() {
				_, text := d.jobs(2)
				arrivals <- &session.Arrival{Found: foundIn(text), Batch: "given", Given: true, Open: true}
				d.settle()
			}
			piece()
			other := d.beside()
			other.rename("july")
			piece()
			d.wait(time.Second)
			other.wait(time.Second)
			d.sees("july", "4 jobs", "input open")
			other.sees("july", "4 jobs")
			d.press("u").sees("Remove 4 jobs")
			d.press("n").wait(10 * time.Second) // the note is gone
			arrivals <- &session.Arrival{Given: true}
			d.settle()
			d.sees("standard input has ended: added 4 jobs")
			d.seesNot("input open")
		},
		"a new job that is not visible yet is asked for again": func(d *harness) {
			ids, text := d.jobs(1)
			d.api.Break(simtest.Times(4, simtest.Answer(404, "application/json", `{"detail":"Not Found"}`)))
			d.paste(text).waitFor("Not found")
			d.waitFor(" 1/1 ").sees(ids[0].Short(), "Done")
		},
		// The API rejected a job, and gave none of another, while it was being set up. Once that
		// is over, pasting them again asks again.
		"a job that was given up is asked for when it is pasted again": func(d *harness) {
			ids, text := d.jobs(2)
			d.api.Break(simtest.Answer(404, "application/json", `{"detail":"Not Found"}`))
			d.paste(ids[0].String()).waitFor("Given up")
			d.api.Break(simtest.Answer(422, "application/json", `{"detail":[]}`))
			d.paste(ids[1].String()).waitFor("Rejected")
			d.paste(ids[1].String()).sees("nothing new (1 already tracked); asking again for 1 rejected job")
			d.wait(time.Second)
			d.api.Mend()
			d.paste(text).sees("nothing new (2 already tracked); asking again for 2 given-up or rejected jobs")
			d.waitFor("2 done")
			d.paste(text) // the API's own word is not asked for again
			d.sees("nothing new (2 already tracked)")
			d.seesNot("asking again")
		},
	})
}

func foundIn(text string) ids.Found { return ids.Find([]byte(text)) }
