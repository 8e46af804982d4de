package ui

import (
	"cmp"
	"fmt"
	"strings"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/ui/joblist"
	"example.com/jobwatch/ui/prompt"
	"example.com/jobwatch/ui/session"
	"example.com/jobwatch/ui/style"
)

// targets returns what an action applies to. Removing asks before it takes what the list does
// not show; all else leaves that out, and says so.
func (m *Model) targets() joblist.Targets {
	switch m.screen {
	case detailScreen:
		return m.list.CurrentTargets()
	case failureScreen:
		return joblist.Targets{Shown: m.failures.current().Jobs}
	default:
		return m.list.Targets()
	}
}

// noJobTo says that there is no job for an action.
func noJobTo(do string) func(*Model) string {
	return func(m *Model) string {
		t := m.targets()
		return when(len(t.Shown) == 0, style.Joined("; ", "there is no job to "+do+" here", leftOut(&t)))
	}
}

// when returns a text if it holds, else "".
func when(holds bool, text string) string {
	if holds {
		return text
	}
	return ""
}

// unseen says that some jobs of a kind have no row in the list; "" of none.
func unseen(filtered, folded int, kind string) string {
	are := func(n int, one, more string) string {
		if n == 1 {
			return "1 " + kind + " is " + one
		}
		return when(n > 0, style.Plural(n, kind)+" are "+more)
	}
	return style.Joined(", ", are(filtered, "hidden by the filter", "hidden by the filter"),
		are(folded, "in a folded batch", "in folded batches"))
}

// leftOut says which targets an action leaves out.
func leftOut(t *joblist.Targets) string {
	return when(len(t.Hidden) > 0, unseen(t.Filtered, len(t.Hidden)-t.Filtered, "selected job")+" and left out")
}

// these names jobs for a note: one by its name in the list, several by their number.
func these(ids []job.ID, noun string) string {
	if len(ids) == 1 {
		return ids[0].Short()
	}
	return style.Plural(len(ids), noun)
}

// copyIDs puts the IDs of the targets on the clipboard, a line each.
func (m *Model) copyIDs() {
	t := m.targets()
	m.copyText(joinIDs(t.Shown), these(t.Shown, "ID"), leftOut(&t))
}

// copyText puts a text on the clipboard. What it is, and a note, are for the user.
func (m *Model) copyText(text, what, note string) {
	m.tell(func() (style.Role, string) {
		if err := m.opts.Terminal.Copy(text); err != nil {
			return style.Warn, fmt.Sprintf("could not copy %s: %v", what, err)
		}
		return style.OK, style.Joined("; ", what+" copied", note)
	})
}

func joinIDs(ids []job.ID) string {
	lines := make([]string, len(ids))
	for i, id := range ids {
		lines[i] = id.String()
	}
	return strings.Join(lines, "\n")
}

// removeTargets removes the targets, shown or not.
func (m *Model) removeTargets() {
	t := m.targets()
	n := len(t.Shown) + len(t.Hidden)
	if n == 0 {
		m.say(style.Dim, "there is no job to remove here")
		return
	}
	what, aside := style.Plural(n, "job"), ""
	if batch, ok := m.list.Batch(t.Batch); ok {
		what, aside = what+" of "+batch.Name, staying(batch.Counts.Total-n)
	} else if m.list.Counts().Selected > 0 && m.screen == listScreen {
		what = style.Plural(n, "selected job")
		aside = unseen(t.Filtered, len(t.Hidden)-t.Filtered+t.Folded, "selected job")
	}
	m.confirmRemoval(t, what, aside)
}

// removeFinished removes every finished job that the filter shows.
func (m *Model) removeFinished() {
	t := m.list.FinishedTargets()
	n, counts := len(t.Shown), m.list.Counts()
	left := staying(counts.Finished() - n)
	if n == 0 {
		m.say(style.Dim, style.Joined("; ", "there are no finished jobs to remove", left))
		return
	}
	m.confirmRemoval(t, style.Plural(n, "finished job"), style.Joined(", ", unseen(0, t.Folded, "job"), left))
}

// staying says that the filter hides n more jobs; "" of none.
func staying(n int) string {
	return when(n > 0, fmt.Sprintf("the filter hides %d more, which %s", n, cmp.Or(when(n == 1, "stays"), "stay")))
}

// confirmRemoval removes jobs. It asks before it removes several, or what has no row.
func (m *Model) confirmRemoval(t joblist.Targets, what, aside string) {
	members := session.Members(m.session.Find(t.All()))
	if len(members) == 1 && t.Folded+len(t.Hidden) == 0 {
		m.remove(members)
		return
	}
	m.prompt.Confirm(prompt.Question{
		Text:  "Remove " + what + "?",
		Aside: style.Joined("; ", aside, "the service keeps them", m.keys.hint("undo", "brings them back")),
		Yes:   func() { m.remove(members) },
		No:    func() { m.say(style.Dim, "nothing removed") },
	})
}

// remove removes those of the jobs that no other window has removed or moved meanwhile.
func (m *Model) remove(members []session.Member) {
	did := &change{at: m.now, removed: m.session.Remove(members)}
	n := len(did.removed)
	left, back := stay(len(members)-n), cmp.Or(when(n == 1, "brings it back"), "brings them back")
	if n == 0 {
		m.say(style.Warn, style.Joined("; ", "nothing is left to remove", left))
		return
	}
	m.history.add(did)
	m.commit(nil, style.Joined("; ", "removed "+style.Plural(n, "job"), left, m.keys.hint("undo", back)))
}
