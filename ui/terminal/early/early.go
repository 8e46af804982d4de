// Package early keeps Lip Gloss from querying the terminal.
//
// Bubble Tea 1.3 queries the terminal's background colour before main runs (its init calls
// lipgloss.HasDarkBackground). That writes an escape sequence even for --version, and waits
// up to 5 s for terminals that never answer. Lip Gloss does not query what has been set, so
// it is set here, before Bubble Tea's init.
//
// That order is guaranteed: since Go 1.21 packages are initialised in the order of their
// import paths as soon as their imports are. This one imports nothing that Bubble Tea
// doesn't, and its path, example.com/…, sorts before github.com/charmbracelet/bubbletea. So
// it must not import anything else, and a module path that sorts later needs another remedy.
package early

import (
	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"
)

// init sets a dark background and no colours, until main knows better from ui/terminal.
// Tests of the screen get the same on any machine.
func init() { //nolint:gochecknoinits // Bubble Tea queries in its init; only another init comes before it
	lipgloss.SetHasDarkBackground(true)
	lipgloss.SetColorProfile(termenv.Ascii)
}
