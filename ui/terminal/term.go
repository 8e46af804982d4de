// Package terminal is the terminal's own state, which is ours alone: what it can draw,
// how dark it is, its title and its clipboard. What the terminal can do is told from
// the environment; the one question asked of it is never waited for.
package terminal

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	// Must come first of all that knows Lip Gloss: see there.
	_ "example.com/jobwatch/ui/terminal/early"
)

// Env is the environment that the terminal is known by.
type Env map[string]string

// Environ reads an environment in the form of [os.Environ].
func Environ(list []string) Env {
	env := make(Env, len(list))
	for _, entry := range list {
		if name, value, ok := strings.Cut(entry, "="); ok && name != "" {
			env[name] = value
		}
	}
	return env
}

// inTmux reports whether our terminal is a tmux, here or (over SSH) elsewhere.
func (e Env) inTmux() bool {
	return e["TMUX"] != "" || strings.HasPrefix(e["TERM"], "tmux")
}

// inScreen reports whether our terminal is GNU screen, or may be: over SSH, a tmux
// may call itself screen too.
func (e Env) inScreen() bool {
	return !e.inTmux() && (e["STY"] != "" || strings.HasPrefix(e["TERM"], "screen"))
}

// Passthrough wraps a sequence that is for the terminal around tmux or GNU screen,
// and returns it unchanged where there is neither. tmux drops it silently unless
// allow-passthrough is on. The sequence must not hold ST, which would end the wrapping.
func (e Env) Passthrough(sequence string) string {
	switch {
	case sequence == "":
		return ""
	case e.inTmux():
		return ansi.TmuxPassthrough(sequence)
	case e.inScreen():
		return ansi.ScreenPassthrough(sequence, 0)
	}
	return sequence
}

// Multiplexed reports whether there is a tmux or GNU screen between us and the terminal.
func (e Env) Multiplexed() bool { return e.inTmux() || e.inScreen() }

// Draws reports whether the terminal can show a screen: one that moves no cursor (an
// editor's shell buffer, a log) can't.
func (e Env) Draws() bool {
	if e["TERM"] == "" {
		return e["WT_SESSION"] != "" || e["OS"] == "Windows_NT" // which set none
	}
	return e["TERM"] != "dumb"
}

// obeys reports whether the terminal takes sequences it doesn't know without
// printing parts of them.
func (e Env) obeys() bool {
	switch e["TERM"] {
	case "dumb", "linux", "cons25", "vt52":
		return false
	case "": // Windows sets none, and its terminals are good ones
		return e["WT_SESSION"] != "" || e["OS"] == "Windows_NT"
	}
	return true
}
