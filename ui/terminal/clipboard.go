package terminal

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/aymanbagabas/go-osc52/v2"
)

// How says which way a text went to the clipboard, for the status line. No way but
// tmux's own tells whether it arrived.
type How uint8

// The ways.
const (
	ByOSC52       How = iota // the terminal was told; most take it, some must be allowed to
	ThroughTmux              // tmux took it into its buffer and told its terminal
	ByOSC52InTmux            // tmux was told in two ways; its options decide
	ThroughScreen            // GNU screen passes it on to its terminal
)

// String returns the status line's words.
func (h How) String() string {
	switch h {
	case ThroughTmux:
		return "copied through tmux"
	case ByOSC52InTmux:
		return "copied by OSC 52, through tmux"
	case ThroughScreen:
		return "copied by OSC 52, through screen"
	default:
		return "copied by OSC 52"
	}
}

// MaxClipboard is how many bytes may be copied by OSC 52: 100,000 bytes of sequence,
// which the strictest of the usual terminals take, less its frame, in base64. About
// 2,000 job IDs.
const MaxClipboard = 74_994

// TooLargeError reports a text that terminals would drop, or cut, without a word.
type TooLargeError struct{ Size int }

// Error tells both sizes.
func (e *TooLargeError) Error() string {
	return fmt.Sprintf("%d KB are more than terminals take into the clipboard (%d KB)", e.Size/1000, MaxClipboard/1000)
}

// Copy puts text into the clipboard of the person in front of the terminal, over SSH
// too, and says how. Like [Output.Send], it belongs in a command, not in Update.
//
// Inside tmux the two sequences depend on its options, and both fail by default:
// plain OSC 52 needs set-clipboard on (external, the default, is tmux's word for
// "not from programs"), the passthrough needs allow-passthrough on (off since 3.3).
// tmux load-buffer -w (3.2) does the same with neither, and tells whether it worked;
// so that comes first. Where there is no such tmux, as over SSH from inside one,
// both sequences are sent: whichever is allowed sets the same text. They are sent, too,
// when ctx ends before a tmux that hangs has answered.
func Copy(ctx context.Context, out *Output, env Env, text string) (How, error) {
	if env["TMUX"] != "" && loadTmuxBuffer(ctx, env["TMUX"], text) == nil {
		return ThroughTmux, nil
	}
	if len(text) > MaxClipboard {
		return 0, &TooLargeError{Size: len(text)}
	}
	sequence, how := clipboardSequence(env, text)
	out.Send(sequence)
	return how, nil
}

func clipboardSequence(env Env, text string) (string, How) {
	plain := osc52.New(text)
	switch {
	case env.inTmux():
		return plain.String() + plain.Tmux().String(), ByOSC52InTmux
	case env["STY"] != "":
		return plain.Screen().String(), ThroughScreen
	case env.inScreen(): // by TERM only: over SSH from a screen, or from a tmux that calls itself so
		return plain.String() + plain.Screen().String(), ThroughScreen
	default:
		return plain.String(), ByOSC52
	}
}

// loadTmuxBuffer has the tmux that we run in take the text. server is $TMUX.
func loadTmuxBuffer(ctx context.Context, server, text string) error {
	cmd := exec.CommandContext(ctx, "tmux", "load-buffer", "-w", "-")
	cmd.Env = append(os.Environ(), "TMUX="+server)
	cmd.Stdin = strings.NewReader(text)
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("tmux load-buffer: %w: %s", err, bytes.TrimSpace(said.Bytes()))
	}
	return nil
}
