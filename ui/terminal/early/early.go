// Package early keeps Lip Gloss from asking the terminal.
//
// Bubble Tea 1.3 asks the terminal for its background colour before main runs
// (its init calls lipgloss.HasDarkBackground). That writes an escape sequence even
// for --version, and waits up to 5 s for terminals that never answer. Lip Gloss does
// not ask when it has been told; so it is told here, before Bubble Tea can ask.
//
// The order is the language's, not luck: since Go 1.21 packages are initialised
// in the order of their import paths as soon as all that they import is
// initialised. This one imports nothing that Bubble Tea doesn't, and its path,
// example.com/…, sorts before github.com/charmbracelet/bubbletea. So it must not
// import anything else, and moving the module to a path after that needs another remedy.
package early

import (
	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"
)

// A dark background and no colours until main knows better, from ui/terminal. Tests of
// the screen get the same, on any machine.
func init() { //nolint:gochecknoinits // Bubble Tea asks in its init; only another init comes before it
	lipgloss.SetHasDarkBackground(true)
	lipgloss.SetColorProfile(termenv.Ascii)
}
