package ui

import (
	"fmt"
	"slices"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/ui/sanitize"
	"example.com/jobwatch/ui/session"
	"example.com/jobwatch/ui/style"
)

// notes keep the user informed: by a note in the footer for a while, and the event log.
type notes struct {
	note note
	log  eventLog
	away absence
}

// note is shown in the footer for a while.
type note struct {
	role  style.Role
	text  string
	until time.Time
}

// How long notes stay: long enough to be read twice.
const (
	noteTime = 5 * time.Second
	warnTime = 15 * time.Second
)

// say shows a note.
func (m *Model) say(r style.Role, text string) {
	m.notes.note = note{r, text, m.now.Add(noteTime)}
}

// warn shows a warning for longer, and keeps it in the log.
func (m *Model) warn(text string) { m.keep(style.Warn, sanitize.Line(text)) }

func (m *Model) keep(r style.Role, text string) {
	m.notes.note = note{r, text, m.now.Add(warnTime)}
	m.log(r, text)
}

// log puts a text, which may be untrusted, into the event log.
func (m *Model) log(r style.Role, text string) {
	l := &m.notes.log
	l.entries = append(l.entries, entry{m.now, r, text})
	l.entries = l.entries[max(len(l.entries)-logSize, 0):]
}

// absence counts what happens while the user looks elsewhere, as far as the terminal
// reports its focus.
type absence struct {
	blurred      bool
	since        time.Time
	done, failed int
}

// tally says how many jobs are done, and how many have failed.
func tally(what string, done, failed int) (style.Role, string) {
	text := fmt.Sprintf("%s: %d done", what, done)
	if failed == 0 {
		return style.OK, text
	}
	return style.Error, fmt.Sprintf("%s, %d failed", text, failed)
}

// jobEnded logs that a job has ended.
func (m *Model) jobEnded(r *session.Record) {
	if r.End == job.EndedDone {
		m.notes.away.done++
	} else {
		m.notes.away.failed++
	}
	j := m.session.Public(&r.Job)
	id, look := j.ID.Short(), m.theme.Look(j.Answer.Status, j.End, nil)
	if row, ok := m.list.Row(r.ID); ok {
		id = row.ShortID()
	}
	text := style.Joined("  ", look.Glyph+" "+look.Word, id, j.Answer.Description)
	m.log(look.Role, style.Joined(": ", text, session.Cause(&j)))
}

// entry is one line of the event log.
type entry struct {
	at   time.Time
	role style.Role
	text string // untrusted: most lines are never drawn, so drawing cleans them
}

// logSize is how many events are kept.
const logSize = 1000

// eventLog is the last events, oldest first, and the screen that shows them.
type eventLog struct {
	scroll
	entries []entry
}

// View draws the events, the newest first.
func (l *eventLog) View(t *style.Theme, width, height int) []string {
	var lines []string
	for _, e := range slices.Backward(l.entries) {
		line := style.NewLine(t, style.Plain).Space(1).Put(style.Dim, e.at.Local().Format(time.TimeOnly)).Space(2)
		lines = append(lines, line.Cut(e.role, e.text, width-line.Width()-2).String())
	}
	if len(lines) == 0 {
		lines = append(lines, style.NewLine(t, style.Plain).Put(style.Dim, " nothing has happened yet").String())
	}
	return l.titled(t, "Event log", lines, height)
}
