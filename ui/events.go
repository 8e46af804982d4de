package ui

import (
	"fmt"
	"path/filepath"
	"strconv"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/poller/download"
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/ui/joblist"
	"example.com/jobwatch/ui/sanitize"
	"example.com/jobwatch/ui/session"
	"example.com/jobwatch/ui/style"
)

// resultMsg is what an effect of the session's came to.
type resultMsg struct{ result session.Result }

// runEffect runs an effect of the session's.
func (m *Model) runEffect(e session.Effect) tea.Cmd {
	return func() tea.Msg {
		if result := e(m.ctx); result != nil {
			return resultMsg{result}
		}
		return nil
	}
}

// catchUp takes what has happened in the session: to the list, the forecasts and the log.
// What is to be run is left for the end of [Model.Update].
func (m *Model) catchUp() {
	events, effects := m.session.Take()
	for _, e := range effects {
		m.todo = append(m.todo, m.runEffect(e))
	}
	if len(events) == 0 {
		return
	}
	m.list.Apply(events, m.now)
	var added []*session.Record
	for i := range events {
		e := &events[i]
		if e.Kind == session.Added && !e.Record.Gone() {
			m.learn(e.Record.ID)
			if !e.Record.Saving { // another window's
				added = append(added, e.Record)
			}
		}
		m.happened(e)
	}
	m.session.Watch(false, added...)
	m.list.Study(m.oracle.SeeAll)
}

// happened shows one thing that has happened.
func (m *Model) happened(e *session.Event) {
	switch e.Kind {
	case session.Changed:
		m.noteUnknown(e.Record)
	case session.Removed:
		m.oracle.Forget(e.Record.ID)
	case session.JobDone:
		m.away.done++
		m.log.add(m.jobEntry(e.Record))
	case session.JobFailed:
		m.away.failed++
		m.log.add(m.jobEntry(e.Record))
	case session.BatchFinished:
		m.log.add(m.batchEntry(e.Batch))
	case session.HostChanged:
		m.noteHost(*e.Host)
	case session.APIAway:
		m.log.add(entry{m.now, style.Warn, "the API has not answered for " + style.Duration(e.Span)})
	case session.FileSaved, session.FileFailed, session.FileCanceled:
		m.fileEnded(e)
	case session.Warned:
		m.warn(e.Text)
	case session.Noted:
		m.say(style.OK, e.Text)
	case session.Notified:
		terminal := m.opts.Terminal
		m.todo = append(m.todo, func() tea.Msg {
			terminal.Notify(e.Text)
			return nil
		})
	case session.Added, session.BatchSet, session.APIBack, session.FileChanged:
	}
}

// absence is what happens while the user looks elsewhere, as far as the terminal
// reports its focus.
type absence struct {
	blurred bool
	since   time.Time
	done    int
	failed  int
}

// awayAfter is how long the user has to be away to be told what has changed.
const awayAfter = time.Minute

// focus notes that the user looks here, or doesn't. Coming back after a while
// tells what has changed.
func (m *Model) focus(here bool) {
	m.list.SetWatched(here)
	m.session.Looking(here)
	if !here {
		m.away = absence{blurred: true, since: m.now}
		return
	}
	away := m.away
	m.away = absence{}
	if span := m.now.Sub(away.since); away.blurred && span >= awayAfter && away.done+away.failed > 0 {
		text := fmt.Sprintf("while you were away (%s): %d done", style.Duration(span), away.done)
		role := style.OK
		if away.failed > 0 {
			text += fmt.Sprintf(", %d failed", away.failed)
			role = style.Error
		}
		m.note = note{role, text, m.now.Add(warnTime)}
		m.log.add(entry{m.now, role, text})
	}
}

// noteUnknown says once of each status word that jobwatch does not know it.
func (m *Model) noteUnknown(r *session.Record) {
	if r.Answer.Status == "" || r.Answer.Status.Known() {
		return
	}
	if text := m.unknown.Report(m.session.Public(&r.Job).Answer.Status, r.ID.Short()); text != "" {
		m.warn(text)
	}
}

