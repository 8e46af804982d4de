package ui

import (
	"fmt"
	"slices"
	"time"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/sanitize"
	"example.com/jobwatch/ui/session"
	"example.com/jobwatch/ui/style"
)

// notes keep the user informed: by a note in the footer for a while, and the event log.
type notes struct {
	note note
	log  eventLog

	away     absence
	answered time.Time // when the API last answered after an outage
}

// note is shown in the footer for a while.
type note struct {
	role  style.Role
	text  string
	until time.Time
}

// at returns the note if it still shows at a time, else an empty one.
func (n note) at(now time.Time) note {
	if now.Before(n.until) {
		return n
	}
	return note{}
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

// warn shows a warning, and keeps it in the log.
func (m *Model) warn(text string) { m.notes.keep(m.now, style.Warn, sanitize.Line(text)) }

// keep shows a note for longer, and keeps it in the log.
func (n *notes) keep(now time.Time, r style.Role, text string) {
	n.note = note{r, text, now.Add(warnTime)}
	n.log.add(entry{now, r, text})
}

// absence counts what happens while the user looks elsewhere, as far as the terminal
// reports its focus.
type absence struct {
	blurred      bool
	since        time.Time
	done, failed int
}

// awayAfter is how long an absence must be for a summary of it.
const awayAfter = time.Minute

// focus notes whether the user looks here, and shows what has changed during an absence.
func (n *notes) focus(now time.Time, here bool) {
	away := n.away
	n.away = absence{blurred: !here, since: now}
	span := now.Sub(away.since)
	if !here || !away.blurred || span < awayAfter || away.done+away.failed == 0 {
		return
	}
	role, text := style.OK, fmt.Sprintf("while you were away (%s): %d done", style.Duration(span), away.done)
	if away.failed > 0 {
		role, text = style.Error, text+fmt.Sprintf(", %d failed", away.failed)
	}
	n.keep(now, role, text)
}

// host logs when the API goes away and when it answers again, though it may be asked less
// for a while then.
func (n *notes) host(now time.Time, before, after poller.Host) {
	if after.RetryAt.IsZero() && !before.RetryAt.IsZero() {
		n.answered = now
	}
	switch {
	case before.State == after.State:
	case after.State == poller.BackingOff:
		why := "the API asks for fewer requests"
		if p := after.Problem; p != nil {
			why = p.Reason
		}
		n.log.add(entry{now, style.Warn, "waiting: " + why})
	case after.State == poller.Live && before.State == poller.BackingOff:
		away := style.Duration(n.answered.Sub(before.Since))
		n.log.add(entry{now, style.OK, "the API answers again after " + away})
	}
}

// jobEnded logs that a job has ended. In the list, it is called id.
func (n *notes) jobEnded(now time.Time, look style.Look, j *store.Job, id string) {
	if j.End == job.EndedDone {
		n.away.done++
	} else {
		n.away.failed++
	}
	text := style.Joined("  ", look.Glyph+" "+look.Word, id, j.Answer.Description)
	if cause := session.Cause(j); cause != "" {
		text += ": " + cause
	}
	n.log.add(entry{now, look.Role, text})
}

// batchFinished logs that a batch has finished.
func (n *notes) batchFinished(now time.Time, b *session.Batch) {
	role, text := style.OK, fmt.Sprintf("batch %s has finished: %d done", b.Name, b.Done)
	if b.Failed > 0 {
		role, text = style.Error, text+fmt.Sprintf(", %d failed", b.Failed)
	}
	n.log.add(entry{now, role, text})
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

func (l *eventLog) add(e entry) {
	l.entries = append(l.entries, e)
	l.entries = l.entries[max(len(l.entries)-logSize, 0):]
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
