package terminal

import (
	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"
)

// init sets a dark background and no colours until main knows better, before Bubble Tea's
// init calls lipgloss.HasDarkBackground. That would query the terminal, even for --version,
// and wait up to 5 s for terminals that never answer. What is set is not queried.
//
// Since Go 1.21, packages are initialised in the order of their import paths as soon as
// their imports are. This package comes first because its path sorts before Bubble Tea's,
// and because Bubble Tea's imports, package log among them, are ready later than its own.
func init() { //nolint:gochecknoinits // only another init comes before Bubble Tea's
	lipgloss.SetHasDarkBackground(true)
	lipgloss.SetColorProfile(termenv.Ascii)
}
