package notify

import (
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"example.com/jobwatch/ui/terminal"
)

// Taskbar shows progress in the terminal's tab or in the taskbar (OSC 9;4, ConEmu's).
// Its methods return what to send, and "" where the terminal is not known to
// take it: those that know only iTerm2's OSC 9 would pop up a notification of "4;1;50".
type Taskbar struct{ env terminal.Env }

// NewTaskbar returns the Taskbar of a terminal; one that shows nothing if it has none.
func NewTaskbar(env terminal.Env) Taskbar {
	if !showsProgress(env) {
		return Taskbar{}
	}
	return Taskbar{env: env}
}

// Progress shows a percentage, 0 to 100, in the colour of errors when something
// failed. Ghostty drops one that isn't repeated within 15 s.
func (t Taskbar) Progress(percent int, failed bool) string {
	switch {
	case t.env == nil:
		return ""
	case failed:
		return t.env.Passthrough(ansi.SetErrorProgressBar(percent))
	default:
		return t.env.Passthrough(ansi.SetProgressBar(percent))
	}
}

// Clear takes the progress away; send it on exit.
func (t Taskbar) Clear() string {
	if t.env == nil {
		return ""
	}
	return t.env.Passthrough(ansi.ResetProgressBar)
}

func showsProgress(env terminal.Env) bool {
	if WayOf(env) == ByOSC99 && !env.Multiplexed() {
		return false // kitty took it for a text for long, and inherits the others' variables
	}
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
	parts := strings.Split(version, ".")
	for i, want := range wanted {
		if i >= len(parts) {
			return false
		}
		got, err := strconv.Atoi(parts[i])
		if err != nil || got < want {
			return false
		}
		if got > want {
			return true
		}
	}
	return true
}
