package terminal

import (
	"math"
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Background is what the user says of the terminal's background.
type Background uint8

// The backgrounds. The zero value finds out.
const (
	Auto Background = iota
	Dark
	Light
)

// QueryBackground asks the terminal for its background colour. Send it when the
// terminal is in raw mode; the reply comes, if ever, through the keyboard's reader and is
// read by [ParseBackgroundReply].
const QueryBackground = ansi.RequestBackgroundColor

// Decide says whether to draw for a dark background, and whether to ask the
// terminal, in which case dark is only the guess to begin with. Asking costs
// nothing: nobody waits for the reply.
func (b Background) Decide(env Env) (dark, ask bool) {
	switch b {
	case Dark:
		return true, false
	case Light:
		return false, false
	default:
	}
	if dark, ok := fromColorFGBG(env["COLORFGBG"]); ok {
		return dark, false
	}
	// GNU screen has as many terminals as are attached, and passes no reply on.
	return true, env.obeys() && !env.inScreen()
}

// fromColorFGBG reads what rxvt, Konsole and others set: "15;0" or "15;default;0",
// the last being the background's number among the 16 colours.
func fromColorFGBG(s string) (dark, ok bool) {
	number, err := strconv.Atoi(s[strings.LastIndexByte(s, ';')+1:])
	if err != nil || !strings.Contains(s, ";") || number < 0 || number > 15 {
		return false, false
	}
	return number <= 6 || number == 8, true // 7 is light grey, 8 dark grey
}

// ParseBackgroundReply reads the colour of a terminal's reply, such as
// rgb:1e1e/1e1e/2e2e, with one to four hexadecimal digits a channel (XParseColor).
// A background is dark when white reads better on it than black: when its relative
// luminance (WCAG 2) is under 0.18.
func ParseBackgroundReply(colour string) (dark, ok bool) {
	channels, found := strings.CutPrefix(colour, "rgb:")
	if !found {
		if channels, found = strings.CutPrefix(colour, "rgba:"); !found {
			return false, false
		}
	}
	parts := strings.Split(channels, "/")
	if len(parts) < 3 || len(parts) > 4 {
		return false, false
	}
	luminance := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		v, err := strconv.ParseUint(parts[i], 16, 16)
		if err != nil || len(parts[i]) > 4 {
			return false, false
		}
		luminance += weight * linear(float64(v)/(math.Pow(16, float64(len(parts[i])))-1))
	}
	return luminance < 0.18, true
}

// linear undoes the gamma of an sRGB channel, 0 to 1 (WCAG 2, relative luminance).
func linear(c float64) float64 {
	if c <= 0.04045 {
		return c / 12.92
	}
	return math.Pow((c+0.055)/1.055, 2.4)
}
