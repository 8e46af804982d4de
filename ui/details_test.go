package ui

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/sim"
)

func TestDetails(t *testing.T) {
	stories(t, map[string]func(*harness){
		// On a small screen, somebody wants the list and nothing else; what they were at stays
		// where it is on the screen.
		"a key gives the list the whole screen": func(d *harness) {
			ids, text := d.jobs(40)
			d.send(tea.WindowSizeMsg{Width: 80, Height: 24})
			d.paste(text)
			for range 20 {
				d.press("down")
			}
			d.sees("───", ids[19].String())
			listed := slices.Clone(d.model.list.VisibleIDs())
			stays := func() {
				d.Helper()
				if job, _ := d.model.list.Current(); job == nil || job.ID != ids[19] {
					d.Error("the cursor went elsewhere")
				}
				if now := d.model.list.VisibleIDs(); !slices.Equal(now[:len(listed)], listed) {
					d.Error("the list has moved")
				}
			}

			d.press("v").seesNot("───", ids[19].String())
			d.sees("no details; enter shows them on the whole screen")
			stays()
			d.press("enter").sees(ids[19].String())
			d.press("esc").seesNot(ids[19].String())

			d.press("v").sees("───", ids[19].String(), "details below the list")
			stays()
		},
		// A URL that the pane has no room for loses its middle, and is copied whole.
		"a long URL takes two lines": func(d *harness) {
			ids := d.add(1)
			d.waitFor(" 1/1 ")
			url := "https://files.example/" + strings.Repeat("a-long-folder/", 9) + ids[0].String() + ".pdf"
			now := time.Now()
			d.reported(poller.Update{Reports: []job.Report{{
				ID: ids[0], At: now, Answered: now, End: job.EndedDone, Answer: job.Answer{Status: job.Done, Path: url},
			}}})
			d.press("down")
			for _, width := range []int{80, 119, 120, 160} {
				d.send(tea.WindowSizeMsg{Width: width, Height: 40}).sees("https://files.example/a", "…", ".pdf")
				if n := strings.Count(d.screen(), "folder"); n > 8 {
					d.Errorf("%d columns: all of it is on the screen:\n%s", width, d.screen())
				}
			}
			d.press("Y")
			if d.clip.copied != url {
				d.Errorf("copied %q", d.clip.copied)
			}
		},
	})
}

// Where there is room for more, the key goes through all that makes a difference.
func TestTheViewsThatMakeADifference(t *testing.T) {
	for _, screen := range []struct {
		width, height int
		start         Details
		views         string
	}{
		{120, 36, DetailsAuto, "beside below none beside"},
		{120, 36, DetailsBelow, "below none beside below"},
		{120, 36, DetailsOff, "none beside below none"},
		{120, 15, DetailsBelow, "beside none beside none"}, // too low for details below
		{80, 24, DetailsAuto, "below none below none"},
		{80, 24, DetailsOff, "none below none below"},
		{80, 15, DetailsAuto, "none none none none"},
	} {
		t.Run(fmt.Sprintf("%dx%d from %d", screen.width, screen.height, screen.start), func(t *testing.T) {
			withHarness(t, func(d *harness) {
				d.restart(func(o *Options) { o.Details = screen.start })
				d.send(tea.WindowSizeMsg{Width: screen.width, Height: screen.height})
				d.add(3)
				d.press("down")
				var views []string
				for range 4 {
					views = append(views, d.view())
					d.press("v")
					d.fits(screen.width, screen.height)
				}
				if got := strings.Join(views, " "); got != screen.views {
					t.Errorf("got %s, want %s", got, screen.views)
				}
				if screen.views == "none none none none" {
					d.sees("there is no room for details here; enter shows them on the whole screen")
				}
			})
		})
	}
}

// view is where details are to be seen.
func (d *harness) view() string {
	switch {
	case strings.Contains(d.screen(), "│"):
		return "beside"
	case strings.Contains(d.screen(), "───"):
		return "below"
	default:
		return "none"
	}
}

// When a job started is known only as between two answers. Row, details and history
// count from the same moment: they never name two durations.
func TestADurationIsTheSameWhereverItStands(t *testing.T) {
	for name, span := range map[string]time.Duration{
		"seen running":                        21 * time.Second,
		"over since it was last seen waiting": 100 * time.Millisecond,
	} {
		t.Run(name, func(t *testing.T) {
			withHarness(t, func(d *harness) {
				lives := sim.Lives(1, 1)
				lives[0].Fail, lives[0].Start, lives[0].Work, lives[0].Duration = false, 25*time.Second, span, span
				lives[0].End = lives[0].Start + span
				d.paste(d.api.Add(sim.Describe(1, lives)...)[0].String()).press("down")
				d.waitFor(" 1/1 ")
				took := regexp.MustCompile(`Took +(\w+)`).FindStringSubmatch(d.screen())
				if took == nil {
					d.Fatalf("nothing says how long it took:\n%s", d.screen())
				}
				d.sees("✓ Done          after " + took[1])
				if row := d.line("✓ Done        "); ends(row, took[1]) != ends(d.line("description"), " time") {
					t.Errorf("the details say %s, the row\n%s", took[1], row)
				}
			})
		})
	}
}