// jobEntry is the log's about a job that has ended.
func (m *Model) jobEntry(r *session.Record) entry {
	j := m.session.Public(&r.Job)
	look := m.theme.Look(j.Answer.Status, j.End, nil)
	short := r.ID.Short()
	if row, ok := m.list.Row(r.ID); ok {
		short = row.ShortID()
	}
	text := joined("  ", look.Glyph+" "+look.Word, short, j.Answer.Description)
	if cause := session.Cause(&j); cause != "" {
		text += ": " + cause
	}
	return entry{m.now, look.Role, text}
}

func (m *Model) batchEntry(b *session.Batch) entry {
	role, text := style.OK, fmt.Sprintf("batch %s has finished: %d done", b.Name, b.Done)
	if b.Failed > 0 {
		role, text = style.Error, text+fmt.Sprintf(", %d failed", b.Failed)
	}
	return entry{m.now, role, text}
}

// noteHost logs when the API goes away and comes back. That is when it answers: that
// it is asked less for a while then is nothing to tell.
func (m *Model) noteHost(before poller.Host) {
	host := m.session.Host()
	if host.RetryAt.IsZero() && !before.RetryAt.IsZero() {
		m.answered = m.now
	}
	if before.State == host.State {
		return
	}
	switch host.State {
	case poller.BackingOff:
		why := "the API asks for fewer requests"
		if p := host.Problem; p != nil {
			why = p.Reason
		}
		m.log.add(entry{m.now, style.Warn, "easing off: " + why})
	case poller.Live:
		if before.State == poller.BackingOff {
			away := style.Duration(m.answered.Sub(before.Since))
			m.log.add(entry{m.now, style.OK, "the API answers again after " + away})
		}
	case poller.Paused:
	}
}

// fileEnded tells what became of a PDF, and opens it if it was wanted for that.
func (m *Model) fileEnded(e *session.Event) {
	id := e.Record.ID
	opens := m.opening[id]
	if !e.Again {
		delete(m.opening, id)
	}
	switch e.Kind {
	case session.FileFailed:
		next := m.keys.hint("download", "tries again")
		if e.Again {
			next = "jobwatch tries again in a moment"
		}
		m.warn(joined("; ", fmt.Sprintf("download of %s failed: %s", m.nameOf(id), m.session.PublicError(e.Err)), next))
	case session.FileSaved:
		text := "saved " + m.session.PublicFile(e.Record.File)
		if e.Already {
			text = "already there: " + m.session.PublicFile(e.Record.File)
		}
		m.say(style.OK, sanitize.Line(text))
		m.log.add(entry{m.now, style.OK, text})
		if opens {
			m.todo = append(m.todo, view(m.ctx, e.Record.File))
		}
	default:
	}
}

// nameOf is a job for a sentence: its description, else its short ID.
func (m *Model) nameOf(id job.ID) string {
	if r, ok := m.session.Record(id); ok && m.session.Public(&r.Job).Answer.Description != "" {
		return r.Answer.Description
	}
	return id.Short()
}

// fileNote is what a row says of its PDF; "" when there is nothing to say.
func (m *Model) fileNote(r *joblist.Row) (string, style.Role) {
	if e, ok := m.session.File(r.ID); ok {
		switch e.State {
		case download.Queued:
			return "PDF queued", style.Dim
		case download.Running:
			if e.Got == 0 { // it may have to wait for its turn
				return "PDF asked for", style.Accent
			}
			if e.Size > 0 {
				return "PDF " + strconv.FormatInt(100*e.Got/e.Size, 10) + "%", style.Accent
			}
			return "PDF " + strconv.FormatInt(e.Got>>10, 10) + " KB", style.Accent
		case download.Failed:
			return "PDF failed: " + m.session.PublicError(e.Err), style.Error
		case download.Saved, download.Canceled:
		}
	}
	if r.File != "" {
		return "PDF " + filepath.Base(m.session.PublicFile(r.File)), style.Dim
	}
	return "", style.Dim
}
