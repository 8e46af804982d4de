package ui

import (
	"cmp"
	"fmt"
	"time"

	"example.com/jobwatch/ui/sanitize"
	"example.com/jobwatch/ui/session"
	"example.com/jobwatch/ui/style"
)

// catchUp takes what has happened in the session to the list, the forecasts and the log.
func (m *Model) catchUp() {
	events, effects := m.session.Take()
	for _, e := range effects {
		after(&m.work, func() func() { return e(m.ctx) }, func(then func()) { then() })
	}
	if len(events) == 0 {
		return
	}
	m.list.Apply(events, m.now)
	var added []*session.Record
	for i := range events {
		e := &events[i]
		if e.Kind == session.Added && !e.Record.Gone() {
			m.forecaster.See(&e.Record.Job)
			if !e.Record.Saving { // another window's
				added = append(added, e.Record)
			}
		}
		m.happened(e)
	}
	m.session.Watch(false, added...)
}

// happened shows one thing that has happened.
func (m *Model) happened(e *session.Event) {
	switch e.Kind {
	case session.Changed:
		m.forecaster.See(&e.Record.Job)
	case session.Removed:
		m.forecaster.Remove(e.Record.ID)
		delete(m.opening, e.Record.ID)
	case session.Ended:
		m.jobEnded(e.Record)
	case session.BatchFinished:
		m.log(tally("batch "+e.Batch.Name+" has finished", e.Batch.Done, e.Batch.Failed))
	case session.APIAway:
		switch p := m.session.Host().Problem; {
		case e.Span >= time.Minute: // why it is away is in the log already
			m.log(style.Warn, "the API has not answered for "+style.Duration(e.Span))
		case p == nil:
			m.log(style.Warn, "waiting: the API asks for fewer requests")
		default:
			m.log(style.Warn, "waiting: "+p.Reason)
		}
	case session.APIBack:
		m.log(style.OK, "the API answers again after "+style.Duration(e.Span))
	case session.FileSaved, session.FileFailed, session.FileCanceled:
		m.fileEnded(e)
	case session.Warned, session.UnknownStatus:
		m.warn(e.Text)
	case session.Noted:
		m.say(style.OK, e.Text)
	case session.Notified:
		m.opts.Terminal.Notify(e.Text)
	case session.Added, session.BatchSet:
	}
}

// fileEnded says whether a PDF was saved, and opens it if that was wanted.
func (m *Model) fileEnded(e *session.Event) {
	id := e.Record.ID
	opens := m.opening[id]
	if !e.Again {
		delete(m.opening, id)
	}
	switch e.Kind {
	case session.FileFailed:
		next := cmp.Or(when(e.Again, "jobwatch tries again in a moment"), m.keys.hint("download", "tries again"))
		j := m.session.Public(&e.Record.Job)
		name := cmp.Or(sanitize.Line(j.Answer.Description), id.Short())
		m.warn(style.Joined("; ", fmt.Sprintf("download of %s failed: %s", name, e.Text), next))
	case session.FileSaved:
		m.say(style.OK, sanitize.Line(e.Text))
		m.log(style.OK, e.Text)
		if opens {
			m.view(e.Record.File)
		}
	default:
	}
}
