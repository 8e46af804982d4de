package ui

import (
	"slices"
	"time"

	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/session"
)

// change is one action of the user's on what is tracked: jobs that it put on the list,
// jobs that it took off, or a batch that it renamed. What reverses a change is a change
// too: undo and redo are the same code.
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

// size is what a change counts for in the history, in jobs.
func (c *change) size() int { return max(len(c.added)+len(c.removed), 1) }

// empty reports whether the change changed nothing.
func (c *change) empty() bool { return len(c.added)+len(c.removed) == 0 && c.renamed.batch == "" }

// intact is how many jobs of the change are still as it left them: other windows may
// have removed, moved or added the rest. It counts again only when it has to.
func (c *change) intact(s *session.Session) int {
	if now := s.Membership(); c.counted.at != now {
		c.counted.at, c.counted.jobs = now, len(s.Still(c.added))+s.Absent(c.removed)
	}
	return c.counted.jobs
}

// reversed is the renaming back.
func (r renaming) reversed() renaming { return renaming{r.batch, r.to, r.from} }

// possible reports whether the batch has the name that it is to lose.
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

// reverse takes back what is still as the change left it, of the jobs that it added only
// those given. It returns what it did, and the records of the jobs that are back.
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

// history is what can be undone and what can be redone, the newest last.
type history struct{ done, undone []*change }

// historyKept is how many jobs the history holds beyond the newest action's: a dashboard
// that runs for months must not hold all that was ever removed.
const historyKept = 100_000

// add keeps a new action, after which there is nothing to redo, and lets old ones go.
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

// next is the change that is undone or redone next; nil when there is none.
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

// reversed notes that a change was undone or redone, and what did so: that is redone or
// undone next, unless it changed nothing.
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
