package ui

import (
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"

	"example.com/jobwatch/poller/sim"
	"example.com/jobwatch/ui/style"
)

func TestRows(t *testing.T) {
	stories(t, map[string]func(*harness){
		// Why a job failed is what people look for in its row: it goes before how far the job
		// came, and all other columns stay where they are.
		"a failed jobs row says why in a narrow list": func(d *harness) {
			d.pose()
			for _, tt := range []struct {
				width int
				cause string
			}{
				{64, "Image not found:…"},
				{80, "Image not found: figures"},
				{100, "Image not found: figures/architecture.png"},
				{119, "Image not found: figures/architecture.png"},
				{120, "Image not found: figures"},
				{200, "Image not found: figures/architecture.png"},
			} {
				d.send(tea.WindowSizeMsg{Width: tt.width, Height: 40})
				row := d.line("CEO")
				if !strings.Contains(row, tt.cause) {
					d.Errorf("%d columns: %q", tt.width, row)
				}
				if tt.width < 80 {
					continue // there are other columns
				}
				heading := d.line("description")
				for column, text := range map[string]string{" time ": " 32s ", " ago": " 55s"} {
					if ends(row, text) != ends(heading, column) {
						d.Errorf("%d columns: %q is not in its column:\n%s\n%s", tt.width, text, heading, row)
					}
				}
			}
		},
		// Twenty jobs that are Done don't hide the one that is not: only its mark calls for a look.
		"the mark of a failure stands out": func(d *harness) {
			d.add(3, func(i int, j *sim.Job) {
				if i == 1 {
					failing(j, 2*time.Second, "no fonts")
				} else {
					steady(j, 2*time.Second)
				}
			})
			d.waitFor(" 3/3 ")
			look := func(palette style.Palette, profile termenv.Profile, dark bool) {
				d.Helper()
				d.model.opts.Palette, d.model.opts.Profile = palette, profile
				d.model.retheme(dark)
				d.send(tea.WindowSizeMsg{Width: 120, Height: 36})
				for line := range strings.Lines(d.model.View()) {
					before, _, marked := strings.Cut(line, "•")
					role := style.Dim
					if strings.Contains(ansi.Strip(line), "•✗") {
						role = style.Warn
					}
					style := d.model.theme.SGR(style.Plain, role)
					if marked && style != "0" && !strings.HasSuffix(before, "\x1b["+style+"m") {
						d.Errorf("want %q in %q", style, line)
					}
				}
				if n := strings.Count(d.screen(), "•"); n != 3 || strings.Count(d.screen(), "•✗ Error") != 1 {
					d.Errorf("%d marks:\n%s", n, d.screen())
				}
			}
			for _, th := range style.Themes() {
				for _, dark := range []bool{true, false} {
					look(th.Palette, termenv.TrueColor, dark)
					look(th.Palette, termenv.ANSI256, dark)
					look(th.Palette, termenv.ANSI, dark)
				}
			}
			look(style.Calm(), termenv.Ascii, true)
		},
	})
}

// line is the first line of the screen with a text in it.
func (d *harness) line(text string) string {
	d.Helper()
	for line := range strings.Lines(d.screen()) {
		if strings.Contains(line, text) {
			return line
		}
	}
	d.Fatalf("%q is not on the screen:\n%s", text, d.screen())
	return ""
}

// ends is the column where a text ends in a line.
func ends(line, text string) int {
	before, _, _ := strings.Cut(line, text)
	return ansi.StringWidth(before + text)
}
