package ui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/ui/session"
	"example.com/jobwatch/ui/style"
)

// pasted tracks the jobs found in a text as one batch.
func (m *Model) pasted(msg pastedMsg) tea.Cmd {
	if msg.close != nil && len(msg.found.IDs) > 0 {
		msg.close()
	}
	if !m.start.loaded {
		m.start.pending = append(m.start.pending, msg)
		return nil
	}
	if len(msg.found.IDs) == 0 {
		m.say(style.Warn, foundNothing(msg))
		return nil
	}
	name := msg.batch
	if name == "" {
		how := "pasted"
		if msg.arrived {
			how = "added"
		}
		name = how + " " + m.now.Local().Format(time.TimeOnly)
	}
	batch := m.session.NewBatch(name)
	stayLean(len(msg.found.IDs))
	added, already := m.session.Add(msg.found.IDs, batch)
	m.catchUp()
	if already > 0 {
		msg.note = style.Joined("; ", elsewhere(m.session, msg), askAgain(m.session, msg.found.IDs), msg.note)
	}
	if len(added) > 0 && (!msg.arrived || !m.list.moved) {
		m.list.GoBatch(batch.ID) // people look for what they have just pasted
	}
	if len(added) == 0 {
		m.say(style.Text, summary("nothing new", already, msg))
		return nil
	}
	if !msg.arrived || msg.given {
		m.history.add(&change{at: m.now, added: members(added)})
	}
	m.commit(added, summary("added "+style.Plural(len(added), "job"), already, msg))
	return nil
}

// elsewhere says how many of the jobs stay in a batch of another name than the one that they
// were to be added to.
func elsewhere(s *session.Session, msg pastedMsg) string {
	n := 0
	for _, id := range msg.found.IDs {
		if r, ok := s.Record(id); ok && msg.batch != "" && r.In().Name != msg.batch {
			n++
		}
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%d of them in another batch", n)
}

// askAgain has those of the jobs checked again that jobwatch itself gave up, and says so.
func askAgain(s *session.Session, ids []job.ID) string {
	ends := s.Asked(ids)
	if len(ends) == 0 {
		return ""
	}
	what := "given-up or rejected job"
	switch {
	case !slices.Contains(ends, job.EndedRejected):
		what = "given-up job"
	case !slices.Contains(ends, job.EndedGivenUp):
		what = "rejected job"
	}
	return "asking again for " + style.Plural(len(ends), what)
}

// foundNothing says that a text held no job IDs.
func foundNothing(msg pastedMsg) string {
	none := "no job IDs in the pasted text"
	switch {
	case msg.arrived:
		none = "no job IDs on standard input"
	case msg.close != nil:
		none = "no job IDs in this text"
	}
	if near := msg.found.NearText(); near != "" {
		none += ", but " + near
	}
	return style.Joined("; ", none+": an ID looks like 01890a5d-ac96-774b-bcce-b302099a8057", msg.note)
}

// summary says how many jobs a paste added, and what else was in it.
func summary(what string, already int, msg pastedMsg) string {
	var but []string
	if already > 0 {
		but = append(but, fmt.Sprintf("%d already tracked", already))
	}
	if n := msg.found.Duplicates; n > 0 {
		but = append(but, fmt.Sprintf("%d repeated", n))
	}
	if near := msg.found.NearText(); near != "" {
		but = append(but, near)
	}
	if len(but) > 0 {
		what += " (" + strings.Join(but, ", ") + ")"
	}
	if msg.note != "" {
		what += "; " + msg.note
	}
	return what
}
