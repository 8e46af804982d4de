package style

import "example.com/jobwatch/ui/sanitize"

// Glyphs are the signs that jobwatch draws with. Each is one cell wide.
type Glyphs struct {
	Charset sanitize.Charset // what untrusted text is reduced to beside them

	Queued, Running, Done, Error, Rejected, GivenUp, Checking string

	Eighths  [9]string // a cell filled by 0 to 8 eighths
	Track    string    // the empty part of a bar where background colours can't show it
	Unknown  string    // a bar whose progress is not known
	Open     string    // an unfolded batch
	Folded   string
	News     string // changed since the user last looked
	Marked   string // selected for an action
	Cursor   string
	Rule     string // a horizontal line
	Side     string // a vertical line
	Ellipsis string
	Dot      string // between parts of a line
	Thumb    string // of the scroll bar
	Live     string // connection states
	Easing   string
	Paused   string
}

// Unicode is for terminals in a UTF-8 locale.
func Unicode() Glyphs {
	return Glyphs{
		Queued: "○", Running: "◐", Done: "✓", Error: "✗", Rejected: "⊘", GivenUp: "?", Checking: "·",
		Eighths: [9]string{" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"},
		Track:   "░", Unknown: "╌", Open: "▾", Folded: "▸", News: "•", Marked: "◆", Cursor: "▌",
		Rule: "─", Side: "│", Ellipsis: "…", Dot: "·", Thumb: "┃",
		Live: "●", Easing: "◌", Paused: "‖",
	}
}

// ASCII is for TERM=linux, whose font lacks most of [Unicode], and for locales
// that are not UTF-8.
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
