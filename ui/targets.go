package ui

import (
	"fmt"

	tea "github.com/charmbracelet/bubbletea"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/ui/joblist"
	"example.com/jobwatch/ui/prompt"
	"example.com/jobwatch/ui/session"
	"example.com/jobwatch/ui/style"
)

// targets are what an action applies to: in the list, the selected jobs come first; the
// full-screen details are about what they show, and failures about the current cause. Removing asks before it takes what the
// list does not show. All else leaves that out, and says so.
func (m *Model) targets() joblist.Targets {
	switch m.screen {
	case detailScreen:
		return m.list.CurrentTargets()
	case problemScreen:
		return joblist.Targets{Shown: m.trouble.current().ids}
	default:
		return m.list.Targets()
	}
}

// unseen says that some jobs of a kind have no row in the list; "" of none.
func unseen(filtered, folded int, kind string) string {
	are := func(n int, one, more string) string {
		switch n {
		case 0:
			return ""
		case 1:
			return "1 " + kind + " is " + one
		}
		return plural(n, kind) + " are " + more
	}
	return joined(", ", are(filtered, "hidden by the filter", "hidden by the filter"),
		are(folded, "in a folded batch", "in folded batches"))
}

// leftOut says which targets an action leaves out.
func leftOut(t *joblist.Targets) string {
	if len(t.Hidden) == 0 {
		return ""
	}
	return unseen(t.Filtered, len(t.Hidden)-t.Filtered, "selected job") + " and left out"
}

// forgetTargets removes the targets.
func (m *Model) forgetTargets() tea.Cmd {
	t := m.targets()
	n := len(t.Shown) + len(t.Hidden)
	batch, ok := m.list.Batch(t.Batch)
	switch {
	case n == 0:
		m.say(style.Dim, "there is no job to remove here")
		return nil
	case ok:
		return m.forgetOrAsk(t, plural(n, "job")+" of "+batch.Name, staying(batch.Counts.Total-n))
	case m.list.Selected() > 0 && m.screen == listScreen:
		return m.forgetOrAsk(t, plural(n, "selected job"),
			unseen(t.Filtered, len(t.Hidden)-t.Filtered+t.Folded, "selected job"))
	}
	return m.forgetOrAsk(t, plural(n, "job"), "")
}

// clearFinished removes every finished job that the filter shows.
func (m *Model) clearFinished() tea.Cmd {
	t := m.list.FinishedTargets()
	n := len(t.Shown)
	if n == 0 {
		m.say(style.Dim, joined("; ", "there are no finished jobs to remove", staying(m.finished())))
		return nil
	}
	return m.forgetOrAsk(t, plural(n, "finished job"),
		joined(", ", unseen(0, t.Folded, "job"), staying(m.finished()-n)))
}

// finished is how many jobs have ended, whatever the filter shows.
func (m *Model) finished() int {
	counts := m.list.Counts()
	return counts.Finished()
}

// staying says that the filter hides n more jobs; "" of none.
func staying(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("the filter hides %d more, which stay", n)
}

// forgetOrAsk removes jobs. It asks before it removes several, or what has no row.
func (m *Model) forgetOrAsk(t joblist.Targets, what, aside string) tea.Cmd {
	members := m.session.Members(t.All())
	if len(members) == 1 && t.Folded+len(t.Hidden) == 0 {
		return m.forget(members)
	}
	m.prompt.Confirm(prompt.Question{
		Text:  "Remove " + what + "?",
		Aside: joined("; ", aside, "the service keeps them", m.keys.hint("undo", "brings them back")),
		Yes:   func() tea.Cmd { return m.forget(members) },
		No:    func() { m.say(style.Dim, "nothing removed") },
	})
	return nil
}

// forget removes those of the jobs that no other window has removed or moved meanwhile.
func (m *Model) forget(members []session.Member) tea.Cmd {
	did := &change{at: m.now, removed: m.session.Remove(members)}
	n := len(did.removed)
	left := stay(len(members) - n)
	if did.empty() {
		m.say(style.Warn, joined("; ", "nothing is left to remove", left))
		return nil
	}
	m.history.add(did)
	m.commit(nil, joined("; ", "removed "+plural(n, "job"), left,
		m.keys.hint("undo", "brings "+itThem(n)+" back")))
	return nil
}

func itThem(n int) string {
	if n == 1 {
		return "it"
	}
	return "them"
}

func (m *Model) pollTargets() {
	t := m.targets()
	m.session.PollNow(t.Shown...)
	m.say(style.Text, joined("; ", "checking "+these(t.Shown, "job")+" now", leftOut(&t)))
}

// these are jobs for a note: one by its name in the list, several by their number.
func these(ids []job.ID, noun string) string {
	if len(ids) == 1 {
		return ids[0].Short()
	}
	return plural(len(ids), noun)
}

// copyTargets puts the IDs on the clipboard, a line each.
func (m *Model) copyTargets() tea.Cmd {
	t := m.targets()
	what, terminal := these(t.Shown, "ID"), m.opts.Terminal
	return func() tea.Msg {
		err := terminal.Copy(joinIDs(t.Shown))
		return sentMsg{what, joined("; ", "copied", leftOut(&t)), err}
	}
}

func (m *Model) sent(msg sentMsg) {
	if msg.err != nil {
		m.warn(fmt.Sprintf("could not copy %s: %v", msg.what, msg.err))
		return
	}
	m.say(style.OK, msg.what+" "+msg.how)
}
