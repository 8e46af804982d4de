package ui

import (
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/jobs"
	"example.com/jobwatch/ui/theme"
)

// undoable is one action of the user's that u takes back.
type undoable struct {
	added     []job.ID       // by a paste: undone by forgetting them
	forgotten []jobs.Removed // undone by putting them back where they were
}

// undoKept is how many jobs are kept for undo beyond the newest action's: a dashboard
// that runs for months must not hold all that was ever forgotten.
const undoKept = 100_000

// remember keeps an action for undo, and lets old ones go.
func (m *Model) remember(action undoable) {
	kept := 0
	for i, older := range slices.Backward(m.undo) {
		if kept += len(older.added) + len(older.forgotten); kept > undoKept {
			m.undo = slices.Delete(m.undo, 0, i+1)
			break
		}
	}
	m.undo = append(m.undo, action)
}

// undoLast takes back the last adding or forgetting.
func (m *Model) undoLast() tea.Cmd {
	if len(m.undo) == 0 {
		m.say(theme.Dim, "nothing to undo")
		return nil
	}
	last := m.undo[len(m.undo)-1]
	m.undo = m.undo[:len(m.undo)-1]
	if last.forgotten == nil {
		return m.unadd(last.added)
	}
	records := m.list.Restore(last.forgotten)
	for i := range records {
		m.oracle.See(&records[i])
	}
	ops := m.tracking(func(yield func(*store.Job) bool) {
		for i := range records {
			if !yield(&records[i]) {
				return
			}
		}
	})
	m.saves.add(func(err error) tea.Cmd {
		m.watch(records)
		if err == nil {
			m.say(theme.OK, "brought back "+plural(len(records), "job"))
		}
		return nil
	}, ops...)
	return m.flush()
}

// unadd undoes a paste.
func (m *Model) unadd(ids []job.ID) tea.Cmd {
	m.list.Forget(ids)
	return m.untrack(ids, "took back "+plural(len(ids), "added job"))
}
