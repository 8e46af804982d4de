package ui

import (
	"maps"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/sim"
	"example.com/jobwatch/poller/sim/simtest"
	"example.com/jobwatch/ui/terminal"
)

// row is a job's line in the list.
func (d *harness) row(id job.ID) string {
	d.Helper()
	line, _, _ := strings.Cut(d.line(id.Short()), "│") // without the pane beside it
	return line
}

// percent is what a job's line says, -1 if it says nothing of its progress.
func (d *harness) percent(id job.ID) int {
	d.Helper()
	return percentIn(d.row(id))
}

// bars are the percents of all jobs.
func (d *harness) bars() map[job.ID]int {
	d.Helper()
	bars := make(map[job.ID]int)
	for _, j := range d.model.Records() {
		bars[j.ID] = d.percent(j.ID)
	}
	return bars
}

func percentIn(line string) int {
	before, _, ok := strings.Cut(line, "%")
	if !ok {
		return -1
	}
	n, err := strconv.Atoi(before[strings.LastIndex(before, " ")+1:])
	if err != nil {
		return -1
	}
	return n
}

// A job is asked about every 2 s or so. Its bar goes on meanwhile, keeps near the truth, and
// never goes back.
func TestABarMovesBetweenTwoAnswers(t *testing.T) {
	withHarness(t, func(d *harness) {
		id := d.add(1, func(_ int, j *sim.Job) { linear(j, 5*time.Minute) })[0]
		d.press("down").wait(20 * time.Second)
		moves, percent, before := 0, d.percent(id), d.row(id)
		asked, _ := d.api.Polled(id)
		for range 2000 {
			d.wait(100 * time.Millisecond)
			now := d.percent(id)
			if now < percent {
				d.Errorf("it went back from %d%% to %d%%", percent, now)
			}
			percent = now
			_, truth, _ := d.api.Truth(id)
			if off := float64(now) - 100*float64(truth); math.Abs(off) > 3 {
				d.Errorf("it is at %d%%, and truly at %.0f%%", now, 100*truth)
			}
			polls, _ := d.api.Polled(id)
			if row := d.row(id); row != before {
				if polls == asked {
					moves++
				}
				before = row
			}
			asked = polls
		}
		if moves < 30 {
			d.Errorf("its row changed only %d times without an answer", moves)
		}
		d.waitFor("1 done")
	})
}

// While nobody asks, and while the API does not answer, nothing is known: bars stand
// still until there is an answer, and go on from there.
func TestBarsStandStillInASilence(t *testing.T) {
	for name, silence := range map[string]struct{ begin, end func(d *harness) }{
		"paused": {func(d *harness) { d.press("p") }, func(d *harness) { d.press("p") }},
		"away":   {func(d *harness) { d.api.Break(simtest.Unavailable("45")) }, func(d *harness) { d.api.Mend() }},
	} {
		t.Run(name, func(t *testing.T) {
			withHarness(t, func(d *harness) {
				d.add(3, func(_ int, j *sim.Job) { linear(j, 5*time.Minute) })
				d.wait(20 * time.Second)
				silence.begin(d)
				d.wait(3 * time.Second) // what was under way
				before := d.bars()
				woken := 0
				d.each(40*time.Second, func() {
					woken++
					if now := d.bars(); !maps.Equal(now, before) {
						d.Fatalf("they went from %v to %v, and nobody knows", before, now)
					}
				})
				if woken > 45 { // the clocks, and the seconds until the next try
					d.Errorf("the screen was woken %d times in 40 s", woken)
				}
				asked := make(map[job.ID]int)
				for id := range before {
					asked[id], _ = d.api.Polled(id)
				}
				silence.end(d)
				for range 100 {
					for id, now := range d.bars() {
						if polls, _ := d.api.Polled(id); polls == asked[id] && now != before[id] {
							d.Fatalf("one went from %d%% to %d%% before there was an answer", before[id], now)
						}
					}
					d.wait(100 * time.Millisecond)
				}
				for id, now := range d.bars() {
					_, truth, _ := d.api.Truth(id)
					if math.Abs(float64(now)-100*float64(truth)) > 3 {
						d.Errorf("one is at %d%%, and truly at %.0f%%", now, 100*truth)
					}
				}
			})
		})
	}
}

// slow is what a terminal may be sent in a second, in bytes: a person on a slow SSH
// line should be glad of us.
const slow = 4096

// A screen full of rows that all progress fits a slow line.
func TestFiftyRowsThatProgressFitASlowLine(t *testing.T) {
	for _, lasting := range []time.Duration{time.Minute, 5 * time.Minute} {
		withHarness(t, func(d *harness) {
			sent := d.screenOf(200, 60)
			d.send(tea.WindowSizeMsg{Width: 200, Height: 60})
			d.add(50, func(_ int, j *sim.Job) { linear(j, lasting) })
			d.wait(5 * time.Second)
			const span = 30 * time.Second
			before := sent(d.model.View())
			d.each(span, func() { sent(d.model.View()) })
			time.Sleep(time.Second) //nolint:forbidigo // fake clock: what waits is sent
			if perSecond := float64(sent(d.model.View())-before) / span.Seconds(); perSecond > slow || perSecond < 200 {
				d.Errorf("jobs of %v: %.0f B/s are sent, want at most %d, and some", lasting, perSecond, slow)
			}
		})
	}
}

// each lets time pass and does something after every message.
func (d *harness) each(span time.Duration, do func()) {
	over := time.After(span)
	for {
		select {
		case msg := <-d.messages:
			d.take(msg)
			do()
		case <-over:
			return
		}
	}
}

// screenOf is a terminal of that size: it is shown frames, and says how many bytes
// it was sent so far.
func (d *harness) screenOf(width, height int) func(frame string) int64 {
	file, err := os.Create(filepath.Join(d.TempDir(), "terminal"))
	if err != nil {
		d.Fatal(err)
	}
	screen := terminal.NewScreen(file, nil)
	d.stop = append(d.stop, func() { _ = screen.Close() })
	_, _ = screen.WriteString(ansi.SetModeAltScreenSaveCursor)
	screen.Resize(width, height)
	return func(frame string) int64 {
		screen.Show(frame, terminal.Cursor{})
		synctest.Wait()
		info, err := file.Stat()
		if err != nil {
			d.Fatal(err)
		}
		return info.Size()
	}
}
