package ui

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/ids"
	"example.com/jobwatch/ui/prompt"
	"example.com/jobwatch/ui/session"
	"example.com/jobwatch/ui/style"
)

// paste is job IDs found in a text.
type paste struct {
	session.Arrival
	from  string // where no job IDs were found
	input *input // that did not come by the keys, and moves no cursor that the user has moved; else nil
	close func() // closes the prompt that the text was typed into; nil if it was not
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
			m.pasted(paste{Arrival: session.Arrival{Found: found, Given: true, Note: t.Note}, from: "in this text", close: t.Close})
		})
	}})
}

// label is a prompt's label that stays as it is.
func label(text string) func() string { return func() string { return text } }

// input is where jobs come from: a paste, or what was given at the start and comes on standard
// input, piece by piece.
type input struct {
	open           bool
	ids.Found                  // its numbers only
	added, already int         // jobs
	batch          store.Batch // theirs, once there are any
	change         *change     // that added them
}

// Arrived takes what comes from elsewhere than the keys, also when the dashboard has ended: it is in
// [Model.Unsaved] then.
func (m *Model) Arrived(a *session.Arrival) {
	in := new(input)
	if a.Given {
		in = &m.input
		in.open = a.Open
	}
	if a.Taken = true; a.Err != nil {
		m.fatal = a.Err
		m.run(tea.Quit)
		return
	}
	m.pasted(paste{Arrival: *a, input: in})
}

// pasted tracks the jobs found in a text as one batch, of all that come on the same input.
func (m *Model) pasted(p paste) {
	found, in := p.IDs, cmp.Or(p.input, new(input))
	if p.close != nil && len(found) > 0 {
		p.close()
	}
	first := in.added+in.already == 0
	switch {
	case !m.loaded:
		m.pending = append(m.pending, p)
		return
	case len(found) == 0 && p.input == nil:
		none := style.Joined(", but ", "no job IDs "+p.from, p.NearText()) + ": an ID looks like 01890a5d-ac96-774b-bcce-b302099a8057"
		m.say(style.Warn, style.Joined("; ", none, p.Note))
		return
	case len(found) == 0 && first:
		if p.Note != "" {
			m.warn(p.Note)
		}
		return
	case first:
		how := cmp.Or(when(p.input != nil, "added "), "pasted ")
		in.batch = m.session.NewBatch(cmp.Or(p.Batch, how+m.now.Local().Format(time.TimeOnly)))
	}
	added, already := m.session.Add(found, in.batch)
	in.added, in.already = in.added+len(added), in.already+already
	in.Add(ids.Found{Duplicates: p.Duplicates, Near: p.Near})
	m.catchUp()
	if already > 0 {
		n := m.session.Elsewhere(found, p.Batch)
		elsewhere := when(n > 0 && p.Batch != "", fmt.Sprintf("%d of them in another batch", n))
		p.Note = style.Joined("; ", elsewhere, askAgain(m.session, found), p.Note)
	}
	said := when(first || !p.Open, style.Joined("; ", when(!first, "standard input has ended: ")+in.summary(), p.Note)) // else the header counts
	if len(added) == 0 {
		if said != "" {
			m.say(style.Text, said)
		}
		return
	}
	if p.input == nil || !m.list.moved {
		m.list.GoBatch(in.batch.ID) // people look for what they have just pasted
	}
	if c := in.change; p.Given {
		// It is one change, unless a part of it was undone or is asked about.
		if c == nil || !slices.Contains(m.history[undo], c) || m.prompt.Open() || c.jobs() >= historyKept {
			in.change = &change{at: m.now}
			m.history.add(in.change)
		}
		in.change.added = append(in.change.added, session.Members(added)...)
	}
	m.commit(added, said)
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

// summary says how many jobs came, and what else was there.
func (in *input) summary() string {
	what := cmp.Or(when(in.added > 0, "added "+style.Plural(in.added, "job")), "nothing new")
	but := style.Joined(", ", when(in.already > 0, fmt.Sprintf("%d already tracked", in.already)),
		when(in.Duplicates > 0, fmt.Sprintf("%d repeated", in.Duplicates)), in.NearText())
	return what + when(but != "", " ("+but+")")
}
