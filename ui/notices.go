package ui

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"runtime"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/ui/draw"
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
			cmds = append(cmds, m.news(notify.BatchFinished{Batch: batch.Name, Done: c.By[jobs.Done], Failed: c.Failed()},
				hookEvent{Event: "batch-finished", Batch: safe.Line(batch.Name), Done: c.By[jobs.Done], Failed: c.Failed()}))
		case jobs.JobFailed:
			m.away.failed++
			row, ok := m.list.Row(e.ID)
			if !ok {
				continue
			}
			name, cause := row.Answer.Description, causeOf(&row.Job)
			if name == "" || m.opts.Redact {
				name = row.ID.Short()
			}
			batch, _ := m.list.Batch(e.Batch)
			cmds = append(cmds, m.news(notify.JobFailed{Job: name, Cause: cause},
				hookEvent{Event: "job-failed", Batch: safe.Line(batch.Name), Job: row.ID.Short(), Description: safe.Line(name), Cause: safe.Line(cause)}))
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
		return m.news(notify.APIAway{For: span}, hookEvent{Event: "api-away", Seconds: int(span.Seconds())})
	case gone && !m.apiAway:
		m.hold(awayAfter - m.now.Sub(m.host.Since) + time.Millisecond)
	case m.apiAway && m.host.State == poller.Live:
		m.apiAway = false
		span := m.now.Sub(m.awaySince)
		return m.news(notify.APIBack{After: span}, hookEvent{Event: "api-back", Seconds: int(span.Seconds())})
	}
	return nil
}

// news tells one thing: the hook at once, the terminal when nobody looks at it and
// the last notification was long enough ago.
func (m *Model) news(n notify.News, e hookEvent) tea.Cmd {
	var cmds []tea.Cmd
	if m.opts.NotifyCommand != "" {
		e.Time = m.now
		cmds = append(cmds, runHook(m.ctx, m.opts.NotifyCommand, e))
	}
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

// hookEvent is what the user's command reads on its standard input.
type hookEvent struct {
	Event       string    `json:"event"` // batch-finished, job-failed, api-away, api-back
	Time        time.Time `json:"time"`
	Batch       string    `json:"batch,omitempty"`
	Job         string    `json:"job,omitempty"` // the short ID
	Description string    `json:"description,omitempty"`
	Cause       string    `json:"cause,omitempty"`
	Done        int       `json:"done,omitempty"`
	Failed      int       `json:"failed,omitempty"`
	Seconds     int       `json:"seconds,omitempty"` // how long the API was away
}

// hookTime bounds a run of the user's command.
const hookTime = time.Minute

// hookMsg says how the user's command failed.
type hookMsg struct{ err error }

func runHook(ctx context.Context, command string, e hookEvent) tea.Cmd {
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(ctx, hookTime)
		defer cancel()
		in, err := json.Marshal(e)
		if err != nil {
			return hookMsg{err}
		}
		shell, flag := "/bin/sh", "-c"
		if runtime.GOOS == "windows" {
			shell, flag = "cmd", "/c"
		}
		cmd := exec.CommandContext(ctx, shell, flag, command) //nolint:gosec // it is the user's own command
		cmd.Stdin = bytes.NewReader(append(in, '\n'))
		if err := cmd.Run(); err != nil {
			return hookMsg{err}
		}
		return nil
	}
}
