package ui

import (
	"fmt"
	"time"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/ui/joblist"
	"example.com/jobwatch/ui/style"
)

// entry is one line of the event log.
type entry struct {
	at   time.Time
	role style.Role
	text string // untrusted: most lines are never drawn, so drawing cleans them
}

// logSize is how many events are kept.
const logSize = 1000

// eventLog is a ring of the last events, oldest first.
type eventLog struct {
	entries []entry
	start   int
}

func (l *eventLog) add(e entry) {
	if len(l.entries) < logSize {
		l.entries = append(l.entries, e)
		return
	}
	l.entries[l.start] = e
	l.start = (l.start + 1) % logSize
}

// newest returns the i-th newest entry.
func (l *eventLog) newest(i int) entry {
	return l.entries[(l.start+len(l.entries)-1-i)%len(l.entries)]
}

// noteEvents logs what has happened to jobs and batches.
func (m *Model) noteEvents(events []joblist.Event) {
	for _, e := range events {
		m.log.add(m.entryOf(e))
	}
}

// noteUnknown says once of each status word that jobwatch does not know it.
func (m *Model) noteUnknown(reports []job.Report) {
	for i := range reports {
		r := &reports[i]
		if r.Answer.Status == "" || r.Answer.Status.Known() {
			continue
		}
		row, ok := m.list.Row(r.ID)
		if !ok {
			continue
		}
		if text := m.unknown.Report(m.public(&row.Job).Answer.Status, row.ID.Short()); text != "" {
			m.warn(text)
		}
	}
}

func (m *Model) entryOf(e joblist.Event) entry {
	if e.Kind == joblist.BatchFinished {
		batch, _ := m.list.Batch(e.Batch)
		c := batch.Counts
		role, text := style.OK, fmt.Sprintf("batch %s has finished: %d done", batch.Name, c.By[joblist.Done])
		if c.Failed() > 0 {
			role, text = style.Error, text+fmt.Sprintf(", %d failed", c.Failed())
		}
		return entry{m.now, role, text}
	}
	row, _ := m.list.Row(e.ID)
	j := m.public(&row.Job)
	look := m.theme.Look(j.Answer.Status, j.End, nil)
	text := joined("  ", look.Glyph+" "+look.Word, row.ShortID(), j.Answer.Description)
	if cause := causeOf(&j); cause != "" {
		text += ": " + cause
	}
	return entry{m.now, look.Role, text}
}

// noteHost logs when the API goes away and comes back. That is when it answers: that
// it is asked less for a while then is nothing to tell.
func (m *Model) noteHost(before poller.Host) {
	if m.host.RetryAt.IsZero() && !before.RetryAt.IsZero() {
		m.answered = m.now
	}
	if before.State == m.host.State {
		return
	}
	switch m.host.State {
	case poller.BackingOff:
		why := "the API asks for fewer requests"
		if p := m.host.Problem; p != nil {
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

// logLines are the event log, newest first.
func (m *Model) logLines(width int) []string {
	if len(m.log.entries) == 0 {
		return []string{style.NewLine(m.theme, style.Plain).Put(style.Dim, " nothing has happened yet").String()}
	}
	lines := make([]string, len(m.log.entries))
	for i := range lines {
		e := m.log.newest(i)
		l := style.NewLine(m.theme, style.Plain).Space(1).Put(style.Dim, e.at.Local().Format(time.TimeOnly)).Space(2)
		lines[i] = l.Cut(e.role, e.text, width-l.Width()-1).String()
	}
	return lines
}
