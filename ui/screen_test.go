package ui

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/sim"
	"example.com/jobwatch/ui/session"
	"example.com/jobwatch/ui/style"
)

var update = flag.Bool("update", false, "accept the screens as they are now, after looking at them as pictures")

// golden compares a screen, colours included, with the one that was accepted.
func (d *harness) golden(name string) {
	d.Helper()
	file := filepath.Join("testdata", "screens", name+".ansi")
	got := d.model.View() + "\n"
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			d.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		d.Fatal(err)
	}
	if got != string(want) {
		d.Errorf("%s is not as accepted; look at it, then -update.\ngot\n%s\nwant\n%s", name, ansi.Strip(got), ansi.Strip(string(want)))
	}
}

// pose fills a dashboard for a picture: the demo's batches, asked about at fixed
// times, so that the picture shows the screen and not the poller's policy.
func (d *harness) pose() {
	d.demo(func(o *Options) { o.Watcher.Pause(true) })
	polls := make(map[job.ID]*job.Report)
	for range 12 {
		d.wait(8 * time.Second)
		d.report(polls)
	}
	d.wait(2 * time.Second)
}

// report asks the API about every job and gives the answers to the dashboard.
func (d *harness) report(polls map[job.ID]*job.Report) {
	d.Helper()
	host := poller.Host{Rate: 4.2, Budget: 10}
	var reports []job.Report
	for _, j := range d.model.Records() {
		answer, err := d.client().Status(d.Context(), j.ID)
		if err != nil {
			d.Fatal(err)
		}
		now := time.Now()
		r := polls[j.ID]
		if r == nil {
			r = &job.Report{ID: j.ID, Latency: 84 * time.Millisecond}
			polls[j.ID] = r
		}
		if r.End.Finished() {
			continue
		}
		r.At, r.Answered, r.Answer, r.Next, r.Polls = now, now, answer, now.Add(3*time.Second), r.Polls+1
		switch answer.Status {
		case job.Done:
			r.End, r.Next = job.EndedDone, time.Time{}
		case job.Error:
			r.End, r.Next = job.EndedError, time.Time{}
		case job.NotStarted, job.Processing:
		}
		if r.Started.IsZero() && answer.Status != job.NotStarted {
			r.Started = now
		}
		reports = append(reports, *r)
	}
	d.reported(poller.Update{Reports: reports, Host: host})
}

// demo tracks the demo's batches, as a newcomer sees them.
func (d *harness) demo(change ...func(*Options)) { d.demoOf(1, change...) }

func (d *harness) demoOf(seed uint64, change ...func(*Options)) {
	arrivals := d.arrivals()
	d.leave()
	d.start(append(change, func(o *Options) { o.Arrivals, o.Title = arrivals, "demo" })...)
	for _, b := range d.api.Demo(seed) {
		arrivals <- &session.Arrival{Found: foundIn(joinIDs(b.IDs)), Batch: b.Name}
		d.settle()
	}
}

func TestTheDemoLooksAsAccepted(t *testing.T) {
	for _, size := range []struct{ width, height int }{{40, 10}, {80, 24}, {120, 36}, {200, 60}} {
		t.Run(fmt.Sprintf("%dx%d", size.width, size.height), func(t *testing.T) {
			withHarness(t, func(d *harness) {
				d.send(tea.WindowSizeMsg{Width: size.width, Height: size.height})
				d.pose()
				d.send(tea.WindowSizeMsg{Width: size.width, Height: size.height}).press("down", "down")
				d.golden(fmt.Sprintf("demo-%dx%d", size.width, size.height))
			})
		})
	}
}

func TestOtherTerminalsLookAsAccepted(t *testing.T) {
	for name, change := range map[string]func(*Options){
		"light":     func(o *Options) { o.Dark = false },
		"16-colour": func(o *Options) { o.Profile = termenv.ANSI },
		"no-colour": func(o *Options) { o.Profile = termenv.Ascii },
		"ascii":     func(o *Options) { o.Profile, o.Glyphs = termenv.ANSI, style.ASCII() },
	} {
		t.Run(name, func(t *testing.T) {
			withHarness(t, func(d *harness) {
				d.pose()
				d.restart(change, func(o *Options) { o.Watcher.Pause(true) }).send(tea.WindowSizeMsg{Width: 80, Height: 24})
				d.press("down", "down", " ")
				d.golden("demo-" + name)
			})
		})
	}
}

