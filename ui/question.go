package ui

import (
	"slices"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"example.com/jobwatch/ui/style"
)

// question is what the footer asks before it does what takes more than one key to
// take back. It says yes to y and enter, no to n, esc and ctrl+c, and stays open at
// every other key.
type question struct {
	text   string         // such as "Remove 4 jobs?"
	aside  string         // what else there is to know; a narrow footer cuts it
	yes    func() tea.Cmd // what a yes does
	no     string         // the note after a no
	opener press          // the key that asked, and when it was last pressed
}

// press is a key by its name, and when it was pressed.
type press struct {
	key string
	at  time.Time
}

// The key that asked a question may answer it too, but a held one must not: it comes
// again after 250 to 700 ms, and then every 30 to 90.
const (
	openerRest = 500 * time.Millisecond // so long it must not have come before its answer
	openerWait = 150 * time.Millisecond // and so long it must not come again afterwards
)

// openerMsg says that the key that asked has answered, unless it came again since.
type openerMsg struct{ press press }

// confirm asks before something is done.
func (m *Model) confirm(q question) {
	q.opener = m.last
	m.prompt, m.asking = confirmPrompt, q
}

// confirmed acts on a key while a question is open.
func (m *Model) confirmed(msg tea.KeyMsg) tea.Cmd {
	q := &m.asking
	repeated := len(msg.Runes) > 1
	if repeated { // keys that arrived together: one that is held, or text, which is no answer
		if len(slices.Compact(slices.Clone(msg.Runes))) > 1 {
			q.opener.at = m.now
			return nil
		}
		msg.Runes = msg.Runes[:1]
	}
	switch name := msg.String(); name {
	case "n", "esc", "ctrl+c":
		m.say(style.Dim, q.no)
		m.prompt, m.asking = noPrompt, question{}
	case q.opener.key:
		rested := m.now.Sub(q.opener.at) >= openerRest && !repeated
		q.opener.at = m.now
		if asked := q.opener; rested {
			return tea.Tick(openerWait, func(time.Time) tea.Msg { return openerMsg{asked} })
		}
	case "y", "enter":
		return m.answer()
	}
	return nil
}

// answer says yes to the question.
func (m *Model) answer() tea.Cmd {
	yes := m.asking.yes
	m.prompt, m.asking = noPrompt, question{}
	return yes()
}
