package prompt

import (
	"iter"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/bubbles/cursor"
	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"example.com/jobwatch/ui/sanitize"
)

// maxInput is the longest text that a prompt takes, in runes.
const maxInput = 4096

// input is the line of text that a prompt asks for. The textinput keeps it, inserts into
// it and moves in it. Deletions are done here, each as a move and a cut: those of
// bubbles 1.0.0 panic at the end of the text and part letters from their marks.
// The cursor never stands inside a grapheme cluster.
type input struct{ textinput.Model }

func newInput() input {
	in := input{textinput.New()}
	in.CharLimit = maxInput
	in.KeyMap.Paste.SetEnabled(false) // it runs a program to read the clipboard; terminals paste by themselves
	in.Cursor.SetMode(cursor.CursorStatic)
	in.Focus()
	return in
}

// press acts on a key, and returns as [input.insert] does.
func (in *input) press(msg tea.KeyMsg) (left string) {
	k, from, deletes := &in.KeyMap, in.Position(), false
	// Runes that come together may spell a key's name, such as "home".
	if len(msg.Runes) > 0 && (!msg.Alt || !key.Matches(msg, k.WordForward, k.WordBackward, k.DeleteWordForward)) {
		return in.insert([]byte(string(msg.Runes)))
	}
	for _, deletion := range []struct {
		key  key.Binding
		over tea.KeyMsg // what moves over what it deletes
	}{
		{k.DeleteCharacterBackward, tea.KeyMsg{Type: tea.KeyLeft}},
		{k.DeleteCharacterForward, tea.KeyMsg{Type: tea.KeyRight}},
		{k.DeleteWordBackward, tea.KeyMsg{Type: tea.KeyLeft, Alt: true}},
		{k.DeleteWordForward, tea.KeyMsg{Type: tea.KeyRight, Alt: true}},
		{k.DeleteBeforeCursor, tea.KeyMsg{Type: tea.KeyHome}},
		{k.DeleteAfterCursor, tea.KeyMsg{Type: tea.KeyEnd}},
	} {
		if key.Matches(msg, deletion.key) {
			msg, deletes = deletion.over, true
			break
		}
	}
	in.Model, _ = in.Update(msg)
	in.leaveCluster(from)
	if to := in.Position(); deletes {
		in.SetValue(string(slices.Delete([]rune(in.Value()), min(from, to), max(from, to))))
		in.SetCursor(min(from, to))
		in.leaveCluster(0) // what was apart may have joined
	}
	return ""
}

// leaveCluster moves the cursor out of the grapheme cluster that it is inside of, on
// in the direction in which it came from a position.
func (in *input) leaveCluster(from int) {
	pos, start := in.Position(), 0
	for _, end := range in.clusters() {
		switch {
		case end <= pos:
			start = end
			continue
		case start < pos && pos < from:
			in.SetCursor(start)
		case start < pos:
			in.SetCursor(end)
		}
		return
	}
}

// clusters yields the text's grapheme clusters, each with the position of its end.
func (in *input) clusters() iter.Seq2[string, int] {
	return func(yield func(string, int) bool) {
		end := 0
		for rest := in.Value(); rest != ""; {
			cluster, _ := ansi.FirstGraphemeCluster(rest, ansi.GraphemeWidth)
			rest, end = rest[len(cluster):], end+utf8.RuneCountInString(cluster)
			if !yield(cluster, end) {
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
	before := in.length()
	in.Model, _ = in.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: line, Paste: true}) // no key's name
	in.leaveCluster(0)
	if len(head) < len(text) || in.length() < before+len(line) {
		return "only " + strconv.Itoa(maxInput) + " characters fit here: the rest was left out"
	}
	return ""
}

// length is the text's, in runes.
func (in *input) length() int { return utf8.RuneCountInString(in.Value()) }

// shown returns what can be seen of the text in a width, and how many cells from its
// start the cursor stands, less than width. What can't be drawn is a blank cell.
func (in *input) shown(c sanitize.Charset, width int) (text string, cursor int) {
	var cells strings.Builder
	before := 0 // the cursor
	for cluster, end := range in.clusters() {
		drawn := c.Line(cluster)
		if sanitize.Width(drawn) == 0 {
			drawn = " "
		}
		cells.WriteString(drawn)
		if end <= in.Position() {
			before = cells.Len()
		}
	}
	// Widths are those of whole texts: clusters may join when they are clean.
	whole := cells.String()
	end := sanitize.Width(whole)
	at := min(sanitize.Width(whole[:before]), end)
	first := min(at-width/2, end+1-width)
	tail := ansi.TruncateLeft(whole, first, "")
	if first > 0 && sanitize.Width(tail) > end-first { // a wide letter begins before it
		tail = ansi.TruncateLeft(whole, first+1, "")
	}
	return ansi.Truncate(tail, width, ""), at - (end - sanitize.Width(tail))
}
