package ui

import (
	"fmt"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/ui/draw"
	"example.com/jobwatch/ui/hook"
	"example.com/jobwatch/ui/jobs"
	"example.com/jobwatch/ui/notify"
	"example.com/jobwatch/ui/safe"
	"example.com/jobwatch/ui/theme"
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
		text := fmt.Sprintf("while you were away (%s): %d done", draw.Duration(span), away.done)
		role := theme.OK
		if away.failed > 0 {
			text += fmt.Sprintf(", %d failed", away.failed)
			role = theme.Error
		}
		m.note = note{role, text, m.now.Add(warnTime)}
		m.log.add(entry{m.now, role, text})
	}
}

// announce tells somebody who looks elsewhere, by what the terminal offers, and
// the user's command.
func (m *Model) announce(events []jobs.Event) tea.Cmd {
	var cmds []tea.Cmd
	for _, e := range events {
		switch e.Kind {
		case jobs.BatchFinished:
			batch, ok := m.list.Batch(e.Batch)
			if !ok {
				continue
			}
			c := batch.Counts
			news := notify.BatchFinished{Batch: batch.Name, Done: c.By[jobs.Done], Failed: c.Failed()}
			cmds = append(cmds, m.news(news, hook.About(news, m.now)))
		case jobs.JobFailed:
			m.away.failed++
			row, ok := m.list.Row(e.ID)
			if !ok {
				continue
			}
			shown, id := m.public(&row.Job), row.ID.String()
			name, cause := shown.Answer.Description, causeOf(&shown)
			if name == "" {
				name = row.ID.Short()
			}
			if m.opts.Redact {
				id = row.ID.Short()
			}
			batch, _ := m.list.Batch(e.Batch)
			news := notify.JobFailed{Job: name, Cause: cause}
			event := hook.About(news, m.now)
			event.Batch, event.ID, event.Description = safe.Line(batch.Name), id, safe.Line(shown.Answer.Description)
			cmds = append(cmds, m.news(news, event))
		case jobs.JobDone:
			m.away.done++
		}
	}
	return tea.Batch(cmds...)
}

// noteAbsence tells once that the API has been away for over a minute, and once
// that it is back.
func (m *Model) noteAbsence() tea.Cmd {
	gone := m.host.State == poller.EasingOff
	switch {
	case gone && !m.apiAway && m.now.Sub(m.host.Since) >= awayAfter:
		m.apiAway, m.awaySince = true, m.host.Since
		span := m.now.Sub(m.host.Since)
		m.log.add(entry{m.now, theme.Warn, "the API has not answered for " + draw.Duration(span)})
		return m.news(notify.APIAway{For: span}, hook.About(notify.APIAway{For: span}, m.now))
	case gone && !m.apiAway:
		m.hold(awayAfter - m.now.Sub(m.host.Since) + time.Millisecond)
	case m.apiAway && m.host.State == poller.Live:
		m.apiAway = false
		span := m.now.Sub(m.awaySince)
		return m.news(notify.APIBack{After: span}, hook.About(notify.APIBack{After: span}, m.now))
	}
	return nil
}

// news tells one thing: the hook at once, the terminal when nobody looks at it and
// the last notification was long enough ago.
func (m *Model) news(n notify.News, e hook.Event) tea.Cmd {
	var cmds []tea.Cmd
	cmds = append(cmds, m.runHook(e))
	if m.away.blurred || !m.focusKnown {
		cmds = append(cmds, m.tell(m.limiter.Add(n, m.now)))
	}
	return tea.Batch(cmds...)
}

// tell sends a notification of all that is due.
func (m *Model) tell(due []notify.News) tea.Cmd {
	text := notify.Sentence(due)
	if text == "" {
		return nil
	}
	terminal := m.opts.Terminal
	return func() tea.Msg {
		terminal.Notify(text)
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

// hookMsg says how the user's command failed.
type hookMsg struct{ err error }

func (m *Model) runHook(e hook.Event) tea.Cmd {
	command := m.hook
	if command == nil {
		return nil
	}
	return func() tea.Msg {
		if err := command.Run(m.ctx, e); err != nil && m.ctx.Err() == nil {
			return hookMsg{err}
		}
		return nil
	}
}
