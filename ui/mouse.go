package ui

import tea "github.com/charmbracelet/bubbletea"

// moused scrolls by the wheel and selects by a click.
func (m *Model) moused(msg tea.MouseMsg) {
	if msg.Action != tea.MouseActionPress || m.prompt.Asking() || m.layout.tooSmall() {
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
	switch {
	case m.screen == listScreen && !inPane:
		m.list.ScrollBy(by)
	case m.screen == listScreen || m.screen == detailScreen:
		m.pane.Move(by)
	case m.screen == problemScreen:
		m.trouble.scroll.Move(by)
	default:
		m.page.Move(by)
	}
}

// overPane reports whether a cell of the screen belongs to the detail pane.
func (m *Model) overPane(x, y int) bool {
	if m.layout.beside {
		return x >= m.layout.listWidth
	}
	return y > m.layout.headings+m.layout.listHeight
}
