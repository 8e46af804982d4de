// Package style defines what jobwatch looks like: colours by role, glyphs, lines and
// bars, and how durations are written.
package style

import (
	"github.com/muesli/termenv"

	"example.com/jobwatch/ui/sanitize"
)

// Role is the purpose of a piece of text. Colour never carries a meaning alone: a glyph
// or a word always says the same.
type Role uint8

// The roles. Status colours are used for status and for nothing else.
const (
	Text   Role = iota // the terminal's own foreground
	Strong             // headings, the current job's description
	Accent             // running jobs, and where the focus is
	OK                 // Done
	Warn               // stale, stalled, API trouble
	Error              // Error, rejected, given up
	Dim                // old values and labels
	Past               // the bar of a Done job
	roles
)

// Ground is the background of a line.
type Ground uint8

// The grounds.
const (
	Plain    Ground = iota
	Selected        // the row under the cursor
	Track           // the empty part of a progress bar
	SelectedTrack
	grounds
)

// Theme holds prebuilt SGR parameters, so that drawing a row is only appending.
type Theme struct {
	Glyphs

	sgr        [grounds][roles]string
	solidTrack bool // the empty part of a bar is drawn by its background alone
}

// New returns the theme for a terminal of the given colour profile and background. With few
// colours, the background is the terminal's own, and the selection is reversed.
func New(p Palette, profile termenv.Profile, dark bool, g Glyphs) *Theme {
	colourless := profile == termenv.Ascii
	few := colourless || profile == termenv.ANSI
	t := &Theme{Glyphs: g, solidTrack: !few}
	for ground := range grounds {
		reverse := few && (ground == Selected || ground == SelectedTrack)
		back := p.ground(ground).pick(profile, dark)
		for role := range roles {
			params := "0"
			if reverse {
				params += ";7"
			}
			if role == Strong || role == Error && colourless {
				params += ";1"
			}
			if role == Dim && colourless && !reverse {
				params += ";2"
			}
			if front := p.role(role).pick(profile, dark); front != "" && !colourless && !reverse {
				params += ";" + profile.Color(front).Sequence(false)
			}
			if back != "" && !few {
				params += ";" + profile.Color(back).Sequence(true)
			}
			t.sgr[ground][role] = params
		}
	}
	return t
}

// SGR returns the parameters of a role on a ground, a reset first, without "\x1b[" and "m".
func (t *Theme) SGR(g Ground, r Role) string { return t.sgr[g][r] }

// Glyphs are the signs that jobwatch draws with. Each is one cell wide.
type Glyphs struct {
	Charset sanitize.Charset // what untrusted text is reduced to beside them

	Queued, Running, Done, Error, Rejected, GivenUp, Checking string

	Eighths               [9]string // a cell filled by 0 to 8 eighths
	Track, Unknown        string    // the empty part of a bar without background colours, a bar of unknown progress
	News, Marked          string    // changed since the user last looked, selected for an action
	Open, Folded          string    // a batch
	Rule, Side, Thumb     string    // a horizontal and a vertical line, the scroll bar's part in view
	Live, Easing, Paused  string    // connection states
	Cursor, Dot, Ellipsis string    // Dot is between parts of a line
}

// Unicode returns the glyphs for most terminals.
func Unicode() Glyphs {
	return Glyphs{
		Queued: "○", Running: "◐", Done: "✓", Error: "✗", Rejected: "⊘", GivenUp: "?", Checking: "·",
		Eighths: [9]string{" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"},
		Track:   "░", Unknown: "╌", Open: "▾", Folded: "▸", News: "•", Marked: "◆", Cursor: "▌",
		Rule: "─", Side: "│", Ellipsis: "…", Dot: "·", Thumb: "┃",
		Live: "●", Easing: "◌", Paused: "‖",
	}
}

// ASCII returns the glyphs that go with [sanitize.ASCII].
func ASCII() Glyphs {
	return Glyphs{
		Charset: sanitize.ASCII,
		Queued:  "o", Running: ">", Done: "+", Error: "x", Rejected: "!", GivenUp: "?", Checking: ".",
		Eighths: [9]string{"-", "-", "-", "-", "#", "#", "#", "#", "#"},
		Track:   "-", Unknown: "~", Open: "v", Folded: ">", News: "*", Marked: "#", Cursor: "|",
		Rule: "-", Side: "|", Ellipsis: "~", Dot: "-", Thumb: "|",
		Live: "*", Easing: "~", Paused: "=",
	}
}
