package terminal

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/aymanbagabas/go-osc52/v2"
	"github.com/charmbracelet/x/ansi"
)

// Mouse requests clicks, drags and the wheel, in the form without limits.
const Mouse = ansi.SetModeMouseButtonEvent + ansi.SetModeMouseExtSgr

const (
	// pushTitle makes the terminal remember its title, popTitle restores it (XTWINOPS).
	pushTitle, popTitle = "\x1b[22;2t", "\x1b[23;2t"
	// pushKeys makes keys come in their default form, whatever a program that ended left on:
	// the keypad's own and the arrows', xterm's modifyOtherKeys, kitty's protocol. Terminals
	// keep kitty's flags for each screen, so they are pushed, and popped by popKeys, while
	// the alternate screen is on.
	pushKeys = ansi.KeypadNumericMode + ansi.ResetModeCursorKeys + "\x1b[>4;0m\x1b[>0u"
	popKeys  = "\x1b[<u"
)

// Release returns the sequence that undoes all that Bubble Tea requests from a terminal:
// the mouse, focus reports, bracketed paste, the alternate screen, and the hidden cursor, of
// which some terminals have one for each screen.
func Release(env Env) string {
	release := ansi.ResetModeMouseButtonEvent + ansi.ResetModeMouseAnyEvent + ansi.ResetModeMouseExtSgr +
		ansi.ResetModeFocusEvent + ansi.ResetModeBracketedPaste +
		ansi.ShowCursor + ansi.ResetModeAltScreenSaveCursor + ansi.ShowCursor
	if env.ignoresUnknown() {
		return popKeys + release
	}
	return release
}

// Enter returns the sequence to send when the dashboard takes the screen. Without wrapping,
// a row that the terminal draws wider than we think damages only its own right end, not the
// next row.
func Enter(env Env) string {
	if !env.ignoresUnknown() {
		return ansi.ResetModeAutoWrap
	}
	return pushTitle + ansi.ResetModeAutoWrap
}

// Leave returns the sequence that undoes [Enter].
func Leave(env Env) string {
	if !env.ignoresUnknown() {
		return ansi.SetModeAutoWrap
	}
	return ansi.SetModeAutoWrap + popTitle
}

// StopTarget is what a [Suspender] stops: a process group, a process by its ID, or nothing.
type StopTarget int

// The targets that are no process.
const (
	NoTarget     StopTarget = -1 // we were stopped already, and have continued
	ProcessGroup StopTarget = 0  // all that the shell started with us, as the kernel does for ctrl+z
)

// maxTitle is how long a window title may be, in cells: longer than any tab or
// task bar shows, short enough for every terminal's buffer.
const maxTitle = 120

// Title returns the sequence that sets the window's title, and "" for terminals
// that would print it. The text may be untrusted.
func Title(env Env, text string) string {
	if !env.ignoresUnknown() {
		return ""
	}
	return ansi.SetWindowTitle(Charset(env).Cut(text, maxTitle))
}

// MaxClipboard is how many bytes may be copied by OSC 52: 100,000 bytes of sequence,
// which the strictest of the usual terminals accept, less its frame, in base64. About
// 2,000 job IDs.
const MaxClipboard = 74_994

// TooLargeError reports a text that terminals would drop, or cut, silently.
type TooLargeError struct{ Size int }

// Error returns a message with both sizes.
func (e *TooLargeError) Error() string {
	return fmt.Sprintf("%d KB is too much: terminals accept %d KB on the clipboard", e.Size/1000, MaxClipboard/1000)
}

// Copy puts text into the clipboard of the person in front of the terminal, over SSH too.
// Only a local tmux reports whether that worked. Like [Output.Send], Copy belongs in a
// command, not in Update.
//
// Inside tmux the two sequences depend on its options, and both fail by default:
// plain OSC 52 needs set-clipboard on (the default, external, excludes programs), the
// passthrough needs allow-passthrough on (off since 3.3). tmux load-buffer -w (3.2) needs
// neither, so it comes first. Without such a tmux, as over SSH from inside one, both
// sequences are sent: whichever is allowed sets the same text. They are also sent when ctx
// ends before a tmux that hangs has answered.
func Copy(ctx context.Context, out *Output, env Env, text string) error {
	if env["TMUX"] != "" && loadTmuxBuffer(ctx, env["TMUX"], text) {
		return nil
	}
	if len(text) > MaxClipboard {
		return &TooLargeError{Size: len(text)}
	}
	plain := osc52.New(text)
	switch {
	case env.inTmux():
		out.Send(plain.String() + plain.Tmux().String())
	case env["STY"] != "":
		out.Send(plain.Screen().String())
	case env.inScreen(): // by TERM only: over SSH from a screen, or from a tmux that calls itself so
		out.Send(plain.String() + plain.Screen().String())
	default:
		out.Send(plain.String())
	}
	return nil
}

// loadTmuxBuffer copies text into the buffer of the tmux that we run in, and reports
// whether it did. server is $TMUX.
func loadTmuxBuffer(ctx context.Context, server, text string) bool {
	cmd := exec.CommandContext(ctx, "tmux", "load-buffer", "-w", "-")
	cmd.Env = append(os.Environ(), "TMUX="+server)
	cmd.Stdin = strings.NewReader(text)
	return cmd.Run() == nil
}
