package terminal

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

const (
	// pushTitle makes the terminal remember its title, popTitle restores it (XTWINOPS). Terminals without
	// a stack keep an empty title, for which most show their default: they don't tell it (CSI 21 t) either.
	pushTitle, popTitle = "\x1b[22;2t", "\x1b]2;\a\x1b[23;2t"
	// pushKeys makes keys come in their default form, whatever a program that ended left on, and
	// popKeys undoes it. Terminals keep kitty's flags for each screen.
	pushKeys = ansi.KeypadNumericMode + ansi.ResetModeCursorKeys + "\x1b[>4;0m\x1b[>0u"
	popKeys  = "\x1b[<u"
	// release undoes all that Bubble Tea requests. Some terminals have a cursor for each screen.
	release = ansi.ResetModeMouseButtonEvent + ansi.ResetModeMouseAnyEvent + ansi.ResetModeMouseExtSgr +
		ansi.ResetModeFocusEvent + ansi.ResetModeBracketedPaste +
		ansi.ShowCursor + ansi.ResetModeAltScreenSaveCursor + ansi.ShowCursor
	maxTitle = 120 // cells: longer than any tab or task bar shows
	// maxClipboard is how many bytes may be copied by OSC 52: 100,000 bytes of sequence, which
	// the strictest of the usual terminals accept. They drop, or cut, longer texts silently.
	maxClipboard = 74_994
)

// Enter prepares the terminal for the dashboard, and may request clicks, drags and the wheel.
// Without wrapping, a row that is drawn wider than we think damages only its own right end.
func (s *Screen) Enter(mouse bool) {
	s.Send(s.env.unlessPrinted(pushTitle) + ansi.ResetModeAutoWrap)
	if mouse {
		s.Send(ansi.SetModeMouseButtonEvent + ansi.SetModeMouseExtSgr)
	}
}

// Leave undoes [Screen.Enter].
func (s *Screen) Leave() { s.Send(ansi.SetModeAutoWrap + s.env.unlessPrinted(popTitle)) }

// Title sets the window's title to a text, which may be untrusted.
func (s *Screen) Title(text string) {
	s.Send(s.env.unlessPrinted(ansi.SetWindowTitle(Charset(s.env).Cut(text, maxTitle))))
}

// Copy puts text into the clipboard of the person in front of the terminal, over SSH too. It
// waits for a local tmux until ctx ends.
//
// Inside tmux, OSC 52 needs set-clipboard or allow-passthrough, both off by default, but
// load-buffer -w (3.2) neither. A tmux elsewhere gets the sequence plain and wrapped: whichever
// is allowed sets the same text.
func (s *Screen) Copy(ctx context.Context, text string) error {
	if server := s.env["TMUX"]; server != "" {
		cmd := exec.CommandContext(ctx, "tmux", "load-buffer", "-w", "-")
		cmd.Env = append(os.Environ(), "TMUX="+server)
		cmd.Stdin = strings.NewReader(text)
		if cmd.Run() == nil {
			return nil
		}
	}
	if len(text) > maxClipboard {
		return fmt.Errorf("%d KB is too much: terminals accept %d KB on the clipboard", len(text)/1000, maxClipboard/1000)
	}
	plain := ansi.SetSystemClipboard(text)
	wrapped := s.env.Passthrough(plain)
	if s.env.inTmux() || s.env.inScreen() && s.env["STY"] == "" { // GNU screen itself has no clipboard
		wrapped = plain + wrapped
	}
	s.Send(wrapped)
	return nil
}
