package ui

import (
	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"example.com/jobwatch/ui/paste"
	"example.com/jobwatch/ui/terminal"
)

// pressed acts on a key, by what has the keyboard: a prompt, a full screen, or
// the list.
func (m *Model) pressed(msg tea.KeyMsg) tea.Cmd {
	if msg.Paste || msg.String() == paste.EventKey {
		return m.took(msg.Runes)
	}
	if text := len(msg.Runes) > 1 || len(msg.Runes) == 1 && m.prompt != noPrompt; !text && key.Matches(msg, m.opts.Keys.Redraw) {
		return m.redraw()
	}
	if m.layout.tooSmall() {
		return m.pressedUnseen(msg)
	}
	m.last = press{msg.String(), m.now}
	if m.prompt != noPrompt {
		return m.prompted(msg)
	}
	if msg.Type == tea.KeyRunes && len(msg.Runes) > 1 {
		return m.each(msg.Runes)
	}
	k := &m.opts.Keys
	switch {
	case key.Matches(msg, k.Quit) && (m.screen == listScreen || msg.Type == tea.KeyCtrlC):
		return tea.Quit
	case key.Matches(msg, k.Suspend):
		return tea.Suspend
	case key.Matches(msg, k.Help):
		m.show(toggle(m.screen, helpScreen))
	case key.Matches(msg, k.Problems):
		m.show(toggle(m.screen, problemScreen))
	case key.Matches(msg, k.Log):
		m.show(toggle(m.screen, logScreen))
	case m.screen == listScreen:
		return m.listKey(msg)
	case m.screen == problemScreen:
		return m.problemKey(msg)
	default:
		return m.screenKey(msg)
	}
	return nil
}

// pressedUnseen acts on a key while the screen is too small to show what it would do:
// only leaving and suspending jobwatch go on, the letters for that not while one types.
func (m *Model) pressedUnseen(msg tea.KeyMsg) tea.Cmd {
	switch {
	case msg.Type == tea.KeyCtrlC, !m.typing() && key.Matches(msg, m.opts.Keys.Quit):
		return tea.Quit
	case !m.typing() && key.Matches(msg, m.opts.Keys.Suspend):
		return tea.Suspend
	}
	return nil
}

// took acts on what the terminal's reader took out of the keys, such as a whole paste, or
// the terminal's word on its background.
func (m *Model) took(runes []rune) tea.Cmd {
	var event paste.Event = paste.Paste{Text: []byte(string(runes))}
	if m.opts.Take != nil {
		event = m.opts.Take(runes)
	}
	switch event := event.(type) {
	case paste.Paste:
		if m.typing() {
			event.Text = event.Text[event.Typed:] // what came before was typed, or opened the prompt
		}
		note := ""
		switch {
		case event.Truncated:
			note = "the paste was too long: only its beginning was read"
		case event.Unfinished:
			note = "the paste was cut off"
		}
		return m.pastedText(event.Text, note)
	case paste.Burst:
		return m.burst(string(event.Text))
	case paste.Escape:
		return m.pressed(tea.KeyMsg{Type: tea.KeyEsc})
	case paste.Focus:
		if event.In {
			return m.handle(tea.FocusMsg{})
		}
		return m.handle(tea.BlurMsg{})
	case paste.Background:
		if dark, ok := terminal.ParseBackgroundReply(event.Colour); ok {
			m.retheme(dark)
		}
	}
	return nil
}

// toggle is where a key leads that opens a screen and closes it again.
func toggle(now, to screen) screen {
	if now == to {
		return listScreen
	}
	return to
}

// show gives a screen the body.
func (m *Model) show(s screen) {
	m.screen, m.scroll = s, 0
	m.resize(m.layout.width, m.layout.height)
}

// screenKey moves in the help, the log and the full-screen details; there, keys
// that act on the current job still do.
func (m *Model) screenKey(msg tea.KeyMsg) tea.Cmd {
	k := &m.opts.Keys
	page := m.layout.body() - 1 // the last line may say how many more there are
	if m.screen != detailScreen {
		page -= 2 // the title
	}
	page = max(page, 1)
	switch {
	case key.Matches(msg, k.Back), key.Matches(msg, k.Quit), key.Matches(msg, k.Detail):
		m.show(listScreen)
	case key.Matches(msg, k.Up):
		m.scroll--
	case key.Matches(msg, k.Down):
		m.scroll++
	case key.Matches(msg, k.PageUp):
		m.scroll -= page
	case key.Matches(msg, k.PageDown):
		m.scroll += page
	case key.Matches(msg, k.Top):
		m.scroll = 0
	case key.Matches(msg, k.Bottom):
		m.scroll = 1 << 30
	case m.screen == detailScreen:
		return m.actionKey(msg)
	}
	return nil
}

