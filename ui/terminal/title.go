package terminal

import "github.com/charmbracelet/x/ansi"

// maxTitle is how long a window title may be, in cells: longer than any tab or
// task bar shows, short enough for every terminal's buffer.
const maxTitle = 120

// Sequences for the time that the screen is ours, in pairs.
const (
	// PushTitle has the terminal remember its title, PopTitle puts it back (XTWINOPS 22 and 23).
	PushTitle = "\x1b[22;2t"
	PopTitle  = "\x1b[23;2t"
	// NoWrap keeps a row that the terminal draws wider than we think from spilling
	// into the next one (DECAWM): it damages its own right end instead. Wrap is a shell's usual state.
	NoWrap = "\x1b[?7l"
	Wrap   = "\x1b[?7h"
	// Mouse asks for clicks, drags and the wheel, in the form without limits (1002, 1006).
	Mouse = "\x1b[?1002h\x1b[?1006h"
	// pushKeys has keys come as they do by default, whatever a program that ended left on:
	// the keypad's own and the arrows' (DECKPNM, DECCKM), xterm's modifyOtherKeys, kitty's
	// protocol. Terminals keep kitty's flags for each screen, so they are pushed, and
	// popKeys pops them, while the other screen is on.
	pushKeys = "\x1b>\x1b[?1l\x1b[>4;0m\x1b[>0u"
	popKeys  = "\x1b[<u"
)

// Release returns what takes back everything that Bubble Tea asks of a terminal: the mouse,
// focus reports, bracketed paste, the other screen, and the hidden cursor, of which some
// terminals have one for each screen.
func Release(env Env) string {
	release := "\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1004l\x1b[?2004l\x1b[?25h\x1b[?1049l\x1b[?25h"
	if env.obeys() {
		return popKeys + release
	}
	return release
}

// Enter returns what to send when the screen becomes ours, Leave what puts
// everything back. Leave is right at any time, and any number of times less one:
// the title comes back once.
func Enter(env Env) string {
	if !env.obeys() {
		return NoWrap
	}
	return PushTitle + NoWrap
}

// Leave undoes [Enter].
func Leave(env Env) string {
	if !env.obeys() {
		return Wrap
	}
	return Wrap + PopTitle
}

// Title returns the sequence that sets the window's title, and "" for terminals
// that would print it. The text may be untrusted.
func Title(env Env, text string) string {
	if !env.obeys() {
		return ""
	}
	return ansi.SetWindowTitle(Charset(env).Cut(text, maxTitle))
}
