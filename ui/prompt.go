package ui

import (
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"example.com/jobwatch/ui/ids"
	"example.com/jobwatch/ui/style"
)

// prompt is what the footer asks for.
type prompt uint8

const (
	noPrompt      prompt = iota
	filterPrompt         // live: the list follows each key
	addPrompt            // job IDs
	namePrompt           // the current batch's name
	exportPrompt         // the file to export to
	savePrompt           // the file for the IDs of one cause
	confirmPrompt        // yes or no: see question
)

// ask opens a prompt.
func (m *Model) ask(p prompt) {
	value := ""
	switch p {
	case filterPrompt:
		m.show(listScreen)
		value = m.text
	case namePrompt:
		_, batch := m.list.Current()
		m.naming, value = batch.ID, batch.Name
	case exportPrompt:
		value = "jobs.csv"
	case savePrompt:
		value = "failed.txt"
	case noPrompt, addPrompt, confirmPrompt:
	}
	m.prompt = p
	m.input.Reset()
	m.typed(m.input.insert([]byte(value)), "")
}

// closePrompt gives the keys back to the list.
func (m *Model) closePrompt() {
	m.prompt = noPrompt
	m.input.Reset()
}

// typing reports whether a prompt takes text.
func (m *Model) typing() bool { return m.prompt != noPrompt && m.prompt != confirmPrompt }

// prompted acts on a key while the footer asks for something.
func (m *Model) prompted(msg tea.KeyMsg) tea.Cmd {
	if m.prompt == confirmPrompt {
		return m.confirmed(msg)
	}
	switch {
	case msg.Type == tea.KeyCtrlC:
		m.cancelPrompt()
		return nil
	case msg.Type == tea.KeyEsc: // not k.Back, which may be a letter
		m.cancelPrompt()
		return nil
	case msg.Type == tea.KeyEnter:
		return m.entered()
	case m.prompt == filterPrompt && msg.Type == tea.KeyUp: // look through what matches
		m.browse(-1)
		return nil
	case m.prompt == filterPrompt && msg.Type == tea.KeyDown:
		m.browse(1)
		return nil
	}
	m.typed(m.input.press(msg), "")
	return nil
}

// pastedText takes a paste to where the keyboard is: into a prompt, or among the jobs.
func (m *Model) pastedText(text []byte, note string) tea.Cmd {
	switch m.prompt {
	case addPrompt:
		return m.addTyped(text, note)
	case filterPrompt, namePrompt, exportPrompt, savePrompt:
		m.typed(m.input.insert(text), note)
	case noPrompt, confirmPrompt: // a paste answers no question
		return parse(text, "", note)
	}
	return nil
}

// typed follows a change of the input: the filter is live. It says what did not fit.
func (m *Model) typed(whole bool, note string) {
	if !whole {
		note = joined("; ", note, tooLong())
	}
	if note != "" {
		m.say(style.Warn, note)
	}
	if m.prompt == filterPrompt && m.input.Value() != m.text {
		m.text = m.input.Value()
		m.refilter()
	}
}

func tooLong() string {
	return fmt.Sprintf("only %d characters fit here: the rest was left out", maxInput)
}

// addTyped adds the jobs in the input's text and what is pasted into it, and closes the
// prompt if there are any. Otherwise the text stays there, to be mended.
func (m *Model) addTyped(pasted []byte, note string) tea.Cmd {
	value, at := []rune(m.input.Value()), m.input.Position()
	before, after := string(value[:at]), string(value[at:])
	whole := m.input.insert(pasted)
	typed := m.input.Value()
	return func() tea.Msg {
		found := ids.Find(before + "\n" + string(pasted) + "\n" + after)
		if len(found.IDs) == 0 { // the rest of a half-typed ID, perhaps
			found = ids.Find(before + string(pasted) + after)
		}
		if len(found.IDs) == 0 && !whole {
			note = joined("; ", note, tooLong())
		}
		return pastedMsg{found: found, note: note, asked: true, typed: typed}
	}
}

// browse moves in the list without leaving the filter.
func (m *Model) browse(by int) {
	m.moved = true
	m.list.Move(by)
}

// cancelPrompt leaves things as they were; a filter under way is cleared.
func (m *Model) cancelPrompt() {
	if m.prompt == filterPrompt {
		m.text = ""
		m.refilter()
	}
	m.closePrompt()
}

// entered takes in what was typed.
func (m *Model) entered() tea.Cmd {
	value := strings.TrimSpace(m.input.Value())
	asked := m.prompt
	if asked == addPrompt && value != "" {
		m.input.CursorEnd()
		return m.addTyped(nil, "")
	}
	m.closePrompt()
	switch asked {
	case namePrompt:
		if value != "" {
			return m.nameBatch(m.naming, value)
		}
	case exportPrompt:
		if value != "" {
			return m.export(value)
		}
	case savePrompt:
		if value != "" {
			return m.saveCause(value)
		}
	case filterPrompt:
		if m.misread != nil {
			m.say(style.Warn, m.misread.Reason)
		}
	case noPrompt, addPrompt, confirmPrompt:
	}
	return nil
}

// label is what stands before the prompt's input.
func (m *Model) label() string {
	switch m.prompt {
	case filterPrompt:
		return "/"
	case addPrompt:
		return "add job IDs: "
	case namePrompt:
		return "name of the batch: "
	case exportPrompt:
		return "export " + plural(m.list.Matched(), "job") + " to (.csv, .json or .md): "
	case savePrompt:
		return "save " + plural(len(m.trouble.saving), "ID") + " of this cause to: "
	case noPrompt, confirmPrompt:
	}
	return ""
}
