// Package notify tells people who look elsewhere: by the desktop's notifications or the
// terminal's bell, by the progress in the taskbar, and by a command of their own.
package notify

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"example.com/jobwatch/ui/sanitize"
	"example.com/jobwatch/ui/terminal"
)

// The values of --notify.
const (
	Desktop = "desktop" // by the desktop where the terminal is known to do it, else by the bell
	Bell    = "bell"
	None    = "none"
)

// Way is how a terminal takes a notification, in words for people.
type Way string

// The ways. All but the bell end in BEL rather than ST, so that they can be wrapped.
const (
	ByBell   Way = "bell"
	ByOSC9   Way = "OSC 9"   // iTerm2's: a text
	ByOSC99  Way = "OSC 99"  // kitty's: with a title, and a name by which a later one replaces it
	ByOSC777 Way = "OSC 777" // urxvt's: with a title
)

// WayOf returns the way that the terminal is known to take. TERM comes first, then
// TERM_PROGRAM: others are inherited by terminals that were started from one, and count only
// where these two name a multiplexer, or SSH dropped them.
func WayOf(env terminal.Env) Way {
	name, _, _ := strings.Cut(env["TERM"], "-")
	outer := slices.Contains([]string{"", "tmux", "screen"}, env["TERM_PROGRAM"])
	switch {
	case env["TERM"] == "xterm-kitty":
		return ByOSC99
	case env["TERM"] == "xterm-ghostty", name == "foot", name == "wezterm", name == "contour":
		return ByOSC777
	case env["TERM_PROGRAM"] == "iTerm.app":
		return ByOSC9
	case slices.Contains([]string{"ghostty", "WezTerm", "WarpTerminal"}, env["TERM_PROGRAM"]):
		return ByOSC777
	case outer && env["KITTY_WINDOW_ID"] != "":
		return ByOSC99
	case outer && (env["LC_TERMINAL"] == "iTerm2" || env["ITERM_SESSION_ID"] != ""):
		return ByOSC9
	case outer && (env["GHOSTTY_RESOURCES_DIR"] != "" || env["WEZTERM_PANE"] != ""):
		return ByOSC777
	default:
		return ByBell
	}
}

// Ways are all that can be tried on a terminal: only the bell on those that print what they
// don't know.
func Ways(env terminal.Env) []Way {
	if env["TERM"] == "linux" || env["TERM"] == "dumb" {
		return []Way{ByBell}
	}
	return []Way{ByBell, ByOSC9, ByOSC777, ByOSC99}
}

// Sequence returns what to send for a notification of this text, which may be untrusted, by
// one of the values of --notify. It rings the bell besides in tmux and GNU screen: they may not
// pass the sequence on.
func Sequence(env terminal.Env, mode, text string) string {
	way := WayOf(env)
	switch {
	case mode == None:
		return ""
	case mode == Bell || way == ByBell:
		return "\a"
	case env.Multiplexed():
		return way.Sequence(env, text) + "\a"
	default:
		return way.Sequence(env, text)
	}
}

// Sequence returns what to send for a notification by a way, known to the terminal or not.
func (w Way) Sequence(env terminal.Env, text string) string {
	text = sanitize.Unicode.Cut(text, 200) // more is cut by every desktop
	switch w {
	case ByOSC9: // the title first, so that no text can look like OSC 9;4, the progress
		return env.Passthrough("\x1b]9;jobwatch: " + text + "\a")
	case ByOSC99:
		return env.Passthrough("\x1b]99;i=jobwatch:d=0:p=title;jobwatch\a\x1b]99;i=jobwatch:d=1:p=body;" + text + "\a")
	case ByOSC777: // the body is the last field, but some terminals split it all the same
		return env.Passthrough("\x1b]777;notify;jobwatch;" + strings.ReplaceAll(text, ";", ",") + "\a")
	default:
		return "\a"
	}
}

// Progress returns what to send to show a percentage in the terminal's tab or in the taskbar
// (OSC 9;4), as an error when something failed; a negative one takes it away. It is "" unless
// the terminal is known to take it: others might pop up a notification of "4;1;50". Ghostty
// drops one that isn't repeated within 15 s.
func Progress(env terminal.Env, percent int, failed bool) string {
	switch {
	case WayOf(env) == ByOSC99 && !env.Multiplexed(), // kitty took it for a text for long, and inherits the others' variables
		!showsProgress(env):
		return ""
	case percent < 0:
		return env.Passthrough(ansi.ResetProgressBar)
	case failed:
		return env.Passthrough(ansi.SetErrorProgressBar(percent))
	default:
		return env.Passthrough(ansi.SetProgressBar(percent))
	}
}

func showsProgress(env terminal.Env) bool {
	switch env["TERM_PROGRAM"] {
	case "ghostty", "WezTerm", "mintty":
		return true
	case "iTerm.app":
		return atLeast(env["TERM_PROGRAM_VERSION"], 3, 6, 6)
	}
	return env["TERM"] == "xterm-ghostty" || env["WT_SESSION"] != "" || env["ConEmuANSI"] == "ON" ||
		atLeast(env["VTE_VERSION"], 7900) || atLeast(env["KONSOLE_VERSION"], 250400) ||
		env["GHOSTTY_RESOURCES_DIR"] != "" && env["TERM_PROGRAM"] == "tmux"
}

// atLeast reports whether a version of numbers joined by dots is this one or newer.
func atLeast(version string, wanted ...int) bool {
	var got [3]int
	_, _ = fmt.Sscanf(version, "%d.%d.%d", &got[0], &got[1], &got[2]) // what is missing is 0
	return slices.Compare(got[:], wanted) >= 0
}