func TestTheScreen(t *testing.T) {
	stories(t, map[string]func(*harness){
		// IDs of version 7 that were made at the same time begin alike: on narrow screens they
		// don't push out the rest.
		"long IDs fit narrow screens": func(d *harness) {
			var text strings.Builder
			for i := range 30 {
				fmt.Fprintf(&text, "01890a5d-ac96-774b-bc%02x-b302099a8057\n", i)
			}
			d.paste(text.String())
			for width := minWidth; width <= 80; width++ {
				for _, height := range []int{minHeight, 15, 40} {
					d.fits(width, height)
				}
			}
			d.sees("01890a5d-ac96-774")
		},
		"a too small screen says what it needs": func(d *harness) {
			d.send(tea.WindowSizeMsg{Width: 39, Height: 8}).sees("39x8", "40x8")
			d.send(tea.WindowSizeMsg{Width: 40, Height: 8}).sees("jobwatch")
		},
		// The top line says how far all of it is, in a bar from 80 columns on, and a wider screen
		// never has a list that says less.
		"a wider screen says no less": func(d *harness) {
			d.pose()
			for width := 60; width <= 200; width++ {
				d.send(tea.WindowSizeMsg{Width: width, Height: 36})
				top, _, _ := strings.Cut(d.screen(), "\n")
				if !strings.Contains(top, "73%") || width >= 80 && !strings.Contains(top, "█") {
					d.Errorf("at %d columns: %q", width, top)
				}
				if width >= 80 {
					d.sees(" ready ", " time ", " ago")
				}
			}
		},
		// A first look: no empty pane for details of nothing, and no offer to undo nothing.
		"the first screen is for pasting alone": func(d *harness) {
			for _, size := range []tea.WindowSizeMsg{{Width: 80, Height: 24}, {Width: 200, Height: 60}} {
				d.send(size).sees("Nothing tracked yet.", "a add jobs", "q quit")
				d.seesNot("───", "│", "u undo")
			}
			d.add(2)
			d.sees("│", "2, 0 finished")
			d.press("u", "y")
			d.wait(time.Minute).sees("Nothing tracked yet.", "? help  a add jobs  ctrl+r adds 2 jobs again  q quit")
			d.seesNot("│")
		},
		// When all is finished and nothing on the screen moves, jobwatch sleeps.
		"nothing wakes an idle terminal": func(d *harness) {
			d.add(3)
			d.waitFor(" 3/3 ").wait(time.Hour)
			before := d.model.View()
			updates := 0
			d.each(10*time.Minute, func() { updates++ })
			// An hour after, ages move by the minute, and together.
			if updates > 15 {
				d.Errorf("the screen was woken %d times in 10 minutes", updates)
			}
			if d.model.View() == before {
				d.Error("the ages stand still")
			}
		},
		// Wide characters, emoji and combining marks never break a row.
		"wide text keeps its columns": func(d *harness) {
			texts := []string{"四半期報告書の最終版", "👩‍👩‍👧‍👦 family tree 🏳️‍🌈", "naïve Zürich (e\u0301)", "العربية نص"}
			d.add(4, func(i int, j *sim.Job) { j.Description = strings.Repeat(texts[i]+" ", 6) })
			d.wait(5 * time.Second)
			for width := 40; width < 200; width += 3 {
				d.fits(width, 24)
			}
		},
	})
}

// fits wants the screen to fit a terminal of that size.
func (d *harness) fits(width, height int) {
	d.Helper()
	d.model.Update(tea.WindowSizeMsg{Width: width, Height: height})
	lines := strings.Split(d.model.View(), "\n")
	if len(lines) > height {
		d.Fatalf("%dx%d: %d lines", width, height, len(lines))
	}
	for i, line := range lines {
		if w := ansi.StringWidth(line); w > width {
			d.Fatalf("%dx%d: line %d is %d wide: %q", width, height, i, w, ansi.Strip(line))
		}
	}
}

// A window's corner is dragged about, keys are hit at random, and everything moves:
// whatever the size, every line fits it.
func TestAStormOfSizesAndKeys(t *testing.T) {
	withHarness(t, func(d *harness) {
		d.demo()
		rng := rand.New(rand.NewPCG(1, 2))
		keys := strings.Fields("j k g G pgup pgdown left right - enter esc / tab s a n space * x y c u r R p l ! ? up down e q backspace ü 仕 " +
			"alt+d delete ctrl+w home ctrl+l")
		for range 1000 {
			width, height := 1+rng.IntN(140), 1+rng.IntN(50)
			if rng.IntN(4) == 0 {
				width, height = 1+rng.IntN(300), 1+rng.IntN(100)
			}
			d.fits(width, height)
			d.press(strings.ReplaceAll(keys[rng.IntN(len(keys))], "space", " "))
			d.fits(width, height)
			d.wait(time.Duration(rng.IntN(300)) * time.Millisecond)
			d.fits(width, height)
		}
	})
}

// Nobody sees there what a key would do.
func TestKeysChangeNothingBehindATooSmallScreen(t *testing.T) {
	keys := strings.Fields("x c u ctrl+r y n enter esc a e d o Y r R p v s tab / ! f l ? - * up down left right home end")
	for _, opener := range []string{"", "x", "/", "n"} {
		for _, size := range []tea.WindowSizeMsg{{Width: 39, Height: 24}, {Width: 80, Height: 7}, {Width: 1, Height: 1}, {}} {
			withHarness(t, func(d *harness) {
				d.add(3, silent(time.Hour))
				d.press("down", " ", "g").wait(time.Minute)
				if opener != "" {
					d.press(opener)
				}
				before := d.screen()
				d.send(size)
				for _, key := range keys {
					d.press(key)
				}
				d.press("xy", "xx")
				for _, button := range []tea.MouseButton{tea.MouseButtonLeft, tea.MouseButtonWheelDown} {
					d.send(tea.MouseMsg{X: 5, Y: 4, Action: tea.MouseActionPress, Button: button})
				}
				d.send(tea.WindowSizeMsg{Width: 120, Height: 36})
				if after := d.screen(); after != before {
					t.Errorf("after %q and keys at %dx%d:\n%s\nwant:\n%s", opener, size.Width, size.Height, after, before)
				}
				d.send(size)
				if d.press("ctrl+c"); !d.quit {
					t.Error("ctrl+c does not quit")
				}
			})
		}
	}
}
