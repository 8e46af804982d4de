package ui

import (
	"cmp"
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"example.com/jobwatch/ui/ids"
	"example.com/jobwatch/ui/sanitize"
	"example.com/jobwatch/ui/session"
	"example.com/jobwatch/ui/style"
	"example.com/jobwatch/ui/terminal/keyboard"
)

// keymap is the table of actions with the keys that the user chose.
type keymap struct {
	groups [][]action // for the help
	byKey  map[string]*action
	byName map[string]*action
}

// alwaysQuits is a key that quits whatever it is bound to.
const alwaysQuits = "ctrl+c"

// newKeymap binds keys to the named actions; actions that are not named keep their default
// keys. Arrows are named by words where the terminal can't draw them.
func newKeymap(bound map[string][]string, c sanitize.Charset) keymap {
	k := keymap{actions(), make(map[string]*action), make(map[string]*action)}
	for _, group := range k.groups {
		for i := range group {
			a := &group[i]
			if keys, ok := bound[a.name]; ok && !slices.Equal(keys, a.Keys()) {
				a.Binding = bind(a.Help().Desc, slices.DeleteFunc(slices.Clone(keys), func(key string) bool { return key == alwaysQuits })...)
			}
			if c == sanitize.ASCII {
				words := strings.NewReplacer("↑", "up", "↓", "down", "←", "left", "→", "right")
				a.SetHelp(words.Replace(a.Help().Key), a.Help().Desc)
			}
			k.byName[a.name] = a
			for _, key := range a.Keys() {
				if k.byKey[key] == nil {
					k.byKey[key] = a
				}
			}
		}
	}
	return k
}

// keyNames returns how the help names keys: "x/ctrl+x".
func keyNames(keys []string) string {
	short := map[string]string{" ": "space", "up": "↑", "down": "↓", "left": "←", "right": "→", "pgdown": "pgdn"}
	var names []string
	for _, key := range keys {
		at := strings.LastIndex(key[:max(len(key)-1, 0)], "+") + 1 // behind the modifiers
		names = append(names, key[:at]+cmp.Or(short[key[at:]], key[at:]))
	}
	return strings.Join(names, "/")
}

// hint says what a key does, for a sentence: "u brings it back". It is "" if the action
// has no key.
func (k *keymap) hint(name, does string) string {
	label := k.byName[name].Help().Key
	return when(label != "", label+" "+does)
}

// pressed acts on a key, for the prompt or the screen that has the keyboard.
func (m *Model) pressed(msg tea.KeyMsg) {
	name := msg.String()
	a := m.keys.byKey[name]
	does := func(action string) bool { return a != nil && a.name == action }
	text := len(msg.Runes) > 1 || len(msg.Runes) == 1 && m.prompt.Open()
	switch {
	case msg.Paste || name == keyboard.EventKey:
		m.took(m.opts.Terminal.Take(msg.Runes))
		return
	case does("redraw") && !text:
		m.redraw()
		return
	case m.layout.tooSmall(): // what other keys do could not be seen
		switch {
		case name == alwaysQuits || does("quit") && !m.prompt.Typing():
			m.run(tea.Quit)
		case does("suspend") && !m.prompt.Typing():
			m.perform(a)
		}
		return
	}
	switch {
	case m.prompt.Press(msg, m.now):
	case msg.Type == tea.KeyRunes && len(msg.Runes) > 1:
		for _, key := range keysOf(string(msg.Runes)) {
			m.pressed(key)
		}
	case name == alwaysQuits:
		m.run(tea.Quit)
	case a != nil && a.in.has(m.screen):
		m.perform(a)
	}
}

// took acts on what the terminal's reader took out of the keys, such as a whole paste, or
// the terminal's answer about its background.
func (m *Model) took(event keyboard.Event) {
	switch event := event.(type) {
	case keyboard.Paste:
		m.tookPaste(event)
	case keyboard.Burst:
		m.burst(string(event.Text))
	case keyboard.Escape:
		m.pressed(tea.KeyMsg{Type: tea.KeyEsc})
	case keyboard.Focus:
		m.look(event.In)
	case keyboard.Background:
		m.retheme(event.Dark)
	}
}

// tookPaste puts a paste into the prompt for a text, else looks for jobs in it: it answers no
// question.
func (m *Model) tookPaste(event keyboard.Paste) {
	note := cmp.Or(when(event.Truncated, "the paste was too long: only its beginning was read"),
		when(event.Unfinished, "the paste was cut off"))
	if m.prompt.Typing() { // what came before was typed, or opened the prompt
		m.prompt.Paste(event.Text[event.Typed:], note)
		return
	}
	after(&m.work, func() ids.Found { return ids.Find(event.Text) }, func(found ids.Found) {
		m.pasted(paste{Arrival: session.Arrival{Found: found, Given: true, Note: note}, from: "in the pasted text"})
	})
}

// burst acts on keys that came at once: a key held over a slow line, or a short text pasted
// into the wrong window, of which only keys that move are run. In a prompt they are text;
// enter behind it is not run, as nobody has seen yet what it would accept.
func (m *Model) burst(text string) {
	if m.prompt.Typing() {
		typed := tea.KeyMsg{Type: tea.KeyEnter}
		if text = strings.TrimRight(text, "\r\n"); text != "" {
			typed = tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(text)}
		}
		m.pressed(typed)
		return
	}
	keys := keysOf(text)
	held := !slices.ContainsFunc(keys, func(k tea.KeyMsg) bool { return k.String() != keys[0].String() })
	var left []string
	for _, k := range keys {
		if a := m.keys.byKey[k.String()]; held || a != nil && a.move != nil {
			m.pressed(k)
		} else {
			left = append(left, keyNames([]string{k.String()}))
		}
	}
	if len(left) > 0 {
		m.say(style.Warn, sanitize.Line("not run: "+strings.Join(left, " ")+" (keys that come at once may be a pasted text)"))
	}
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

// moused scrolls by the wheel and selects by a click.
func (m *Model) moused(msg tea.MouseMsg) {
	if msg.Action != tea.MouseActionPress || m.prompt.Asking() || m.layout.tooSmall() {
		return
	}
	inPane := m.layout.inPane(msg.X, msg.Y)
	scroll := m.focused().Move
	switch {
	case m.screen == failureScreen:
		scroll = m.failures.scroll.Move
	case m.screen == listScreen && inPane:
		scroll = m.pane.Move
	case m.screen == listScreen:
		scroll = m.list.ScrollBy
	}
	const notch = 3
	switch {
	case msg.Button == tea.MouseButtonWheelUp:
		scroll(-notch)
	case msg.Button == tea.MouseButtonWheelDown:
		scroll(notch)
	case msg.Button == tea.MouseButtonLeft && m.screen == listScreen && !inPane:
		m.list.ClickLine(msg.Y - 1 - m.layout.headings) // the header is row 0
	}
}
