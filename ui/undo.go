package ui

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"example.com/jobwatch/ui/prompt"
	"example.com/jobwatch/ui/session"
	"example.com/jobwatch/ui/style"
)

// undoAsks is the age of an action from which taking it back is asked about.
const undoAsks = time.Minute

// undo takes back the newest action, or redoes what was taken back last. It asks before
// it removes several jobs and before it takes back what may be forgotten by now, but
// never before it brings jobs back.
func (m *Model) undo(redo bool) tea.Cmd {
	c := m.history.next(redo)
	if c == nil {
		m.say(style.Dim, "nothing to "+undoVerb(redo))
		return nil
	}
	added := m.session.Still(c.added)
	harmful := len(added) > 0 || c.renamed.reversed().possible(m.session)
	if len(added) <= 1 && (!harmful || m.now.Sub(c.at) <= undoAsks) {
		return m.reverse(c, added, redo)
	}
	back := m.keys.hint(undoVerb(!redo), "takes that back")
	m.prompt.Confirm(prompt.Question{
		Text:  m.undoQuestion(c, len(added), redo),
		Aside: joined("; ", stay(len(c.added)-len(added)), back),
		Yes:   func() tea.Cmd { return m.reverse(c, added, redo) },
		No:    func() { m.say(style.Dim, "nothing changed") },
	})
	return nil
}

// reverse undoes or redoes a change as far as other windows have left it alone, of the
// jobs that it added only those given.
func (m *Model) reverse(c *change, added []session.Member, redo bool) tea.Cmd {
	did, back := c.reverse(m.session, added, m.now)
	m.history.reversed(c, did, redo)
	n := len(did.removed) + len(back)
	left := stay(len(c.added) + len(c.removed) - n)
	if did.empty() {
		m.say(style.Warn, joined("; ", "nothing is left to "+undoVerb(redo),
			cmp.Or(left, "the batch changed in another window and stays so")))
		return nil
	}
	_, said := m.undoWords(c, n, redo)
	m.commit(back, joined("; ", said, left))
	return nil
}

// commit saves what was changed in the session and then has the jobs that were added
// polled. It says so once the state file has it.
func (m *Model) commit(added []*session.Record, said string) {
	m.session.Save(func(err error) {
		m.session.Watch(false, added...) // on a disk error too: watching goes on
		if err == nil {
			m.say(style.OK, said)
		}
	})
	m.catchUp()
}

// undoVerb is what a direction of the history is called.
func undoVerb(redo bool) string {
	if redo {
		return "redo"
	}
	return "undo"
}

// undoWords say what reversing a change does, and what it did: with n jobs, or a name.
func (m *Model) undoWords(c *change, n int, redo bool) (does, did string) {
	name := m.theme.Charset.Cut(c.renamed.from, shortName)
	switch {
	case c.renamed.batch != "" && redo:
		return "renames to " + name + " again", "renamed to " + name + " again"
	case c.renamed.batch != "":
		return "renames back to " + name, "renamed back to " + name
	case len(c.added) > 0 && redo:
		return "removes " + plural(n, "job") + " again", "removed " + plural(n, "job") + " again"
	case len(c.added) > 0:
		return "removes " + plural(n, "added job") + " again", "removed " + plural(n, "added job") + " again"
	case redo:
		return "adds " + plural(n, "job") + " again", "added " + plural(n, "job") + " again"
	}
	return "brings back " + plural(n, "job"), "brought back " + plural(n, "job")
}

// shortName is how much of a batch's name stands in a hint or a note, in cells.
const shortName = 24

// undoQuestion asks whether to reverse a change that added n jobs or renamed a batch.
func (m *Model) undoQuestion(c *change, n int, redo bool) string {
	age := style.Duration(m.now.Sub(c.at)) + " ago"
	if c.renamed.batch != "" {
		does, _ := m.undoWords(c, 0, redo)
		return "Rename" + strings.TrimPrefix(does, "renames") + " (" + age + ")?"
	}
	how := " added "
	if redo {
		how = " brought back "
	}
	text := "Remove " + plural(n, "job") + how + age
	if b, ok := m.list.Batch(c.added[0].Batch); ok {
		text += " to " + m.theme.Charset.Cut(b.Name, shortName)
	}
	return text + "?"
}

// stay says that so many jobs are no longer as an action left them; "" of none.
func stay(n int) string {
	switch n {
	case 0:
		return ""
	case 1:
		return "1 changed in another window stays"
	}
	return fmt.Sprintf("%d changed in another window stay", n)
}

// undoHints offer to undo and to redo, and say what that would do. They are fresh while the
// last change was made just now.
func (m *Model) undoHints() (hints []hint, fresh bool) {
	for _, redo := range []bool{false, true} {
		c := m.history.next(redo)
		if c == nil {
			continue
		}
		h := hint{name: undoVerb(redo)}
		if n := c.intact(m.session); n > 0 || c.renamed.reversed().possible(m.session) {
			h.title, _ = m.undoWords(c, n, redo)
		}
		hints = append(hints, h)
	}
	last := cmp.Or(m.history.next(true), m.history.next(false))
	return hints, last != nil && m.now.Sub(last.at) <= undoAsks
}
