package ui

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"example.com/jobwatch/ui/prompt"
	"example.com/jobwatch/ui/sanitize"
	"example.com/jobwatch/ui/session"
	"example.com/jobwatch/ui/style"
)

// change is what one action of the user changed: it added jobs, removed jobs or renamed a
// batch. Reversing a change is a change, too: undo and redo are the same code.
type change struct {
	at       time.Time
	added    []session.Member
	removed  []*session.Record
	batch    *session.Batch // that was renamed; nil if none was
	from, to string
	counted  struct{ at, jobs int } // see intact
}

// jobs is how many jobs the change added or removed.
func (c *change) jobs() int { return len(c.added) + len(c.removed) }

// empty reports whether the change changed nothing.
func (c *change) empty() bool { return c.jobs() == 0 && c.batch == nil }

// intact returns how many jobs of the change no other window has removed, moved or added.
func (c *change) intact(s *session.Session) int {
	if now := s.Membership(); c.counted.at != now {
		c.counted.at, c.counted.jobs = now, len(s.Still(c.added))+len(s.Absent(c.removed))
	}
	return c.counted.jobs
}

// renamed reports whether the batch still has the name that the change gave it.
func (c *change) renamed() bool {
	return c.batch != nil && c.batch.Total > 0 && c.batch.Name == c.to
}

// reverse takes back what is still as the change left it, and of the jobs that it added only
// those given. It returns what it did, and the jobs that are back.
func (c *change) reverse(s *session.Session, added []session.Member, now time.Time) (did *change, back []*session.Record) {
	did = &change{at: now, removed: s.Remove(added)}
	back = s.Restore(c.removed)
	did.added = session.Members(back)
	if c.renamed() {
		s.Rename(c.batch, c.from)
		did.batch, did.from, did.to = c.batch, c.to, c.from
	}
	return did, back
}

// direction is a way through the history.
type direction int

const (
	undo direction = iota
	redo
)

func (d direction) String() string { return [...]string{"undo", "redo"}[d] }

// history holds the changes that can be undone and redone, the newest last.
type history [2][]*change

// historyKept limits the jobs that the history holds besides the newest change's.
const historyKept = 100_000

// add keeps a new change, after which there is nothing to redo, and drops old ones.
func (h *history) add(c *change) {
	h[redo] = nil
	kept := 0
	for i, older := range slices.Backward(h[undo]) {
		if kept += max(older.jobs(), 1); kept > historyKept {
			h[undo] = slices.Delete(h[undo], 0, i+1)
			break
		}
	}
	h[undo] = append(h[undo], c)
}

// next returns the change to undo or redo next; nil if there is none.
func (h *history) next(d direction) *change {
	if n := len(h[d]); n > 0 {
		return h[d][n-1]
	}
	return nil
}

// reversed notes that a change was reversed by another one, which can be reversed next.
func (h *history) reversed(c, by *change, d direction) {
	h[d] = slices.DeleteFunc(h[d], func(other *change) bool { return other == c })
	if !by.empty() {
		h[1-d] = append(h[1-d], by)
	}
}

// shortName is how much of a batch's name stands in a hint or a note, in cells.
const shortName = 24

// words say what reversing the change does, and what it did: with n jobs, or a name.
func (c *change) words(cs sanitize.Charset, n int, d direction) (does, did string) {
	again := [...]string{undo: "", redo: " again"}[d]
	jobs := " " + style.Plural(n, "job") + again
	switch {
	case c.batch != nil:
		to := [...]string{undo: " back to ", redo: " to "}[d] + cs.Cut(c.from, shortName) + again
		return "renames" + to, "renamed" + to
	case len(c.added) > 0:
		jobs = " " + style.Plural(n, [...]string{undo: "added job", redo: "job"}[d]) + again
		return "removes" + jobs, "removed" + jobs
	case d == redo:
		return "adds" + jobs, "added" + jobs
	}
	return "brings back" + jobs, "brought back" + jobs
}

