package ui

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/prompt"
	"example.com/jobwatch/ui/sanitize"
	"example.com/jobwatch/ui/session"
	"example.com/jobwatch/ui/style"
)

// change is what one action of the user changed: it added jobs, removed jobs or renamed a
// batch. Reversing a change is a change, too: undo and redo are the same code.
type change struct {
	at      time.Time
	added   []session.Member
	removed []*session.Record
	renamed renaming
	counted struct{ at, jobs int } // see intact
}

// renaming is another name for a batch; the zero value is none.
type renaming struct {
	batch    store.BatchID
	from, to string
}

// size returns for how many jobs a change counts in the history.
func (c *change) size() int { return max(len(c.added)+len(c.removed), 1) }

// empty reports whether the change changed nothing.
func (c *change) empty() bool { return len(c.added)+len(c.removed) == 0 && c.renamed.batch == "" }

// intact returns how many jobs of the change are still as it left them: other windows may
// have removed, moved or added the rest. It counts again only when it has to.
func (c *change) intact(s *session.Session) int {
	if now := s.Membership(); c.counted.at != now {
		c.counted.at, c.counted.jobs = now, len(s.Still(c.added))+s.Absent(c.removed)
	}
	return c.counted.jobs
}

// reversed returns the renaming back.
func (r renaming) reversed() renaming { return renaming{r.batch, r.to, r.from} }

// possible reports whether the batch still has the name to be replaced.
func (r renaming) possible(s *session.Session) bool {
	b, ok := s.Batch(r.batch)
	return ok && b.Total > 0 && b.Name == r.from
}

// apply gives the batch its other name, if that is possible, and returns what it did.
func (r renaming) apply(s *session.Session) renaming {
	if !r.possible(s) {
		return renaming{}
	}
	s.Rename(r.batch, r.to)
	return r
}

// reverse takes back what is still as the change left it; of the jobs that it added, only
// those given. It returns what it did, and the jobs that are back.
func (c *change) reverse(s *session.Session, added []session.Member, now time.Time) (did *change, back []*session.Record) {
	did = &change{at: now, removed: s.Remove(added)}
	back = s.Restore(c.removed)
	did.added = members(back)
	did.renamed = c.renamed.reversed().apply(s)
	return did, back
}

func members(records []*session.Record) []session.Member {
	out := make([]session.Member, len(records))
	for i, r := range records {
		out[i] = session.MemberOf(&r.Job)
	}
	return out
}

// history holds the changes that can be undone and redone, the newest last.
type history struct{ done, undone []*change }

// historyKept limits the jobs that the history holds besides the newest change's: a
// dashboard that runs for months must not hold everything that was ever removed.
const historyKept = 100_000

// add keeps a new change, after which there is nothing to redo, and drops old ones.
func (h *history) add(c *change) {
	h.undone = nil
	kept := 0
	for i, older := range slices.Backward(h.done) {
		if kept += older.size(); kept > historyKept {
			h.done = slices.Delete(h.done, 0, i+1)
			break
		}
	}
	h.done = append(h.done, c)
}

// next returns the change to undo or redo next; nil if there is none.
func (h *history) next(redo bool) *change {
	stack := h.done
	if redo {
		stack = h.undone
	}
	if len(stack) == 0 {
		return nil
	}
	return stack[len(stack)-1]
}

// reversed notes that a change was undone or redone by another one, which can be redone or
// undone next unless it changed nothing.
func (h *history) reversed(c, by *change, redo bool) {
	from, to := &h.done, &h.undone
	if redo {
		from, to = to, from
	}
	*from = slices.DeleteFunc(*from, func(other *change) bool { return other == c })
	if !by.empty() {
		*to = append(*to, by)
	}
}

// shortName is how much of a batch's name stands in a hint or a note, in cells.
const shortName = 24

// words say what reversing the change does, and what it did: with n jobs, or a name.
func (c *change) words(cs sanitize.Charset, n int, redo bool) (does, did string) {
	name := cs.Cut(c.renamed.from, shortName)
	switch {
	case c.renamed.batch != "" && redo:
		return "renames to " + name + " again", "renamed to " + name + " again"
	case c.renamed.batch != "":
		return "renames back to " + name, "renamed back to " + name
	case len(c.added) > 0 && redo:
		return "removes " + style.Plural(n, "job") + " again", "removed " + style.Plural(n, "job") + " again"
	case len(c.added) > 0:
		return "removes " + style.Plural(n, "added job"), "removed " + style.Plural(n, "added job")
	case redo:
		return "adds " + style.Plural(n, "job") + " again", "added " + style.Plural(n, "job") + " again"
	}
	return "brings back " + style.Plural(n, "job"), "brought back " + style.Plural(n, "job")
}

