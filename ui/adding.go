package ui

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/ui/ids"
	"example.com/jobwatch/ui/prompt"
	"example.com/jobwatch/ui/session"
	"example.com/jobwatch/ui/style"
)

// paste is job IDs found in a text.
type paste struct {
	Arrival
	note    string // shown beside what was added
	from    string // where no job IDs were found
	arrived bool   // not by the keys: it does not move a cursor that the user has moved
	close   func() // closes the prompt that the text was typed into; nil if it was not
}

// askIDs asks for job IDs to add. If there are none in the text, the prompt stays open.
func (m *Model) askIDs() {
	m.prompt.Ask(prompt.Text{Label: label("add job IDs: "), Take: func(t prompt.Taken) {
		after(&m.work, func() ids.Found {
			found := ids.Find(t.Before + "\n" + string(t.Pasted) + "\n" + t.After)
			if len(found.IDs) == 0 { // the rest of a half-typed ID, perhaps
				found = ids.Find(t.Before + string(t.Pasted) + t.After)
			}
			return found
		}, func(found ids.Found) {
			if len(found.IDs) == 0 {
				t.Note = style.Joined("; ", t.Note, t.TooLong)
			}
			m.pasted(paste{Arrival: Arrival{Found: found, Given: true}, from: "in this text", note: t.Note, close: t.Close})
		})
	}})
}

// label is a prompt's label that stays as it is.
func label(text string) func() string { return func() string { return text } }

// pasted tracks the jobs found in a text as one batch.
func (m *Model) pasted(p paste) {
	found := p.Found.IDs
	if p.close != nil && len(found) > 0 {
		p.close()
	}
	switch {
	case !m.loaded:
		m.pending = append(m.pending, p)
		return
	case len(found) == 0:
		none := style.Joined(", but ", "no job IDs "+p.from, p.Found.NearText()) + ": an ID looks like 01890a5d-ac96-774b-bcce-b302099a8057"
		m.say(style.Warn, style.Joined("; ", none, p.note))
		return
	}
	how := cmp.Or(when(p.arrived, "added "), "pasted ")
	batch := m.session.NewBatch(cmp.Or(p.Batch, how+m.now.Local().Format(time.TimeOnly)))
	stayLean(len(found))
	added, already := m.session.Add(found, batch)
	m.catchUp()
	if already > 0 {
		n := m.session.Elsewhere(found, p.Batch)
		elsewhere := when(n > 0 && p.Batch != "", fmt.Sprintf("%d of them in another batch", n))
		p.note = style.Joined("; ", elsewhere, askAgain(m.session, found), p.note)
	}
	if len(added) == 0 {
		m.say(style.Text, p.summary("nothing new", already))
		return
	}
	if !p.arrived || !m.list.moved {
		m.list.GoBatch(batch.ID) // people look for what they have just pasted
	}
	if p.Given {
		m.history.add(&change{at: m.now, added: session.Members(added)})
	}
	m.commit(added, p.summary("added "+style.Plural(len(added), "job"), already))
}

// askAgain has those of the jobs checked again that jobwatch itself gave up, and says so.
func askAgain(s *session.Session, ids []job.ID) string {
	again := s.Asked(ids)
	ended := func(end job.End) bool {
		return slices.ContainsFunc(again, func(r *session.Record) bool { return r.End == end })
	}
	what := style.Joined(" or ", when(ended(job.EndedGivenUp), "given-up"), when(ended(job.EndedRejected), "rejected"))
	return when(len(again) > 0, "asking again for "+style.Plural(len(again), what+" job"))
}

// summary says how many jobs a paste added, and what else was in it.
func (p *paste) summary(what string, already int) string {
	twice := p.Found.Duplicates
	but := style.Joined(", ", when(already > 0, fmt.Sprintf("%d already tracked", already)),
		when(twice > 0, fmt.Sprintf("%d repeated", twice)), p.Found.NearText())
	return style.Joined("; ", what+when(but != "", " ("+but+")"), p.note)
}
