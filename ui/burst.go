package ui

import (
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"example.com/jobwatch/ui/sanitize"
	"example.com/jobwatch/ui/style"
)

// burst acts on keys that came at once, too few to be a paste. One key time and again is
// held, over a slow line. Different ones may be a short text that was pasted into the
// wrong window, so only those that move are run. In a prompt they are text; enter behind
// it is not run, as nobody has seen yet what it would accept.
func (m *Model) burst(text string) tea.Cmd {
	if m.typing() {
		if typed := strings.TrimRight(text, "\r\n"); typed != "" {
			return m.pressed(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(typed)})
		}
		return m.pressed(tea.KeyMsg{Type: tea.KeyEnter})
	}
	keys := keysOf(text)
	held := !slices.ContainsFunc(keys, func(k tea.KeyMsg) bool { return k.String() != keys[0].String() })
	var cmds []tea.Cmd
	var left []string
	for _, k := range keys {
		switch name := k.String(); {
		case held, m.moves(k):
			cmds = append(cmds, m.pressed(k))
		case name == " ":
			left = append(left, "space")
		default:
			left = append(left, name)
		}
	}
	if len(left) > 0 {
		m.say(style.Warn, sanitize.Line("not run: "+strings.Join(left, " ")+" (keys that come at once may be a pasted text)"))
	}
	return tea.Batch(cmds...)
}

// moves reports whether a key only moves in what is shown.
func (m *Model) moves(msg tea.KeyMsg) bool {
	k := &m.opts.Keys
	return key.Matches(msg, k.Up, k.Down, k.PageUp, k.PageDown, k.Top, k.Bottom)
}

// each presses the keys of a message that Bubble Tea made of several.
func (m *Model) each(runes []rune) tea.Cmd {
	var cmds []tea.Cmd
	for _, k := range keysOf(string(runes)) {
		cmds = append(cmds, m.pressed(k))
	}
	return tea.Batch(cmds...)
}

// keysOf returns the keys that type a text.
func keysOf(text string) []tea.KeyMsg {
	var keys []tea.KeyMsg
	for _, r := range text {
		k := tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}}
		switch r {
		case ' ':
			k.Type = tea.KeySpace
		case '\r', '\n', '\t':
			k = tea.KeyMsg{Type: tea.KeyType(r)}
		}
		keys = append(keys, k)
	}
	return keys
}
