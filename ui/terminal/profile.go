package terminal

import (
	"strings"

	"github.com/charmbracelet/colorprofile"
	"github.com/muesli/termenv"

	"example.com/jobwatch/ui/sanitize"
)

// Profile returns how many colours the terminal shows, told from the environment
// alone: NO_COLOR (no-color.org: set to anything), CLICOLOR and CLICOLOR_FORCE
// (bixense.com/clicolors), TERM, COLORTERM. The terminal is taken to be one.
func Profile(env Env) termenv.Profile {
	forced := env["CLICOLOR_FORCE"] != "" && env["CLICOLOR_FORCE"] != "0"
	if env["NO_COLOR"] != "" || env["CLICOLOR"] == "0" && !forced {
		return termenv.Ascii
	}
	switch strings.ToLower(env["COLORTERM"]) {
	case "truecolor", "24bit":
		// tmux makes of them what its own terminal shows; GNU screen knows none.
		if env.inTmux() {
			return termenv.TrueColor
		}
	}
	var list []string
	for name, value := range env {
		if name != "NO_COLOR" { // "" means that colours are wanted
			list = append(list, name+"="+value)
		}
	}
	switch p := colorprofile.Env(list); p {
	case colorprofile.TrueColor:
		return termenv.TrueColor
	case colorprofile.ANSI256:
		return termenv.ANSI256
	case colorprofile.ANSI:
		return termenv.ANSI
	default:
		return termenv.Ascii
	}
}

// Charset returns what the terminal can draw: ASCII on the Linux console, on a
// terminal that is none to speak of, and where the locale is not UTF-8. Where no
// locale is set at all, as in most containers, the terminal outside is taken to be a
// modern one; but not inside tmux, which then draws "_" for all that isn't ASCII.
func Charset(env Env) sanitize.Charset {
	switch env["TERM"] {
	case "linux", "dumb", "cons25", "vt52", "vt100", "vt220":
		return sanitize.ASCII
	}
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} { // POSIX: the first that is set
		locale := strings.ToLower(env[name])
		switch {
		case locale == "":
		case strings.Contains(locale, "utf-8"), strings.Contains(locale, "utf8"):
			return sanitize.Unicode
		default:
			return sanitize.ASCII
		}
	}
	if env["TMUX"] != "" || env["STY"] != "" {
		return sanitize.ASCII
	}
	return sanitize.Unicode
}
