package ui

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/ui/export"
	"example.com/jobwatch/ui/joblist"
	"example.com/jobwatch/ui/sanitize"
	"example.com/jobwatch/ui/session"
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
		row.Error = session.Cause(&j)
	}
	if m.opts.Session.Redact {
		row.ID, row.Path, row.File = j.ID.Short(), "", "" // useless in part
	}
	return row
}

// saveIDs writes IDs to a file, a line each.
func saveIDs(name string, ids []job.ID) tea.Cmd {
	return func() tea.Msg {
		path, err := export.Text(name, []byte(joinIDs(ids)+"\n"))
		return exportedMsg{name: cmp.Or(path, name), rows: len(ids), err: err}
	}
}

func joinIDs(ids []job.ID) string {
	var b strings.Builder
	for i, id := range ids {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(id.String())
	}
	return b.String()
}
