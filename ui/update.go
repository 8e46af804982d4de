package ui

import (
	"context"
	"runtime/debug"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"example.com/jobwatch/poller/panics"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/sanitize"
	"example.com/jobwatch/ui/session"
	"example.com/jobwatch/ui/style"
)

// Update handles one message, draws, and schedules the next tick. It never waits.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	m.now = m.opts.Clock()
	switch msg := msg.(type) {
	case then:
		msg()
	case tea.WindowSizeMsg:
		m.resize(msg.Width, msg.Height)
	case tea.KeyMsg:
		m.pressed(msg)
	case tea.MouseMsg:
		m.moused(msg)
	}
	m.catchUp()

	m.valid = time.Hour
	m.hold(m.list.Tick(m.now))
	m.resize(m.layout.width, m.layout.height)
	m.list.look(m.opts.Watcher)
	m.list.bars.Move(m.list.List, m.now, m.paused || !m.session.Host().RetryAt.IsZero())
	m.draw()
	m.retitle()
	m.wake()
	return m, m.take()
}

// look notes whether the user looks here. It shows what has changed while they did not, unless
// that was short, and has the whole screen sent, once a minute at most.
func (m *Model) look(here bool) {
	m.list.SetWatched(here)
	m.session.Looking(here)
	away := m.notes.away
	m.notes.away = absence{blurred: !here, since: m.now}
	span := m.now.Sub(away.since)
	if here && away.blurred && span >= time.Minute && away.done+away.failed > 0 {
		m.keep(tally("while you were away ("+style.Duration(span)+")", away.done, away.failed))
	}
	if here && m.now.Sub(m.redrawn).Abs() >= time.Minute {
		m.redraw()
	}
}

// opened shows the contents of the state file, or ends with the error.
func (m *Model) opened(journal session.Journal, contents store.Opened, err error) {
	if err != nil {
		m.fatal = err
		m.run(tea.Quit)
		return
	}
	m.loaded = true
	m.session.Open(journal, contents)
	records := m.session.Records()
	m.list.Load(records)
	m.list.look(m.opts.Watcher) // before they are tracked: what is on the screen is asked for first
	m.session.Watch(false, records...)
	if m.opts.Session.DownloadAll {
		m.session.FetchMissing()
	}
	m.send(then(func() { m.train(records) })) // after the first frame
	for _, p := range m.pending {
		m.pasted(p)
	}
	m.pending = nil
}

// train trains the forecaster with jobs of the state file, some at a time: no key waits for all.
func (m *Model) train(records []*session.Record) {
	const step = 2000 // takes some milliseconds
	n := min(len(records), step)
	for _, r := range records[:n] {
		if !r.Gone() {
			m.forecaster.See(&r.Job)
		}
	}
	switch {
	case n < len(records):
		m.send(then(func() { m.train(records[n:]) }))
	case m.list.Counts().Total > session.ManyJobs:
		m.run(func() tea.Msg { debug.FreeOSMemory(); return nil }) // what only reading the file took
	}
}

// work holds the commands that [Model.Update] has run when it returns. They run outside the
// loop: nothing else in ui reads, writes or waits.
type work struct {
	ctx  context.Context //nolint:containedctx // commands outlive the Update that makes them, and end with the program
	todo []tea.Cmd
}

// run leaves a command to be run, if it is not nil. A panic in it becomes a message.
func (w *work) run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	w.todo = append(w.todo, func() (msg tea.Msg) {
		defer panics.Into(func(e *panics.Error) { msg = brokenMsg{e} })
		return cmd()
	})
}

// send has a message handled after this one.
func (w *work) send(msg tea.Msg) { w.run(func() tea.Msg { return msg }) }

// take returns the commands to be run.
func (w *work) take() tea.Cmd {
	todo := w.todo
	w.todo = nil
	return tea.Batch(todo...)
}

// brokenMsg reports a panic outside the loop or a terminal that is gone, suspendMsg has the program
// suspended, and redrawMsg the whole screen sent, whatever the terminal shows: loop acts on them.
type (
	brokenMsg  struct{ err error }
	suspendMsg struct{ stop func() } // nil: as for ctrl+z
	redrawMsg  struct{}
)

// then is a message that continues in the loop what a command began.
type then func()

// after runs do outside the loop, and then use in it with the result.
func after[T any](w *work, do func() T, use func(T)) {
	w.run(func() tea.Msg {
		result := do()
		return then(func() { use(result) })
	})
}

// receive uses in the loop what comes on a channel, if there is one; closed is run when the
// channel is.
func receive[T any](w *work, from <-chan T, use func(T), closed tea.Cmd) {
	if from == nil {
		return
	}
	w.run(func() tea.Msg {
		value, open := <-from
		return then(func() {
			if !open {
				w.run(closed)
				return
			}
			use(value)
			receive(w, from, use, closed)
		})
	})
}

// tell runs work outside the loop, and shows what it says of its end, if anything.
func (m *Model) tell(work func() (style.Role, string)) {
	m.run(func() tea.Msg {
		role, text := work()
		return then(func() {
			switch {
			case role == style.Warn:
				m.warn(text)
			case text != "":
				m.say(role, sanitize.Line(text))
			}
		})
	})
}

// clock wakes the dashboard when what it shows of the time changes, and not before: nothing
// wakes a terminal on which nothing moves.
type clock struct {
	now   time.Time
	valid time.Duration // for how long what is drawn stays right
	due   time.Time     // when the newest tick comes; zero if none does
}

// minTick keeps clocks that move at almost the same time on one tick.
const minTick = 200 * time.Millisecond

// hold notes for how long something that is drawn stays right.
func (c *clock) hold(d time.Duration) { c.valid = min(c.valid, d) }

// wake asks to be woken when something that is drawn is no longer right. Only the newest
// tick counts, so that ticks never multiply.
func (m *Model) wake() {
	due := m.now.Add(max(m.valid, minTick))
	switch {
	case m.valid >= time.Hour:
		m.due = time.Time{}
	case m.due.IsZero() || due.Before(m.due):
		m.due = due
		m.run(tea.Tick(due.Sub(m.now), func(time.Time) tea.Msg {
			return then(func() {
				if m.due.Equal(due) {
					m.due = time.Time{}
				}
			})
		}))
	}
}
