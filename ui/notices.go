package ui

import (
	"fmt"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/ui/hook"
	"example.com/jobwatch/ui/joblist"
	"example.com/jobwatch/ui/notify"
	"example.com/jobwatch/ui/sanitize"
	"example.com/jobwatch/ui/style"
)

// awayAfter is how long the API may be away before that is news.
const awayAfter = time.Minute

// absence is what happens while the user looks elsewhere, as far as the terminal
// reports its focus.
type absence struct {
	blurred bool
	since   time.Time
	done    int
	failed  int
}

// focus notes that the user looks here, or doesn't. Coming back after a while
// tells what has changed.
func (m *Model) focus(here bool) {
	m.list.SetWatched(here)
	if !here {
		m.away = absence{blurred: true, since: m.now}
		return
	}
	away := m.away
	m.away = absence{}
	m.limiter.Forget()
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

// announce tells somebody who looks elsewhere, by what the terminal offers, and
// the user's command.
func (m *Model) announce(events []joblist.Event) tea.Cmd {
	var cmds []tea.Cmd
	for _, e := range events {
		switch e.Kind {
		case joblist.BatchFinished:
			batch, ok := m.list.Batch(e.Batch)
			if !ok {
				continue
			}
			c := batch.Counts
			news := notify.BatchFinished{Batch: batch.Name, Done: c.By[joblist.Done], Failed: c.Failed()}
			cmds = append(cmds, m.news(news, nil))
		case joblist.JobFailed:
			m.away.failed++
			row, ok := m.list.Row(e.ID)
			if !ok {
				continue
			}
			shown := m.public(&row.Job)
			name, cause := shown.Answer.Description, causeOf(&shown)
			if name == "" {
				name = row.ID.Short()
			}
			cmds = append(cmds, m.news(notify.JobFailed{Job: name, Cause: cause}, m.more(row, shown.Answer.Description)))
		case joblist.JobDone:
			m.away.done++
		}
	}
	return tea.Batch(cmds...)
}

// more is what the user's command is told of a job that failed.
func (m *Model) more(row *joblist.Row, description string) func(*hook.Event) {
	if m.hook == nil {
		return nil
	}
	id := row.ID.String()
	if m.opts.Redact {
		id = row.ID.Short()
	}
	name := ""
	if batch, ok := m.list.Batch(row.Batch); ok {
		name = batch.Name
	}
	return func(e *hook.Event) {
		e.Batch, e.ID, e.Description = sanitize.Line(name), id, sanitize.Line(description)
	}
}

// noteAbsence tells once that the API has been away for over a minute, and once
// that it is back. While the user has paused, nobody knows.
func (m *Model) noteAbsence() tea.Cmd {
	switch {
	case m.host.State == poller.Paused:
	case m.host.State == poller.BackingOff && !m.host.RetryAt.IsZero(): // else it answers, and is asked ever more
		if m.awaySince.IsZero() {
			m.awaySince = m.now
		}
		span := m.now.Sub(m.awaySince)
		switch {
		case m.apiAway:
		case span < awayAfter:
			m.hold(awayAfter - span + time.Millisecond)
		default:
			m.apiAway = true
			m.log.add(entry{m.now, style.Warn, "the API has not answered for " + style.Duration(span)})
			return m.news(notify.APIAway{For: span}, nil)
		}
	default:
		told, span := m.apiAway, m.now.Sub(m.awaySince)
		m.apiAway, m.awaySince = false, time.Time{}
		if told {
			return m.news(notify.APIBack{After: span}, nil)
		}
	}
	return nil
}

// news tells one thing: the hook at once, with what more there is to say, the terminal
// when nobody looks at it and the last notification was long enough ago.
func (m *Model) news(n notify.News, more func(*hook.Event)) tea.Cmd {
	hooked := m.runHook(n, more)
	if !m.away.blurred && m.focusKnown {
		return hooked
	}
	return tea.Batch(hooked, m.tell(m.limiter.Add(n, m.now)))
}

// tell sends a notification of all that is due.
func (m *Model) tell(due []notify.News) tea.Cmd {
	if len(due) == 0 {
		return nil
	}
	terminal := m.opts.Terminal
	return func() tea.Msg {
		terminal.Notify(notify.Sentence(due))
		return nil
	}
}

// overdue sends what the limiter held back, when its time has come.
func (m *Model) overdue() tea.Cmd {
	next := m.limiter.Next()
	if next.IsZero() {
		return nil
	}
	if left := next.Sub(m.now); left > 0 {
		m.hold(left)
		return nil
	}
	return m.tell(m.limiter.Due(m.now))
}

// hookMsg says that the user's command has run, and how it failed.
type hookMsg struct{ err error }

// hooked tells that the command fails once, and anew when it fails otherwise: a
// thousand such warnings would be all that the log holds.
func (m *Model) hooked(err error) {
	failure := ""
	if err != nil {
		failure = err.Error()
	}
	if failure != "" && failure != m.hookFailure {
		m.warn("the notify command failed: " + failure)
	}
	m.hookFailure = failure
}

func (m *Model) runHook(n notify.News, more func(*hook.Event)) tea.Cmd {
	command, now := m.hook, m.now
	if command == nil {
		return nil
	}
	return func() tea.Msg { // the event is made here, off the loop: thousands of jobs may fail at once
		event := hook.About(n, now)
		if more != nil {
			more(&event)
		}
		err := command.Run(m.ctx, event)
		if m.ctx.Err() != nil {
			return nil
		}
		return hookMsg{err}
	}
}