// listKey moves in the list and changes what it shows.
func (m *Model) listKey(msg tea.KeyMsg) tea.Cmd {
	k := &m.opts.Keys
	m.moved = true
	switch {
	case key.Matches(msg, k.Up):
		m.list.Move(-1)
	case key.Matches(msg, k.Down):
		m.list.Move(1)
	case key.Matches(msg, k.PageUp):
		m.list.Page(-1)
	case key.Matches(msg, k.PageDown):
		m.list.Page(1)
	case key.Matches(msg, k.Top):
		m.list.Home()
	case key.Matches(msg, k.Bottom):
		m.list.End()
	case key.Matches(msg, k.Next):
		m.attend()
	case key.Matches(msg, k.Fold):
		m.list.ToggleFold()
	case key.Matches(msg, k.FoldAll):
		m.foldAll()
	case key.Matches(msg, k.Detail):
		m.show(detailScreen)
	case key.Matches(msg, k.View):
		m.viewNext()
	case key.Matches(msg, k.Back):
		m.back()
	case key.Matches(msg, k.Filter):
		m.ask(filterPrompt)
	case key.Matches(msg, k.Status):
		m.status = (m.status + 1) % len(statusFilters())
		m.refilter()
	case key.Matches(msg, k.Sort):
		m.sortNext()
	case key.Matches(msg, k.Add):
		m.ask(addPrompt)
	case key.Matches(msg, k.Mark):
		m.list.ToggleSelect()
		m.list.Move(1)
	case key.Matches(msg, k.MarkAll):
		m.markAll()
	case key.Matches(msg, k.Export):
		m.ask(exportPrompt)
	case key.Matches(msg, k.Clear):
		return m.clearFinished()
	default:
		return m.actionKey(msg)
	}
	return nil
}

// actionKey acts on the selected jobs, else on the current one.
func (m *Model) actionKey(msg tea.KeyMsg) tea.Cmd {
	k := &m.opts.Keys
	switch {
	case key.Matches(msg, k.Name):
		m.ask(namePrompt)
	case key.Matches(msg, k.Forget):
		return m.forgetTargets()
	case key.Matches(msg, k.Undo):
		return m.undo(false)
	case key.Matches(msg, k.Redo):
		return m.undo(true)
	case key.Matches(msg, k.Poll):
		m.pollTargets()
	case key.Matches(msg, k.PollAll):
		m.pollAll()
	case key.Matches(msg, k.Pause):
		m.pause()
	case key.Matches(msg, k.Copy):
		return m.copyTargets()
	case key.Matches(msg, k.CopyPath):
		return m.copyPath()
	case key.Matches(msg, k.Open):
		return m.openPDF()
	case key.Matches(msg, k.Download):
		m.download()
	}
	return nil
}

// back undoes the nearest of what narrows the view: filter, then selection.
func (m *Model) back() {
	switch {
	case m.text != "" || m.status != 0:
		m.text, m.status = "", 0
		m.refilter()
	default:
		m.list.ClearSelection()
	}
}

// moused scrolls by the wheel and selects by a click.
func (m *Model) moused(msg tea.MouseMsg) {
	if msg.Action != tea.MouseActionPress || m.prompt == confirmPrompt || m.layout.tooSmall() {
		return
	}
	inPane := m.layout.paneWidth > 0 && m.overPane(msg.X, msg.Y)
	const notch = 3
	switch msg.Button { //nolint:exhaustive // the other buttons do nothing
	case tea.MouseButtonWheelUp:
		m.wheel(-notch, inPane)
	case tea.MouseButtonWheelDown:
		m.wheel(notch, inPane)
	case tea.MouseButtonLeft:
		if m.screen == listScreen && !inPane {
			m.list.ClickLine(msg.Y - 1 - m.layout.headings) // the header is row 0
		}
	}
}

func (m *Model) wheel(by int, inPane bool) {
	if m.screen != listScreen || inPane {
		m.scroll += by
		return
	}
	m.list.ScrollBy(by)
}

// overPane reports whether a cell of the screen belongs to the detail pane.
func (m *Model) overPane(x, y int) bool {
	if m.layout.beside {
		return x >= m.layout.listWidth
	}
	return y > m.layout.headings+m.layout.listHeight
}
