package ui

import (
	tea "github.com/charmbracelet/bubbletea"

	"example.com/jobwatch/ui/ids"
	"example.com/jobwatch/ui/prompt"
	"example.com/jobwatch/ui/style"
)

// label is a prompt's label that stays as it is.
func label(text string) func() string { return func() string { return text } }

// askFilter asks for the filter. The list follows each key.
func (m *Model) askFilter() {
	apply := func(text string) {
		if text != m.list.text {
			m.list.narrow(text, m.list.status)
		}
	}
	m.prompt.Ask(prompt.Text{
		Label: label("/"), Begin: m.list.text,
		Changed: apply,
		Cancel:  func() { apply("") },
		Browse: func(by int) { // among what matches
			m.list.moved = true
			m.list.Move(by)
		},
		Enter: func(string) tea.Cmd {
			if m.list.misread != nil {
				m.say(style.Warn, m.list.misread.Reason)
			}
			return nil
		},
		Aside: func(room int) (style.Role, string) { return m.list.filterAside(m.theme.Charset, room) },
	})
}

// askIDs asks for job IDs to add.
func askIDs() prompt.Text { return prompt.Text{Label: label("add job IDs: "), Take: findIDs} }

// findIDs looks for IDs in a text. If there are none, the prompt stays open.
func findIDs(t prompt.Taken) tea.Cmd {
	return func() tea.Msg {
		found := ids.Find(t.Before + "\n" + string(t.Pasted) + "\n" + t.After)
		if len(found.IDs) == 0 { // the rest of a half-typed ID, perhaps
			found = ids.Find(t.Before + string(t.Pasted) + t.After)
		}
		if len(found.IDs) == 0 && !t.Whole {
			t.Note = style.Joined("; ", t.Note, prompt.TooLong())
		}
		return pastedMsg{found: found, note: t.Note, close: t.Close}
	}
}

// askName asks for another name of the current batch.
func (m *Model) askName() {
	_, batch := m.list.Current()
	id := batch.ID
	m.prompt.Ask(prompt.Text{
		Label: label("name of the batch: "), Begin: batch.Name,
		Enter: func(name string) tea.Cmd {
			switch b, ok := m.session.Batch(id); {
			case !ok || b.Total == 0:
				m.say(style.Warn, "that batch is gone")
			case b.Name != name:
				did := &change{at: m.now, renamed: renaming{id, b.Name, name}}
				did.renamed.apply(m.session)
				m.history.add(did)
				m.commit(nil, "the batch is now called "+name)
			}
			return nil
		},
	})
}

// askExport asks for the file for the jobs that the filter shows, or for the IDs of the
// current cause of failures.
func (m *Model) askExport() {
	if m.screen == listScreen {
		m.prompt.Ask(prompt.Text{
			Label: func() string { return "export " + style.Plural(m.list.Matched(), "job") + " to (.csv, .json or .md): " },
			Begin: "jobs.csv", Enter: m.export,
		})
		return
	}
	if ids := m.failures.current().jobs; len(ids) > 0 {
		m.prompt.Ask(prompt.Text{
			Label: label("save " + style.Plural(len(ids), "ID") + " of this cause to: "),
			Begin: "failed.txt", Enter: func(name string) tea.Cmd { return saveIDs(name, ids) },
		})
	}
}