// question asks whether to reverse the change, which added jobs or renamed a batch.
func (c *change) question(s *session.Session, cs sanitize.Charset, now time.Time, added []session.Member, d direction) string {
	age := style.Duration(now.Sub(c.at)) + " ago"
	if c.batch != nil {
		does, _ := c.words(cs, 0, d)
		return "Rename" + strings.TrimPrefix(does, "renames") + " (" + age + ")?"
	}
	how := [...]string{undo: " added ", redo: " brought back "}[d]
	r, _ := s.Record(added[0].ID)
	return "Remove " + style.Plural(len(added), "job") + how + age + " to " + cs.Cut(r.In().Name, shortName) + "?"
}

// hints offer to undo and to redo. They are fresh while the last change was made just now.
func (h *history) hints(s *session.Session, cs sanitize.Charset, now time.Time) (hints []string, fresh bool) {
	for _, d := range []direction{undo, redo} {
		c := h.next(d)
		if c == nil {
			continue
		}
		offer := d.String()
		if n := c.intact(s); n > 0 || c.renamed() {
			does, _ := c.words(cs, n, d)
			offer += " " + does
		}
		hints = append(hints, offer)
	}
	last := cmp.Or(h.next(redo), h.next(undo))
	return hints, last != nil && now.Sub(last.at) <= undoAsks
}

// nothingTo says that there is nothing to undo, or redo.
func nothingTo(d direction) func(*Model) string {
	return func(m *Model) string {
		return when(m.history.next(d) == nil, "nothing to "+d.String())
	}
}

// undoAsks is the age of an action from which taking it back is asked about.
const undoAsks = time.Minute

// undo undoes the newest change, or redoes the one that was undone last. It asks before it
// removes several jobs or undoes an old change, but never before it brings jobs back.
func (m *Model) undo(d direction) {
	c := m.history.next(d)
	added := m.session.Still(c.added)
	harmful := len(added) > 0 || c.renamed()
	if len(added) <= 1 && (!harmful || m.now.Sub(c.at) <= undoAsks) {
		m.reverse(c, added, d)
		return
	}
	m.prompt.Confirm(prompt.Question{
		Text:  c.question(m.session, m.theme.Charset, m.now, added, d),
		Aside: style.Joined("; ", stay(len(c.added)-len(added)), m.keys.hint((1-d).String(), "takes that back")),
		Yes:   func() { m.reverse(c, added, d) },
		No:    func() { m.say(style.Dim, "nothing changed") },
	})
}

// reverse undoes or redoes a change as far as other windows have left it alone, and says so.
func (m *Model) reverse(c *change, added []session.Member, d direction) {
	did, back := c.reverse(m.session, added, m.now)
	m.history.reversed(c, did, d)
	n := did.jobs()
	left := stay(c.jobs() - n)
	if did.empty() {
		left = cmp.Or(left, "the batch changed in another window and stays so")
		m.say(style.Warn, style.Joined("; ", "nothing is left to "+d.String(), left))
		return
	}
	_, said := c.words(m.theme.Charset, n, d)
	m.commit(back, style.Joined("; ", said, left))
}

// commit saves what was changed, says so once the state file has it, and has added jobs checked.
func (m *Model) commit(added []*session.Record, said string) {
	m.session.Save(func(err error) {
		m.session.Watch(false, added...) // on a disk error too: watching goes on
		if err == nil && said != "" {
			m.say(style.OK, said)
		}
	})
	m.catchUp()
}

// stay says that so many jobs are no longer as a change left them; "" if there are none.
func stay(n int) string {
	if n == 1 {
		return "1 changed in another window stays"
	}
	return when(n > 0, fmt.Sprintf("%d changed in another window stay", n))
}

// noBatch says that there is no batch to name.
func noBatch(m *Model) string {
	_, batch := m.list.Current()
	return when(batch == nil, "there is no batch to name here")
}

// askName asks for another name of the current batch.
func (m *Model) askName() {
	_, current := m.list.Current()
	batch := current.Batch // which is there still when it has no job any more
	m.prompt.Ask(prompt.Text{
		Label: label("name of the batch: "), Begin: batch.Name,
		Enter: func(name string) {
			switch {
			case batch.Total == 0:
				m.say(style.Warn, "that batch is gone")
			case batch.Name != name:
				m.history.add(&change{at: m.now, batch: batch, from: batch.Name, to: name})
				m.session.Rename(batch, name)
				m.commit(nil, "the batch is now called "+name)
			}
		},
	})
}
