package ui

import (
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
)

// Why a job failed is what people look for in its row: it goes before how far the job
// came, and all other columns stay where they are.
func TestAFailedJobsRowSaysWhyInANarrowList(t *testing.T) {
	atDesk(t, func(d *desk) {
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
				t.Errorf("%d columns: %q", tt.width, row)
			}
			if tt.width < 80 {
				continue // there are other columns
			}
			heading := d.line("description")
			for column, text := range map[string]string{" time ": " 32s ", " ago": " 55s"} {
				if ends(row, text) != ends(heading, column) {
					t.Errorf("%d columns: %q is not in its column:\n%s\n%s", tt.width, text, heading, row)
				}
			}
		}
	})
}

// line is the first line of the screen with a text in it.
func (d *desk) line(text string) string {
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
