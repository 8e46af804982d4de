package ui

import (
	"time"

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
