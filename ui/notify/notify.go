// Package notify tells people who look elsewhere: by the desktop's notifications
// where the terminal is known to pass them on, else by its bell; and by the progress
// in the taskbar. It makes sequences and sentences, and sends nothing.
package notify

import (
	"fmt"
	"strings"

	"example.com/jobwatch/ui/sanitize"
	"example.com/jobwatch/ui/terminal"
)

// Mode is what the user wants: the value of --notify. The zero value is [Desktop].
type Mode uint8

// The modes.
const (
	Desktop Mode = iota // by the desktop where the terminal is known to do it, else by the bell
	Bell
	None
)

// ParseMode reads a flag's value: none, bell or desktop.
func ParseMode(s string) (Mode, error) {
	for _, m := range []Mode{None, Bell, Desktop} {
		if s == m.String() {
			return m, nil
		}
	}
	return Desktop, fmt.Errorf("notification %q is none of none, bell, desktop", s)
}

// String returns the flag's value.
func (m Mode) String() string {
	switch m {
	case None:
		return "none"
	case Bell:
		return "bell"
	default:
		return "desktop"
	}
}

// Way is how a terminal takes a notification.
type Way uint8

// The ways. All but the bell end in BEL rather than ST, so that they can be wrapped.
const (
	ByBell   Way = iota
	ByOSC9       // iTerm2's: a text
	ByOSC99      // kitty's: with a title, and a name by which a later one replaces it
	ByOSC777     // urxvt's: with a title
)

// String names the way for people, as --test-notification does.
func (w Way) String() string {
	switch w {
	case ByOSC9:
		return "OSC 9"
	case ByOSC99:
		return "OSC 99"
	case ByOSC777:
		return "OSC 777"
	default:
		return "bell"
	}
}

// WayOf returns the way that the terminal is known to take. TERM comes first, then
// TERM_PROGRAM: other variables are inherited by terminals that were started from
// one. They count all the same where these two name a multiplexer, or SSH dropped them.
func WayOf(env terminal.Env) Way {
	switch name := env["TERM"]; {
	case name == "xterm-kitty":
		return ByOSC99
	case name == "xterm-ghostty", name == "foot", strings.HasPrefix(name, "foot-"), name == "wezterm", strings.HasPrefix(name, "contour"):
		return ByOSC777
	}
	switch env["TERM_PROGRAM"] {
	case "", "tmux", "screen":
	case "iTerm.app":
		return ByOSC9
	case "ghostty", "WezTerm", "WarpTerminal":
		return ByOSC777
	default: // a terminal that we know no way of
		return ByBell
	}
	switch {
	case env["KITTY_WINDOW_ID"] != "":
		return ByOSC99
	case env["LC_TERMINAL"] == "iTerm2", env["ITERM_SESSION_ID"] != "":
		return ByOSC9
	case env["GHOSTTY_RESOURCES_DIR"] != "", env["WEZTERM_PANE"] != "":
		return ByOSC777
	}
	return ByBell
}

// What a notification may hold, in cells: more is cut by every desktop.
const (
	title   = "jobwatch"
	maxText = 200
)

// Sequence returns what to send for a notification of this text, which may be
// untrusted; "" with [None].
//
// Inside tmux and GNU screen it rings the bell besides: whether they pass the
// sequence on is their configuration's to say, and the bell always marks the window.
func Sequence(env terminal.Env, mode Mode, text string) string {
	const bell = "\a"
	way := WayOf(env)
	switch {
	case mode == None:
		return ""
	case mode == Bell, way == ByBell:
		return bell
	}
	sequence := env.Passthrough(way.sequence(sanitize.Cut(text, maxText)))
	if env.Multiplexed() {
		sequence += bell
	}
	return sequence
}

// Ways are all that can be tried on a terminal: only the bell on those that print what
// they don't know.
func Ways(env terminal.Env) []Way {
	switch env["TERM"] {
	case "linux", "dumb":
		return []Way{ByBell}
	}
	return []Way{ByBell, ByOSC9, ByOSC777, ByOSC99}
}

// Test returns what to send to try a way, whatever the terminal is known for.
func (w Way) Test(env terminal.Env) string {
	if w == ByBell {
		return w.sequence("") // which is for tmux itself, too
	}
	return env.Passthrough(w.sequence("this one came by " + w.String()))
}

// sequence spells a clean text in the way's own form.
func (w Way) sequence(text string) string {
	switch w {
	case ByOSC9: // the title first, so that no text can look like OSC 9;4, the progress
		return "\x1b]9;" + title + ": " + text + "\a"
	case ByOSC99:
		return "\x1b]99;i=jobwatch:d=0:p=title;" + title + "\a" +
			"\x1b]99;i=jobwatch:d=1:p=body;" + text + "\a"
	case ByOSC777: // the body is the last field, but some terminals split it all the same
		return "\x1b]777;notify;" + title + ";" + strings.ReplaceAll(text, ";", ",") + "\a"
	default:
		return "\a"
	}
}
