package ui

import (
	"math/rand/v2"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

// A window's corner is dragged about, keys are hit at random, and everything moves:
// whatever the size, every line fits it.
func TestAStormOfSizesAndKeys(t *testing.T) {
	withHarness(t, func(d *harness) {
		d.demo()
		rng := rand.New(rand.NewPCG(1, 2))
		keys := []string{
			"j", "k", "g", "G", "pgup", "pgdown", "left", "right", "-", "enter", "esc", "/", "tab", "s", "a", "n", " ", "*",
			"x", "y", "c", "u", "r", "R", "p", "l", "!", "?", "up", "down", "e", "q", "backspace", "ü", "仕", "alt+d", "delete", "ctrl+w", "home", "ctrl+l",
		}
		for range 1000 {
			width, height := 1+rng.IntN(140), 1+rng.IntN(50)
			if rng.IntN(4) == 0 {
				width, height = 1+rng.IntN(300), 1+rng.IntN(100)
			}
			d.send(tea.WindowSizeMsg{Width: width, Height: height})
			d.fits(width, height)
			d.press(keys[rng.IntN(len(keys))])
			d.fits(width, height)
			d.wait(time.Duration(rng.IntN(300)) * time.Millisecond)
			d.fits(width, height)
		}
	})
}
