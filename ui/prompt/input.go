package prompt

import (
	"iter"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"example.com/jobwatch/ui/sanitize"
)

// maxInput is the longest text that a prompt takes, in runes.
const maxInput = 4096

// input is the line of text that a prompt asks for. The cursor, a place between bytes, never
// stands inside a grapheme cluster.
type input struct {
	value  string
	cursor int
}

// press acts on a key, and returns as [input.insert] does. A deletion takes what the move
// with it goes over.
func (in *input) press(msg tea.KeyMsg) (left string) {
	name, from, to := msg.String(), in.cursor, 0
	if len(msg.Runes) > 0 && !msg.Alt { // together they may spell a key's name, such as "home"
		name = ""
	}
	isLetter := func(r rune) bool { return !unicode.IsSpace(r) }
	switch name {
	case "home", "ctrl+a", "ctrl+u":
	case "end", "ctrl+e", "ctrl+k":
		to = len(in.value)
	case "left", "ctrl+b", "backspace", "ctrl+h":
		to = from - 1
	case "right", "ctrl+f", "delete", "ctrl+d":
		to = from + 1
	case "alt+left", "ctrl+left", "alt+b", "alt+backspace", "ctrl+w":
		to = len(strings.TrimRightFunc(strings.TrimRightFunc(in.value[:from], unicode.IsSpace), isLetter))
	case "alt+right", "ctrl+right", "alt+f", "alt+delete", "alt+d":
		to = len(in.value) - len(strings.TrimLeftFunc(strings.TrimLeftFunc(in.value[from:], unicode.IsSpace), isLetter))
	default:
		return in.insert([]byte(string(msg.Runes)))
	}
	in.moveTo(to, to < from)
	switch name {
	case "ctrl+u", "ctrl+k", "backspace", "ctrl+h", "delete", "ctrl+d", "alt+backspace", "ctrl+w", "alt+delete", "alt+d":
		in.value = in.value[:min(from, in.cursor)] + in.value[max(from, in.cursor):]
		in.moveTo(min(from, in.cursor), false) // what was apart may have joined
	}
	return ""
}

// moveTo moves the cursor to a place, or on from there, back or forth, out of a cluster.
func (in *input) moveTo(to int, back bool) {
	in.cursor = 0
	for cluster := range in.clusters() {
		end := in.cursor + len(cluster)
		if in.cursor >= to || back && end > to {
			return
		}
		in.cursor = end
	}
}

// clusters yields the text's grapheme clusters.
func (in *input) clusters() iter.Seq[string] {
	return func(yield func(string) bool) {
		for rest := in.value; rest != ""; {
			cluster, _ := ansi.FirstGraphemeCluster(rest, ansi.GraphemeWidth)
			if rest = rest[len(cluster):]; !yield(cluster) {
				return
			}
		}
	}
}

// insert puts a text of any kind at the cursor, as one line: line ends and tabs become
// spaces, and control characters go. It says so if there was no room for all of it.
func (in *input) insert(text []byte) (left string) {
	head := string(text[:min(len(text), 16*maxInput)]) // a paste may have 64 MiB
	line := []rune(strings.Map(func(r rune) rune {
		switch {
		case r >= '\t' && r <= '\r', r == '\u0085', r == '\u2028', r == '\u2029':
			return ' '
		case unicode.IsControl(r), r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, strings.ReplaceAll(head, "\r\n", "\n")))
	room := maxInput - utf8.RuneCountInString(in.value)
	before := in.value[:in.cursor] + string(line[:min(len(line), room)])
	in.value = before + in.value[in.cursor:]
	in.moveTo(len(before), false)
	if len(head) < len(text) || len(line) > room {
		return "only " + strconv.Itoa(maxInput) + " characters fit here: the rest was left out"
	}
	return ""
}

// shown returns what can be seen of the text in a width, and how many cells from its
// start the cursor stands, less than width. What can't be drawn is a blank cell.
func (in *input) shown(c sanitize.Charset, width int) (text string, cursor int) {
	var cells strings.Builder
	before, end := 0, 0 // of the cursor; of the clusters so far
	for cluster := range in.clusters() {
		drawn := c.Line(cluster)
		if sanitize.Width(drawn) == 0 {
			drawn = " "
		}
		cells.WriteString(drawn)
		if end += len(cluster); end <= in.cursor {
			before = cells.Len()
		}
	}
	// Widths are those of whole texts: clusters may join when they are clean.
	whole := cells.String()
	end = sanitize.Width(whole)
	at := min(sanitize.Width(whole[:before]), end)
	first := min(at-width/2, end+1-width)
	tail := ansi.TruncateLeft(whole, first, "")
	if first > 0 && sanitize.Width(tail) > end-first { // a wide letter begins before it
		tail = ansi.TruncateLeft(whole, first+1, "")
	}
	return ansi.Truncate(tail, width, ""), at - (end - sanitize.Width(tail))
}
