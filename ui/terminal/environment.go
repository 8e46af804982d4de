// Package terminal controls the terminal: what it shows, its modes, its title and its
// clipboard. What it can do follows from the environment.
package terminal

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"

	"example.com/jobwatch/ui/sanitize"
)

// init sets a dark background and no colours until main knows better, before Bubble Tea's
// init queries the terminal, and waits up to 5 s for one that never answers: of packages whose
// imports are ready, that whose path sorts first is initialised first.
func init() { //nolint:gochecknoinits // only another init comes before Bubble Tea's
	lipgloss.SetHasDarkBackground(true)
	lipgloss.SetColorProfile(termenv.Ascii)
}

// Env is the environment, which identifies the terminal.
type Env map[string]string

// Environ reads an environment in the form of [os.Environ].
func Environ(list []string) Env {
	env := make(Env, len(list))
	for _, entry := range list {
		name, value, _ := strings.Cut(entry, "=")
		env[name] = value
	}
	return env
}

// kind returns TERM. Windows sets none; its terminals are "windows".
func (e Env) kind() string {
	if e["TERM"] == "" && (e["WT_SESSION"] != "" || e["OS"] == "Windows_NT") {
		return "windows"
	}
	return e["TERM"]
}

// Draws reports whether the terminal can show a screen, unlike an editor's shell buffer or a log.
func (e Env) Draws() bool { return e.kind() != "" && e.kind() != "dumb" }

// unlessPrinted returns a sequence, or "" if the terminal prints those that it doesn't know.
func (e Env) unlessPrinted(sequence string) string {
	if slices.Contains([]string{"", "dumb", "linux", "cons25", "vt52"}, e.kind()) {
		return ""
	}
	return sequence
}

// inTmux reports whether the terminal is a tmux, here or (over SSH) elsewhere.
func (e Env) inTmux() bool {
	return e["TMUX"] != "" || strings.HasPrefix(e["TERM"], "tmux")
}

// inScreen reports whether the terminal is GNU screen, or, over SSH, a tmux that says so.
func (e Env) inScreen() bool {
	return !e.inTmux() && (e["STY"] != "" || strings.HasPrefix(e["TERM"], "screen"))
}

// Multiplexed reports whether tmux or GNU screen runs between us and the terminal.
func (e Env) Multiplexed() bool { return e.inTmux() || e.inScreen() }

// Passthrough wraps a sequence, without ST, so that tmux (if allow-passthrough is on) or GNU
// screen passes it on to the terminal, and returns it unchanged without them.
func (e Env) Passthrough(sequence string) string {
	switch {
	case e.inTmux():
		return ansi.TmuxPassthrough(sequence)
	case e.inScreen():
		return ansi.ScreenPassthrough(sequence, 250) // its own limit, before 2014, is 256 bytes
	}
	return sequence
}

// Profile returns how many colours the terminal shows, as the environment says: NO_COLOR
// (no-color.org), CLICOLOR and CLICOLOR_FORCE (bixense.com/clicolors), TERM, COLORTERM.
func Profile(env Env) termenv.Profile {
	forced := env["CLICOLOR_FORCE"] != "" && env["CLICOLOR_FORCE"] != "0"
	if env["NO_COLOR"] != "" || env["CLICOLOR"] == "0" && !forced {
		return termenv.Ascii
	}
	var list []string
	for name, value := range env {
		list = append(list, name+"="+value)
	}
	if env.inTmux() && env.Draws() { // it converts colours for its terminal; GNU screen does not
		list = append(list, "TERM=xterm-256color") // else COLORTERM does not count
	}
	// They count the same kinds in opposite directions.
	return termenv.Profile(colorprofile.TrueColor - max(colorprofile.Env(list), colorprofile.ASCII))
}

// Charset returns what the terminal can draw: ASCII on the Linux console, on minimal
// terminals, where the locale is not UTF-8, and in a multiplexer without a locale, which draws
// "_" for all else. Without a locale, as in most containers, others are assumed to be modern.
func Charset(env Env) sanitize.Charset {
	locale := strings.ToLower(cmp.Or(env["LC_ALL"], env["LC_CTYPE"], env["LANG"])) // POSIX: the first that is set
	switch {
	case slices.Contains([]string{"linux", "dumb", "cons25", "vt52", "vt100", "vt220"}, env["TERM"]):
		return sanitize.ASCII
	case strings.Contains(locale, "utf-8"), strings.Contains(locale, "utf8"):
		return sanitize.Unicode
	case locale != "", env["TMUX"] != "", env["STY"] != "":
		return sanitize.ASCII
	}
	return sanitize.Unicode
}

// Background reports whether to draw for a dark background, given the user's setting (auto,
// dark or light), and whether to ask the terminal, as dark is only a guess.
func Background(setting string, env Env) (dark, ask bool) {
	if setting == "dark" || setting == "light" {
		return setting == "dark", false
	}
	// rxvt, Konsole and others set 15;0 or 15;default;0: the last is the background's number
	// among the 16 colours; 7 is light grey, 8 dark grey.
	colours := env["COLORFGBG"]
	if number, err := strconv.ParseUint(colours[strings.LastIndexByte(colours, ';')+1:], 10, 4); err == nil {
		return number <= 6 || number == 8, false
	}
	// GNU screen may have several terminals attached, and passes no reply on.
	return true, env.unlessPrinted(ansi.RequestBackgroundColor) != "" && !env.inScreen()
}
