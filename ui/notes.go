package ui

import (
	"time"

	"example.com/jobwatch/ui/sanitize"
	"example.com/jobwatch/ui/style"
)

// note is what the footer says for a while.
type note struct {
	role  style.Role
	text  string
	until time.Time
}

func (n note) shows(now time.Time) bool { return n.text != "" && now.Before(n.until) }

// How long notes stay: long enough to be read twice.
const (
	noteTime = 5 * time.Second
	warnTime = 15 * time.Second
)

// say shows a note in the footer.
func (m *Model) say(r style.Role, text string) {
	m.note = note{r, text, m.now.Add(noteTime)}
}

// warn shows a warning, and keeps it in the log.
func (m *Model) warn(text string) {
	text = sanitize.Line(text)
	m.note = note{style.Warn, text, m.now.Add(warnTime)}
	m.log.add(entry{m.now, style.Warn, text})
}