// question asks whether to reverse the change, which added n jobs or renamed a batch.
func (c *change) question(s *session.Session, cs sanitize.Charset, now time.Time, n int, redo bool) string {
	age := style.Duration(now.Sub(c.at)) + " ago"
	if c.renamed.batch != "" {
		does, _ := c.words(cs, 0, redo)
		return "Rename" + strings.TrimPrefix(does, "renames") + " (" + age + ")?"
	}
	how := " added "
	if redo {
		how = " brought back "
	}
	text := "Remove " + style.Plural(n, "job") + how + age
	if b, ok := s.Batch(c.added[0].Batch); ok {
		text += " to " + cs.Cut(b.Name, shortName)
	}
	return text + "?"
}

// hints offer to undo and to redo, and say what that would do. They are fresh while the last
// change was made just now.
func (h *history) hints(s *session.Session, cs sanitize.Charset, now time.Time) (hints []hint, fresh bool) {
	for _, redo := range []bool{false, true} {
		c := h.next(redo)
		if c == nil {
			continue
		}
		offer := hint{name: verb(redo)}
		if n := c.intact(s); n > 0 || c.renamed.reversed().possible(s) {
			offer.title, _ = c.words(cs, n, redo)
		}
		hints = append(hints, offer)
	}
	last := cmp.Or(h.next(true), h.next(false))
	return hints, last != nil && now.Sub(last.at) <= undoAsks
}

// undoAsks is the age of an action from which taking it back is asked about.
const undoAsks = time.Minute

// undo undoes the newest change, or redoes the one that was undone last. It asks before it
// removes several jobs and before it undoes an old change, which the user may not remember,
// but never before it brings jobs back.
func (m *Model) undo(redo bool) tea.Cmd {
	c := m.history.next(redo)
	added := m.session.Still(c.added)
	harmful := len(added) > 0 || c.renamed.reversed().possible(m.session)
	if len(added) <= 1 && (!harmful || m.now.Sub(c.at) <= undoAsks) {
		return m.reverse(c, added, redo)
	}
	back := m.keys.hint(verb(!redo), "takes that back")
	m.prompt.Confirm(prompt.Question{
		Text:  c.question(m.session, m.theme.Charset, m.now, len(added), redo),
		Aside: style.Joined("; ", stay(len(c.added)-len(added)), back),
		Yes:   func() tea.Cmd { return m.reverse(c, added, redo) },
		No:    func() { m.say(style.Dim, "nothing changed") },
	})
	return nil
}

// reverse undoes or redoes a change as far as other windows have left it alone; of the jobs
// that it added, it removes only those given.
func (m *Model) reverse(c *change, added []session.Member, redo bool) tea.Cmd {
	did, back := c.reverse(m.session, added, m.now)
	m.history.reversed(c, did, redo)
	n := len(did.removed) + len(back)
	left := stay(len(c.added) + len(c.removed) - n)
	if did.empty() {
		m.say(style.Warn, style.Joined("; ", "nothing is left to "+verb(redo),
			cmp.Or(left, "the batch changed in another window and stays so")))
		return nil
	}
	_, said := c.words(m.theme.Charset, n, redo)
	m.commit(back, style.Joined("; ", said, left))
	return nil
}

// commit saves what was changed in the session, says so once the state file has it, and
// has the added jobs checked.
func (m *Model) commit(added []*session.Record, said string) {
	m.session.Save(func(err error) {
		m.session.Watch(false, added...) // on a disk error too: watching goes on
		if err == nil {
			m.say(style.OK, said)
		}
	})
	m.catchUp()
}

// The directions of the history.
const (
	undo = false
	redo = true
)

func verb(redo bool) string {
	if redo {
		return "redo"
	}
	return "undo"
}

// nothingTo says that there is nothing to undo, or redo.
func nothingTo(redo bool) func(*Model) string {
	return func(m *Model) string {
		if m.history.next(redo) == nil {
			return "nothing to " + verb(redo)
		}
		return ""
	}
}

// stay says that so many jobs are no longer as a change left them; "" if there are none.
func stay(n int) string {
	switch n {
	case 0:
		return ""
	case 1:
		return "1 changed in another window stays"
	}
	return fmt.Sprintf("%d changed in another window stay", n)
}
