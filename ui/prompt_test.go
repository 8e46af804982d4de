package ui

import (
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
)

// bottom is the footer, and how many cells of it are left of the terminal's cursor; -1
// where that is hidden.
func (d *desk) bottom() (text string, cursor int) {
	lines := strings.Split(d.screen(), "\n")
	c := d.model.cursor
	if !c.Shown {
		return lines[len(lines)-1], -1
	}
	if c.Y != len(lines)-1 {
		d.Errorf("the cursor is in row %d of %d", c.Y, len(lines))
	}
	return lines[len(lines)-1], c.X
}

// asks wants a prompt's text around the cursor, which | stands for.
func (d *desk) asks(want string) {
	d.Helper()
	text, cursor := d.bottom()
	before, after, _ := strings.Cut(want, "|")
	if !strings.HasSuffix(ansi.Truncate(text, cursor, ""), before) || !strings.HasPrefix(ansi.TruncateLeft(text, cursor, ""), after) {
		d.Errorf("the prompt is %q, with the cursor at %d, want %s", text, cursor, want)
	}
}

// In a textinput, alt+d before the last letter was the end of the program.
func TestAWordIsDeletedBeforeTheLastLetter(t *testing.T) {
	atDesk(t, func(d *desk) {
		_, text := d.jobs(2)
		d.paste(text)
		for _, open := range []string{"/", "n", "e", "a"} {
			for _, del := range []string{"alt+d", "alt+delete"} {
				d.press(open, "ctrl+u")
				d.typed("ab")
				d.press("left", del)
				d.asks("a|")
				d.press("esc")
			}
		}
	})
}

// What one read of a slow line brings is inserted whole, also where it spells a key.
func TestLettersThatComeTogetherAreTyped(t *testing.T) {
	atDesk(t, func(d *desk) {
		d.press("/")
		for _, text := range []string{"up", " ", "home", "end", "ctrl+l"} {
			d.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(text)})
		}
		d.asks("/up homeendctrl+l|")
	})
}

// A half-typed ID without hyphens finds its job as soon as it is whole.
// A paste into the prompt for IDs adds them; one without stays there, to be mended.
// A question is not answered by a paste, nor is the paste lost.
// A paste goes to what had the keyboard when it came, however long it takes to be read.
func TestTheCursorStandsWhereTheNextLetterGoes(t *testing.T) {
	atDesk(t, func(d *desk) {
		if _, cursor := d.bottom(); cursor >= 0 {
			d.Error("the cursor is shown without a prompt")
		}
		d.demo()
		d.press("/")
		d.asks("/|")
		d.typed("漢字e\u0301x")
		d.asks("/漢字\u00e9x|")
		d.press("left")
		d.asks("/漢字\u00e9|x")
		d.press("left", "left")
		d.asks("/漢|字\u00e9x")
		for width := minWidth; width < 130; width++ {
			d.send(tea.WindowSizeMsg{Width: width, Height: 20})
			d.asks("/漢|字\u00e9x")
		}
		d.send(tea.WindowSizeMsg{Width: 20, Height: 5})
		if d.model.cursor.Shown {
			d.Error("the cursor is shown where the screen is too small")
		}
	})
}

// ctrl+l works everywhere; a focus event has the screen sent again once a minute.
