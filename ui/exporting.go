package ui

import (
	"cmp"
	"errors"
	"fmt"

	tea "github.com/charmbracelet/bubbletea"

	"example.com/jobwatch/ui/export"
	"example.com/jobwatch/ui/joblist"
	"example.com/jobwatch/ui/sanitize"
	"example.com/jobwatch/ui/style"
)

// exportedMsg says how writing a file went.
type exportedMsg struct {
	name string
	rows int
	err  error
}

func (m *Model) exported(msg exportedMsg) {
	switch {
	case errors.Is(msg.err, export.ErrExists):
		m.warn(msg.name + " is there already and was left alone: choose another name")
	case msg.err != nil:
		m.warn(fmt.Sprintf("nothing was exported: %v", msg.err))
	default:
		m.say(style.OK, sanitize.Line(fmt.Sprintf("wrote %s to %s", plural(msg.rows, "job"), msg.name)))
	}
}

// askExport asks for the file for the jobs that the filter shows, or for the IDs of a cause.
func (m *Model) askExport() {
	if m.screen == listScreen {
		m.ask(exportPrompt)
	} else if m.trouble.saving = m.trouble.current().ids; len(m.trouble.saving) > 0 {
		m.ask(savePrompt)
	}
}

// export writes what the filter shows to a file; its ending says in which format.
func (m *Model) export(name string) tea.Cmd {
	var rows []export.Row
	m.list.Matching(func(r *joblist.Row) bool {
		batch, _ := m.list.Batch(r.Batch)
		rows = append(rows, m.exportRow(r, batch.Name))
		return true
	})
	return func() tea.Msg {
		path, err := export.File(name, rows)
		return exportedMsg{name: cmp.Or(path, name), rows: len(rows), err: err}
	}
}

func (m *Model) exportRow(r *joblist.Row, batch string) export.Row {
	j := m.public(&r.Job)
	row := export.Row{
		ID: j.ID.String(), Batch: batch, Status: string(j.Answer.Status), Progress: float64(r.Progress()),
		Description: j.Answer.Description, Message: j.Answer.Meta, Path: j.Answer.Path, File: j.File,
		Added: r.Added, Started: r.Started, Ended: r.Ended,
	}
	if r.End.Finished() && r.State() != joblist.Done {
		row.Error = causeOf(&j)
	}
	if m.opts.Redact {
		row.ID, row.Path, row.File = j.ID.Short(), "", "" // useless in part
	}
	return row
}
