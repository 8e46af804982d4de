package ui

import (
	"time"

	"example.com/jobwatch/ui/joblist"
	"example.com/jobwatch/ui/style"
)

// beat is how often bars move between answers: all of them at once, for a frame
// each would cost more than what is in it. Twice a second, a screen of 50 takes 3 KB/s
// and 0.9 % of a core; their being late for it adds 0.002 to their error.
const beat = time.Second / 2

// moveBars draws the bars on the screen ahead of their answers. Where the API is not
// asked or does not answer they stand still, and then each until its next answer.
func (m *Model) moveBars() {
	setBack := m.silent.After(m.now) // the clock was: not to wait for it to come round again
	if m.paused || !m.host.RetryAt.IsZero() || setBack {
		m.silent = m.now
	}
	if since := m.now.Sub(m.barsAt); since >= beat || since < 0 {
		m.barsAt = m.now
	}
	m.list.Carry(m.barsAt, m.silent)
}

// holdBar notes how long a row's bar of so many cells stays as it is drawn.
func (m *Model) holdBar(r *joblist.Row, width int) {
	at, ok := r.Reaches(style.Next(r.Drawn(), width), m.now, m.silent)
	if ok {
		m.hold(max(at.Sub(m.now), m.barsAt.Add(beat).Sub(m.now)))
	}
}
